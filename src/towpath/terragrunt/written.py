"""Values together with where they were written, and the merging of them.

A `Branch` is an object whose keys were written apart, each with its own place; a `Leaf` is a value written as a whole.
Merging and provenance are one mechanism: whoever merges moves places along with values. Nobody changes a `Branch` or a
`Leaf` after it was made; that is not enforced, since every evaluation makes many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from towpath.hcl.computation import computed
from towpath.hcl.syntax import Node
from towpath.hcl.values import Sensitive, SetValue, Unknown, Value, unmark
from towpath.problems import Place

__all__ = [
    "Branch",
    "Leaf",
    "Provenance",
    "Written",
    "as_branch",
    "attribute_path",
    "deep_merge",
    "plain",
    "shallow_merge",
]


@dataclass(slots=True)
class Leaf:
    """A value and the node that says it; None stands for what nobody wrote (a default, a value from outside)."""

    value: Value
    node: Node | None = None


@dataclass(slots=True)
class Branch:
    """An object, key by key."""

    items: Mapping[str, Written]
    node: Node | None = None


Written: TypeAlias = Leaf | Branch


def plain(written: Written) -> Value:
    """The value alone."""
    if isinstance(written, Leaf):
        return written.value
    return {name: plain(item) for name, item in written.items.items()}


def as_branch(written: Written) -> Branch | None:
    """The written value as a branch, where it is an object; None where it is not. The parts of a sensitive object are
    sensitive.
    """
    if isinstance(written, Branch):
        return written
    bare, sensitive = unmark(written.value)
    if not isinstance(bare, dict):
        return None
    return Branch({name: Leaf(_marked(item, sensitive), written.node) for name, item in bare.items()}, written.node)


def _marked(value: Value, sensitive: bool) -> Value:
    return Sensitive(value) if sensitive and not isinstance(value, Sensitive) else value


def shallow_merge(below: Written, above: Written) -> Written:
    """Of two objects, each key of `above` wins; anything else of `above` replaces `below`."""
    lower, upper = as_branch(below), as_branch(above)
    if lower is not None and upper is not None:
        return Branch({**lower.items, **upper.items}, upper.node)
    return _with_unknown(below, above) or above


def deep_merge(below: Written, above: Written) -> Written:
    """Objects are merged key by key at every depth, lists are put one after the other (`below` first), of anything
    else `above` wins.
    """
    lower, upper = as_branch(below), as_branch(above)
    if lower is not None and upper is not None:
        items = dict(lower.items)
        for name, item in upper.items.items():
            items[name] = deep_merge(items[name], item) if name in items else item
        return Branch(items, upper.node)
    return _joined(below, above) or _with_unknown(below, above) or above


def _joined(below: Written, above: Written) -> Leaf | None:
    """Two lists as one; a set counts as a list."""
    lower, marked_lower = unmark(plain(below))
    upper, marked_upper = unmark(plain(above))
    if isinstance(lower, tuple | SetValue) and isinstance(upper, tuple | SetValue):
        return Leaf(_marked((*lower, *upper), marked_lower or marked_upper), above.node or below.node)
    return None


def _with_unknown(below: Written, above: Written) -> Leaf | None:
    """What comes of merging when one of the two cannot be known and the other could be merged with it: an unknown that
    still differs when the known one does. None where `above` wins anyway.
    """
    lower, upper = plain(below), plain(above)
    bare_lower, bare_upper = unmark(lower)[0], unmark(upper)[0]
    if isinstance(bare_upper, Unknown) and _can_merge(bare_lower):
        unknown = bare_upper
    elif isinstance(bare_lower, Unknown) and _can_merge(bare_upper):
        unknown = bare_lower
    else:
        return None
    merged = computed(unknown, "merge", lower, upper)
    return Leaf(_marked(merged, isinstance(lower, Sensitive) or isinstance(upper, Sensitive)), above.node)


def _can_merge(value: Value) -> bool:
    return isinstance(value, dict | tuple | SetValue | Unknown)


_IDENTIFIER = re.compile(r"[^\W\d][\w-]*\Z")


def attribute_path(base: str, key: str) -> str:
    """The path of a key below `base`, as the language writes it: `inputs.tags["cost-centre/x"]`."""
    if _IDENTIFIER.match(key):
        return f"{base}.{key}" if base else key
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'{base}["{escaped}"]'


class Provenance(Mapping[str, Place]):
    """Attribute path to the place where its value was written. Computed when it is first asked for."""

    def __init__(self, written: Written) -> None:
        self._written = written

    @cached_property
    def _nodes(self) -> dict[str, Node]:
        return {path: node for path, node in _nodes("", self._written) if path and node is not None}

    def __getitem__(self, path: str) -> Place:
        node = self._walk(path.split(".")) if "[" not in path else None
        return (node or self._nodes[path]).place

    def _walk(self, keys: list[str]) -> Node | None:
        """The node at a path of plain names, without listing all there are."""
        written = self._written
        for key in keys:
            if not isinstance(written, Branch) or key not in written.items:
                return None
            written = written.items[key]
        return written.node

    def __iter__(self) -> Iterator[str]:
        return iter(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)


def _nodes(path: str, written: Written) -> Iterator[tuple[str, Node | None]]:
    yield path, written.node
    branch = as_branch(written)
    if branch is not None:
        for name, item in branch.items.items():
            yield from _nodes(attribute_path(path, name), item)

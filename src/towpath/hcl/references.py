"""Which names an expression needs from its scope."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from towpath.hcl.syntax import (
    AttributeStep,
    Expression,
    For,
    IndexStep,
    Literal,
    Node,
    Step,
    Traversal,
    Variable,
)
from towpath.problems import Place

__all__ = ["Reference", "references"]


@dataclass(frozen=True, slots=True)
class Reference:
    """A name and the steps after it that are plain to see: `a.b["c"][0]` gives ("b", "c", 0); the path ends where a
    step is computed.
    """

    root: str
    path: tuple[str | int, ...]
    node: Node

    @property
    def place(self) -> Place:
        return self.node.place


def references(expression: Expression) -> tuple[Reference, ...]:
    """Every use of a free variable, in the order of the text; the variables of a `for` are not free in it."""
    found: list[Reference] = []
    waiting: list[tuple[Node, frozenset[str]]] = [(expression, frozenset())]
    while waiting:
        node, bound = waiting.pop()
        reference = _reference(node)
        if reference is not None and reference.root not in bound:
            found.append(reference)
        waiting.extend(reversed(_below(node, bound)))
    return tuple(found)


def _reference(node: Node) -> Reference | None:
    if isinstance(node, Variable):
        return Reference(node.name, (), node)
    if isinstance(node, Traversal) and isinstance(node.root, Variable):
        return Reference(node.root.name, tuple(_plain_path(node.steps)), node)
    return None


def _below(node: Node, bound: frozenset[str]) -> list[tuple[Node, frozenset[str]]]:
    """The nodes within this one, with the names that are bound there."""
    if isinstance(node, Traversal) and isinstance(node.root, Variable):
        return [(step, bound) for step in node.steps]
    if isinstance(node, For):
        inner = bound | {name for name in (node.key_name, node.value_name) if name is not None}
        parts = [(part, inner) for part in (node.result_key, node.result, node.condition) if part is not None]
        return [(node.collection, bound), *parts]
    return [(child, bound) for child in _children(node)]


def _plain_path(steps: tuple[Step, ...]) -> Iterator[str | int]:
    for step in steps:
        if isinstance(step, AttributeStep):
            yield step.name
        elif isinstance(step, IndexStep) and isinstance(step.key, Literal) and isinstance(step.key.value, str | int):
            yield step.key.value
        else:
            return


def _children(node: Node) -> Iterator[Node]:
    """The nodes in the fields of a node, in the order in which they are declared, which is that of the text."""
    for name in _fields_of(type(node)):
        value: Any = getattr(node, name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, Node))


_FIELDS: dict[type, tuple[str, ...]] = {}


def _fields_of(kind: type[Node]) -> tuple[str, ...]:
    """The fields of a kind of node that may hold nodes, in their order."""
    found = _FIELDS.get(kind)
    if found is None:
        names = (name for name in kind.__dataclass_fields__ if name not in ("text", "start", "end", "name"))
        found = _FIELDS[kind] = tuple(names)
    return found

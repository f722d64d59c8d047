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
    SplatStep,
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
    place: Place


def references(expression: Expression) -> tuple[Reference, ...]:
    """Every use of a free variable, in the order of the text; the variables of a `for` are not free in it."""
    return tuple(_of(expression, frozenset()))


def _of(node: Node, bound: frozenset[str]) -> Iterator[Reference]:
    if isinstance(node, Variable):
        if node.name not in bound:
            yield Reference(node.name, (), node.place)
    elif isinstance(node, Traversal):
        yield from _of_traversal(node, bound)
    elif isinstance(node, For):
        yield from _of_for(node, bound)
    else:
        for child in _children(node):
            yield from _of(child, bound)


def _of_traversal(node: Traversal, bound: frozenset[str]) -> Iterator[Reference]:
    if not isinstance(node.root, Variable):
        yield from _of(node.root, bound)
    elif node.root.name not in bound:
        yield Reference(node.root.name, tuple(_plain_path(node.steps)), node.place)
    for step in node.steps:
        yield from _of(step, bound)


def _plain_path(steps: tuple[Step, ...]) -> Iterator[str | int]:
    for step in steps:
        if isinstance(step, AttributeStep):
            yield step.name
        elif isinstance(step, IndexStep) and isinstance(step.key, Literal) and isinstance(step.key.value, str | int):
            yield step.key.value
        else:
            return


def _of_for(node: For, bound: frozenset[str]) -> Iterator[Reference]:
    yield from _of(node.collection, bound)
    inner = bound | {name for name in (node.key_name, node.value_name) if name is not None}
    for part in (node.result_key, node.result, node.condition):
        if part is not None:
            yield from _of(part, inner)


def _children(node: Node) -> Iterator[Node]:
    """The nodes in the fields of a node, in the order in which they are declared, which is that of the text."""
    if isinstance(node, SplatStep):
        yield from node.steps
        return
    for name in type(node).__dataclass_fields__:
        value: Any = getattr(node, name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, Node))

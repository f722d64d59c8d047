"""The syntax tree: what was written, without tree-sitter's own nodes.

Nodes know where they stand by two byte offsets and the text they share; `place` and `source` are computed when asked
for. Two nodes are equal when they are the same node. Nobody changes one after it was made; that is not enforced, since
files have thousands and making one must be cheap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from towpath.hcl.text import SourceText
from towpath.hcl.values import Value
from towpath.problems import Place, Problem

__all__ = [
    "Attribute",
    "AttributeStep",
    "Binary",
    "Block",
    "Body",
    "Conditional",
    "Expression",
    "For",
    "FunctionCall",
    "IndexStep",
    "Literal",
    "Node",
    "Object",
    "ObjectItem",
    "Operator",
    "ParsedFile",
    "SplatStep",
    "Step",
    "Template",
    "TemplateFor",
    "TemplateWrap",
    "Traversal",
    "Tuple",
    "Unary",
    "Variable",
]


class Operator(Enum):
    """The operators; the value is how each is written."""

    OR = "||"
    AND = "&&"
    EQUAL = "=="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"
    MODULO = "%"
    NOT = "!"


@dataclass(slots=True, eq=False, repr=False)
class Node:
    """Anything with a place: the bytes from `start` up to, not including, `end`."""

    text: SourceText
    start: int
    end: int

    @property
    def place(self) -> Place:
        return self.text.place(self.start)

    @property
    def source(self) -> str:
        """Its text as written."""
        return self.text.text(self.start, self.end)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.source!r})"


@dataclass(slots=True, eq=False, repr=False)
class Expression(Node):
    """What can be evaluated. Parentheses leave no node behind."""


@dataclass(slots=True, eq=False, repr=False)
class Literal(Expression):
    """A number, bool, null, or a string without anything to compute in it."""

    value: Value


@dataclass(slots=True, eq=False, repr=False)
class Variable(Expression):
    """A root name: `local`, `dependency`, the variable of a `for`."""

    name: str


@dataclass(slots=True, eq=False, repr=False)
class Step(Node):
    """One step of a traversal."""


@dataclass(slots=True, eq=False, repr=False)
class AttributeStep(Step):
    """`.name`"""

    name: str


@dataclass(slots=True, eq=False, repr=False)
class IndexStep(Step):
    """`[key]`, or the old form `.0`"""

    key: Expression


@dataclass(slots=True, eq=False, repr=False)
class SplatStep(Step):
    """`[*]` or `.*`; `steps` are taken from each element."""

    steps: tuple[Step, ...]


@dataclass(slots=True, eq=False, repr=False)
class Traversal(Expression):
    """`root.name[key][*].name`: steps taken from a value, from left to right."""

    root: Expression
    steps: tuple[Step, ...]


@dataclass(slots=True, eq=False, repr=False)
class Unary(Expression):
    """`-operand` or `!operand`"""

    operator: Operator
    operand: Expression


@dataclass(slots=True, eq=False, repr=False)
class Binary(Expression):
    """`left operator right`"""

    operator: Operator
    left: Expression
    right: Expression


@dataclass(slots=True, eq=False, repr=False)
class Conditional(Expression):
    """`condition ? yes : no`; also the directive `%{ if }`, whose branches are templates."""

    condition: Expression
    yes: Expression
    no: Expression


@dataclass(slots=True, eq=False, repr=False)
class FunctionCall(Expression):
    """`name(arguments)`; with `expand`, the last argument is a sequence of further arguments (`...`)."""

    name: str
    arguments: tuple[Expression, ...]
    expand: bool


@dataclass(slots=True, eq=False, repr=False)
class Tuple(Expression):
    """`[items]`"""

    items: tuple[Expression, ...]


@dataclass(slots=True, eq=False, repr=False)
class ObjectItem(Node):
    """`key = value`; a bare identifier as a key is a `Literal` string."""

    key: Expression
    value: Expression


@dataclass(slots=True, eq=False, repr=False)
class Object(Expression):
    """`{ items }`"""

    items: tuple[ObjectItem, ...]


@dataclass(slots=True, eq=False, repr=False)
class For(Expression):
    """`[for key, value in collection : result if condition]`; with `result_key` the form in braces, which makes an
    object; with `grouped`, the results of one key are collected (`...`).
    """

    key_name: str | None
    value_name: str
    collection: Expression
    result_key: Expression | None
    result: Expression
    condition: Expression | None
    grouped: bool


@dataclass(slots=True, eq=False, repr=False)
class Template(Expression):
    """A quoted string or heredoc of several parts; the result is always a string."""

    parts: tuple[Expression, ...]


@dataclass(slots=True, eq=False, repr=False)
class TemplateWrap(Expression):
    """`"${expression}"` alone: the value itself, whatever its type."""

    expression: Expression


@dataclass(slots=True, eq=False, repr=False)
class TemplateFor(Expression):
    """The directive `%{ for }`: the results of `each`, joined."""

    each: For


@dataclass(slots=True, eq=False, repr=False)
class Attribute(Node):
    """`name = expression`"""

    name: str
    expression: Expression


@dataclass(slots=True, eq=False, repr=False)
class Block(Node):
    """`type "label" { body }`"""

    type: str
    labels: tuple[str, ...]
    body: Body


@dataclass(slots=True, eq=False, repr=False)
class Body(Node):
    """The attributes by name, and the blocks in their order. Of an attribute given twice, the first stands here."""

    attributes: Mapping[str, Attribute]
    blocks: tuple[Block, ...]

    def blocks_of(self, kind: str) -> list[Block]:
        return [block for block in self.blocks if block.type == kind]


@dataclass(slots=True, eq=False, repr=False)
class ParsedFile:
    """What a file says. Where `problems` has any, `body` holds what could be read nevertheless."""

    file: str
    body: Body
    problems: tuple[Problem, ...]

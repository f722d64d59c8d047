"""The problems of evaluation: each id with its summary."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice
from typing import Final

from towpath.hcl.scope import Call, Scope
from towpath.hcl.syntax import FunctionCall, Node, Variable
from towpath.problems import Problem, ProblemError

__all__ = ["failed", "similar", "too_large", "unknown_function", "unknown_variable"]

_SUMMARIES: Final = {
    "duplicate-key": "A key occurs twice",
    "inconsistent-types": "The results of a conditional are of different types",
    "invalid-condition": "A condition is neither true nor false",
    "invalid-for": "The collection of a for expression cannot be walked through",
    "invalid-index": "An index finds nothing",
    "invalid-key": "The key of an object does not fit",
    "invalid-operand": "An operand does not fit",
    "invalid-template": "A value cannot be put into a text",
    "unknown-function": "There is no such function",
    "unknown-variable": "There is no such name",
    "unsupported-attribute": "There is no such attribute",
    "value-too-large": "Something is larger than Towpath evaluates",
    "wrong-arguments": "The arguments of a function do not fit",
}

_HINTS: Final = {
    "duplicate-key": "Let each key come out once.",
    "inconsistent-types": "Give both results one type: tostring(), tolist() and their like convert.",
    "invalid-condition": "Write something that is true or false, such as a comparison.",
    "invalid-for": "Walk through a list, a set, a map or an object.",
    "invalid-index": "Correct the index, or use try() or lookup() where it may be missing.",
    "invalid-key": "Write a key that is a string.",
    "invalid-operand": "Convert it with tonumber() or tobool(), or correct it.",
    "invalid-template": "Convert it first, with jsonencode() or join() say.",
    "unknown-function": "Correct the name. Functions that providers bring are not known here.",
    "unknown-variable": "Correct the name, or define it under `locals`.",
    "unsupported-attribute": "Correct the name, or use try() where it may be missing.",
    "value-too-large": "Make it smaller, or read it from a file where it is needed.",
    "wrong-arguments": "Correct the arguments.",
}
"""What to do where nobody knows better."""


# Comparing takes a while, and among more names than these nobody looks for a misspelt one.
_MOST_NAMES: Final = 200


def failed(kind: str, node: Node | Call, detail: str, hint: str | None = None) -> ProblemError:
    """The problem with the id `kind` at the place of the node."""
    return ProblemError(Problem(kind, _SUMMARIES[kind], detail, place=node.place, hint=hint or _HINTS[kind]))


def too_large(node: Node | Call, detail: str) -> ProblemError:
    return failed("value-too-large", node, detail)


def unknown_variable(expression: Variable, scope: Scope) -> ProblemError:
    detail = f'Nothing of the name "{expression.name}" can be seen here.'
    return failed("unknown-variable", expression, detail, similar(expression.name, scope.variables))


def unknown_function(expression: FunctionCall, scope: Scope) -> ProblemError:
    detail = f'There is no function of the name "{expression.name}".'
    return failed("unknown-function", expression, detail, similar(expression.name, scope.functions))


def similar(name: str, names: Iterable[str]) -> str | None:
    """The hint that names what was probably meant."""
    close = get_close_matches(name, list(islice(names, _MOST_NAMES)), n=1)
    return f'Did you mean "{close[0]}"?' if close else None

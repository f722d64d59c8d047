"""Short ways to evaluate HCL in tests."""

from __future__ import annotations

from collections.abc import Mapping

from towpath.hcl.convert import make_set, to_set
from towpath.hcl.evaluate import evaluate
from towpath.hcl.parse import parse_expression
from towpath.hcl.scope import Call, Function, Scope
from towpath.hcl.values import Sensitive, Unknown, Value
from towpath.problems import Problem, ProblemError

__all__ = ["FUNCTIONS", "SECRET", "UNKNOWN", "ev", "problem_of"]

UNKNOWN = Unknown.of("run()")
SECRET = Sensitive("secret")


def _upper(call: Call) -> Value:
    return str(call.arguments[0]).upper()


def _toset(call: Call) -> Value:
    return to_set(call.arguments[0])


def _max(call: Call) -> Value:
    return max(argument for argument in call.arguments if isinstance(argument, int))


def _count(call: Call) -> Value:
    return len(call.arguments)


def _sensitive(call: Call) -> Value:
    return Sensitive(call.arguments[0])


FUNCTIONS: Mapping[str, Function] = {
    "count": _count,
    "max": _max,
    "run": lambda call: Unknown.of(call.source, call.place),
    "sensitive": _sensitive,
    "set": lambda call: make_set(call.arguments),
    "toset": _toset,
    "upper": _upper,
}


def ev(text: str, /, **variables: Value) -> Value:
    """The value of an expression."""
    return evaluate(parse_expression(text), Scope(variables, FUNCTIONS))


def problem_of(text: str, /, **variables: Value) -> Problem:
    """The first problem of an expression that has one."""
    try:
        value = ev(text, **variables)
    except ProblemError as error:
        return error.problems[0]
    raise AssertionError(f"{text} is {value!r}, and a problem was expected")

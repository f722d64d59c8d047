"""`try` and `can`, whose arguments may fail.

What meets an unknown value on its way counts as something that succeeds, since nothing has failed yet. But it may fail
once the value is known: what `can` says is unknown then; and what comes after it may still be what `try` takes in the
end, so that the result is unknown, and computed from all of it. Terraform does the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from towpath.hcl.computation import computed
from towpath.hcl.evaluate_problems import failed
from towpath.hcl.marks import bare_deep, marked, unknowns
from towpath.hcl.scope import Evaluates, Scope
from towpath.hcl.syntax import Expression, FunctionCall
from towpath.hcl.values import Unknown, Value
from towpath.problems import Problem, ProblemError

__all__ = ["ATTEMPTS"]

# Limits are not failures of an expression: going on would only meet them again.
_NOT_CAUGHT: Final = frozenset(("value-too-large", "expression-too-deep"))
_STEPS_OF_A_FAILURE: Final = 100
"""Saying what is wrong takes about as long."""


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What came of an expression; `met` are the unknown values that it may still fail for."""

    result: Value | ProblemError
    met: tuple[Unknown, ...] = ()


def _attempted(expression: Expression, scope: Scope, evaluator: Evaluates) -> _Attempt:
    with evaluator.noting() as met:
        result = _result(expression, scope, evaluator)
    return _Attempt(result, tuple(dict.fromkeys(met)))


def _result(expression: Expression, scope: Scope, evaluator: Evaluates) -> Value | ProblemError:
    try:
        return evaluator.value(expression, scope)
    except ProblemError as error:
        if any(problem.id in _NOT_CAUGHT for problem in error.problems):
            raise
        evaluator.count(_STEPS_OF_A_FAILURE)
        return error


def _try(call: FunctionCall, scope: Scope, evaluator: Evaluates) -> Value:
    """The first argument that can be evaluated. Raises `ProblemError` when none can."""
    if not call.arguments or call.expand:
        raise failed("wrong-arguments", call, "try takes one expression or more, written out.")
    problems: list[Problem] = []
    for index, argument in enumerate(call.arguments):
        attempt = _attempted(argument, scope, evaluator)
        if isinstance(attempt.result, ProblemError):
            problems += attempt.result.problems
        else:
            rest = call.arguments[index + 1 :]
            return _with_alternatives(attempt.result, attempt.met, rest, scope, evaluator)
    reasons = " ".join(f"({number}) {problem.summary}: {problem.detail}" for number, problem in enumerate(problems, 1))
    raise failed("wrong-arguments", call, f"None of the expressions that are tried has a value. {reasons}")


def _with_alternatives(
    value: Value, met: tuple[Unknown, ...], rest: tuple[Expression, ...], scope: Scope, evaluator: Evaluates
) -> Value:
    if not met or not rest:
        return value
    results = [_result(argument, scope, evaluator) for argument in rest]
    values = [value, *(result for result in results if not isinstance(result, ProblemError))]
    others = [unknown for other in values for unknown in unknowns(other)]
    sensitive = any(bare_deep(other)[1] for other in values)
    return marked(computed(met[0].merged(*met[1:], *others), "try", *values), sensitive)


def _can(call: FunctionCall, scope: Scope, evaluator: Evaluates) -> Value:
    """Whether the argument can be evaluated; unknown when something in it is unknown."""
    if len(call.arguments) != 1 or call.expand:
        raise failed("wrong-arguments", call, "can takes one expression.")
    attempt = _attempted(call.arguments[0], scope, evaluator)
    if isinstance(attempt.result, ProblemError):
        return False
    met = attempt.met
    return computed(met[0].merged(*met[1:]), "can", attempt.result) if met else True


ATTEMPTS: Final[Mapping[str, Callable[[FunctionCall, Scope, Evaluates], Value]]] = {"can": _can, "try": _try}
"""What stands for these names unless the scope has functions of the same name."""

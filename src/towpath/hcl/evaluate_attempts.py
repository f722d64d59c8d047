"""`try` and `can`, whose arguments may fail.

An unknown argument counts as one that succeeds, since nothing has failed yet; what comes after it may still be what is
taken in the end, and is part of how the unknown result was computed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from towpath.hcl.computation import computed
from towpath.hcl.evaluate_problems import failed
from towpath.hcl.marks import bare_deep, marked, unknowns
from towpath.hcl.scope import Evaluates, Scope
from towpath.hcl.syntax import Expression, FunctionCall
from towpath.hcl.values import Unknown, Value, unmark
from towpath.problems import Problem, ProblemError

__all__ = ["ATTEMPTS"]

# Limits are not failures of an expression: going on would only meet them again.
_NOT_CAUGHT: Final = frozenset(("value-too-large", "expression-too-deep"))
_STEPS_OF_A_FAILURE: Final = 100
"""Saying what is wrong takes about as long."""


def _attempted(expression: Expression, scope: Scope, evaluator: Evaluates) -> Value | ProblemError:
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
        result = _attempted(argument, scope, evaluator)
        if isinstance(result, ProblemError):
            problems += result.problems
        else:
            return _with_alternatives(result, call.arguments[index + 1 :], scope, evaluator)
    reasons = " ".join(f"({number}) {problem.summary}: {problem.detail}" for number, problem in enumerate(problems, 1))
    raise failed("wrong-arguments", call, f"None of the expressions that are tried has a value. {reasons}")


def _with_alternatives(value: Value, rest: tuple[Expression, ...], scope: Scope, evaluator: Evaluates) -> Value:
    bare, sensitive = unmark(value)
    if not isinstance(bare, Unknown) or not rest:
        return value
    results = [_attempted(argument, scope, evaluator) for argument in rest]
    values = [result for result in results if not isinstance(result, ProblemError)]
    others = [unknown for other in values for unknown in unknowns(other)]
    sensitive = sensitive or any(bare_deep(other)[1] for other in values)
    return marked(computed(bare.merged(*others), "try", bare, *values), sensitive)


def _can(call: FunctionCall, scope: Scope, evaluator: Evaluates) -> Value:
    """Whether the argument can be evaluated; unknown when it is unknown."""
    if len(call.arguments) != 1 or call.expand:
        raise failed("wrong-arguments", call, "can takes one expression.")
    result = _attempted(call.arguments[0], scope, evaluator)
    if isinstance(result, ProblemError):
        return False
    bare, _ = unmark(result)
    return computed(bare.merged(), "can", bare) if isinstance(bare, Unknown) else True


ATTEMPTS: Final[Mapping[str, Callable[[FunctionCall, Scope, Evaluates], Value]]] = {"can": _can, "try": _try}
"""What stands for these names unless the scope has functions of the same name."""

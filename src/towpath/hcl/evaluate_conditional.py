"""Conditionals. Both branches are evaluated, since both decide the type; what is wrong with the branch that is not
taken does not matter.
"""

from __future__ import annotations

from dataclasses import replace

from towpath.hcl.computation import computed
from towpath.hcl.convert import ConversionError, to_bool, unify
from towpath.hcl.evaluate_problems import failed
from towpath.hcl.forms import canonical
from towpath.hcl.marks import bare_deep, marked, unknowns
from towpath.hcl.operators import NUMERIC
from towpath.hcl.scope import Evaluates, Scope
from towpath.hcl.size import steps_of
from towpath.hcl.syntax import (
    Binary,
    Conditional,
    Expression,
    Literal,
    Object,
    SplatStep,
    Template,
    TemplateFor,
    TemplateWrap,
    Traversal,
    Tuple,
    Unary,
)
from towpath.hcl.values import Sensitive, SetValue, Unknown, Value, contains_unknown, unmark
from towpath.problems import ProblemError

__all__ = ["evaluate_conditional"]


def evaluate_conditional(expression: Conditional, scope: Scope, evaluator: Evaluates) -> Value:
    """The value of the branch that the condition takes. Raises `ProblemError`."""
    condition, sensitive = unmark(evaluator.value(expression.condition, scope))
    if condition is None:
        raise failed("invalid-condition", expression.condition, "The condition is null; it must be true or false.")
    try:
        decision = to_bool(condition)
    except ConversionError as error:
        raise failed("invalid-condition", expression.condition, str(error)) from error
    if isinstance(decision, Unknown):
        return marked(_undecided(evaluator, expression, scope, decision), sensitive)
    taken, other = (expression.yes, expression.no) if decision else (expression.no, expression.yes)
    value, alternative = evaluator.value(taken, scope), _untaken(evaluator, other, scope)
    # As in Terraform, the mark of either result is the mark of both.
    sensitive = sensitive or isinstance(alternative, Sensitive)
    evaluator.count(steps_of(value) + steps_of(alternative))
    return marked(_of_common_type(value, alternative, expression), sensitive)


def _untaken(evaluator: Evaluates, expression: Expression, scope: Scope) -> Value:
    """The value of the branch that is not taken, which only its type is wanted of; null when nothing is known of it."""
    try:
        value = evaluator.value(expression, scope)
    except ProblemError:
        return _of_its_type(evaluator, expression, scope)
    bare, sensitive = unmark(value)
    if bare is None or isinstance(bare, Unknown):
        return marked(_of_the_kind(expression), sensitive)
    return value


def _of_its_type(evaluator: Evaluates, expression: Expression, scope: Scope) -> Value:
    """What has no value has a type nevertheless, as far as its parts have one."""
    if isinstance(expression, Tuple):
        return tuple([_untaken(evaluator, item, scope) for item in expression.items])
    if isinstance(expression, Object) and all(isinstance(item.key, Literal) for item in expression.items):
        names = [str(item.key.value) for item in expression.items if isinstance(item.key, Literal)]
        values = [_untaken(evaluator, item.value, scope) for item in expression.items]
        return dict(zip(names, values, strict=True))
    if isinstance(expression, TemplateWrap):
        return _of_its_type(evaluator, expression.expression, scope)
    if isinstance(expression, Traversal) and isinstance(expression.steps[-1], SplatStep):
        return _of_a_splat(evaluator, expression, scope)
    if isinstance(expression, Conditional):
        yes, no = (_untaken(evaluator, branch, scope) for branch in (expression.yes, expression.no))
        try:
            return _of_common_type(yes if no is None else no, yes, expression)
        except ProblemError:
            return None
    return _of_the_kind(expression)


def _of_a_splat(evaluator: Evaluates, expression: Traversal, scope: Scope) -> Value:
    """It has as many results as what it is taken of has elements, whatever fails inside of them."""
    *before, _ = expression.steps
    try:
        bare, _ = unmark(evaluator.value(replace(expression, steps=tuple(before)), scope))
    except ProblemError:
        return None
    if isinstance(bare, Unknown):
        return None
    return (None,) * (len(bare) if isinstance(bare, tuple | SetValue) else 1)


def _of_the_kind(expression: Expression) -> Value:
    """The result of an operator or a template has a type even where it has no value."""
    if isinstance(expression, Template | TemplateFor):
        return ""
    if isinstance(expression, TemplateWrap):
        return _of_the_kind(expression.expression)
    if isinstance(expression, Unary | Binary):
        return 0 if expression.operator in NUMERIC else False
    return None


def _of_common_type(value: Value, other: Value, expression: Conditional) -> Value:
    if other is None or (type(value) is type(other) and isinstance(value, bool | str | int)):
        return value
    try:
        return unify((value, other))[0]
    except ConversionError as error:
        detail = f"The two results of this conditional must be of one type. {error}"
        raise failed("inconsistent-types", expression, detail) from error


def _undecided(evaluator: Evaluates, expression: Conditional, scope: Scope, condition: Unknown) -> Value:
    """Unknown, unless both results are the same. It comes from the condition and from what is unknown in them, and is
    sensitive where one of them is.
    """
    results: list[Value] = []
    for branch in (expression.yes, expression.no):
        try:
            results.append(evaluator.value(branch, scope))
        except ProblemError as error:
            results.append(Unknown.of(error.problems[0].detail))
    sensitive = any(bare_deep(result)[1] for result in results)
    if not any(map(contains_unknown, results)) and len(set(map(canonical, results))) == 1:
        return marked(results[0], sensitive)
    merged = condition.merged(*(unknown for result in results for unknown in unknowns(result)))
    return marked(computed(merged, "?", condition, *results), sensitive)

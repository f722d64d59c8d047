"""From an expression to its value.

`evaluate` walks the syntax tree; the evaluator below counts what it does, so that no input can keep it busy for ever:
every node it visits costs a step, and what comes out is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, Final

from towpath.hcl.computation import computed, computed_inside
from towpath.hcl.evaluate_attempts import ATTEMPTS
from towpath.hcl.evaluate_conditional import evaluate_conditional
from towpath.hcl.evaluate_for import evaluate_for
from towpath.hcl.evaluate_parts import join_parts, join_texts, object_key
from towpath.hcl.evaluate_problems import failed, too_large, unknown_function, unknown_variable
from towpath.hcl.evaluate_traversal import evaluate_traversal
from towpath.hcl.forms import canonical
from towpath.hcl.marks import marked, unknowns
from towpath.hcl.operators import OperandError, binary, unary
from towpath.hcl.scope import Call, Scope
from towpath.hcl.size import check_size, steps_of
from towpath.hcl.syntax import (
    Binary,
    Conditional,
    Expression,
    For,
    FunctionCall,
    Literal,
    Object,
    Operator,
    Template,
    TemplateFor,
    TemplateWrap,
    Traversal,
    Tuple,
    Unary,
    Variable,
)
from towpath.hcl.values import Sensitive, SetValue, Unknown, Value, unmark
from towpath.problems import Problem, ProblemError

__all__ = ["evaluate"]

_MOST_STEPS: Final = 1_000_000
_STEPS_OF_A_FRACTION: Final = 100
_EQUALITY: Final = frozenset((Operator.EQUAL, Operator.NOT_EQUAL))
_MEASURED_ALREADY: Final = frozenset((Variable, Traversal))
_LEAVES: Final = frozenset((str, bool, int, Decimal, type(None)))
"""The types of values that hold no others, are known, and are not marked."""


def evaluate(expression: Expression, scope: Scope) -> Value:
    """The value of the expression. Raises `ProblemError`, whose problems have their places."""
    if isinstance(expression, Literal):
        return expression.value
    try:
        value = _Evaluator().value(expression, scope)
    except RecursionError as error:
        raise ProblemError(
            Problem(
                "expression-too-deep",
                "An expression is nested too deeply",
                "Evaluating this leads through too many other values, or through itself.",
                place=expression.place,
                hint="Take parts of it into `locals`, one step each.",
            )
        ) from error
    if type(expression) not in _MEASURED_ALREADY:
        check_size(value, expression)
    return value


class _Evaluator:
    """One evaluation, with its count of steps, and the unknown values that were met while somebody wants to know."""

    __slots__ = ("_met", "_steps")

    def __init__(self) -> None:
        self._steps = 0
        self._met: list[Unknown] | None = None

    def value(self, expression: Expression, scope: Scope) -> Value:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise too_large(expression, f"Evaluating it takes more than {_MOST_STEPS} steps.")
        result = _EVALUATORS[type(expression)](self, expression, scope)
        if self._met is not None:
            self.meet(result)
        return result

    @contextmanager
    def noting(self) -> Iterator[list[Unknown]]:
        """The unknown values that are met from here on; whoever noted before notes them too."""
        outer, met = self._met, list[Unknown]()
        self._met = met
        try:
            yield met
        finally:
            self._met = outer
            if outer is not None:
                outer.extend(met)

    @contextmanager
    def unnoted(self) -> Iterator[None]:
        """What is met here stands for nothing that is there."""
        outer, self._met = self._met, None
        try:
            yield
        finally:
            self._met = outer

    def meet(self, value: Value) -> None:
        bare = value.value if isinstance(value, Sensitive) else value
        if self._met is not None and isinstance(bare, Unknown):
            self._met.append(bare)

    def values(self, expressions: Sequence[Expression], scope: Scope) -> list[Value]:
        """The values of several; most are literals, for which nothing is called."""
        self._steps += len(expressions)
        return [item.value if type(item) is Literal else self.value(item, scope) for item in expressions]

    def count(self, steps: int) -> None:
        """Adds steps for literals that are looked at without a call."""
        self._steps += steps


def _variable(_: _Evaluator, expression: Variable, scope: Scope) -> Value:
    if expression.name not in scope.variables:
        raise unknown_variable(expression, scope)
    return scope.variables[expression.name]


def _traversal(evaluator: _Evaluator, expression: Traversal, scope: Scope) -> Value:
    return evaluate_traversal(expression, scope, evaluator)


def _for(evaluator: _Evaluator, expression: For, scope: Scope) -> Value:
    return evaluate_for(expression, scope, evaluator)


def _conditional(evaluator: _Evaluator, expression: Conditional, scope: Scope) -> Value:
    return evaluate_conditional(expression, scope, evaluator)


def _unary(evaluator: _Evaluator, expression: Unary, scope: Scope) -> Value:
    operand = evaluator.value(expression.operand, scope)
    try:
        return computed(unary(expression.operator, operand), f"{expression.operator.value}_", operand)
    except OperandError as error:
        raise failed("invalid-operand", expression, str(error)) from error


def _binary(evaluator: _Evaluator, expression: Binary, scope: Scope) -> Value:
    """A long chain nests on the left; it is walked, not recursed into."""
    chain = [expression]
    while isinstance(chain[-1].left, Binary):
        chain.append(chain[-1].left)
    result = evaluator.value(chain[-1].left, scope)
    for link in reversed(chain):
        right = evaluator.value(link.right, scope)
        if link.operator in _EQUALITY:
            evaluator.count(check_size(result, link.left) + check_size(right, link.right))
        try:
            result = computed(binary(link.operator, result, right), link.operator.value, result, right)
        except OperandError as error:
            raise failed("invalid-operand", link, f"{link.operator.value}: {error}") from error
        if type(result) is Decimal:
            evaluator.count(_STEPS_OF_A_FRACTION)
    return result


# Functions


def _call(evaluator: _Evaluator, expression: FunctionCall, scope: Scope) -> Value:
    name = expression.name.removeprefix("core::")
    function = scope.functions.get(name)
    if function is None and name in ATTEMPTS:
        return ATTEMPTS[name](expression, scope, evaluator)
    if function is None:
        raise unknown_function(expression, scope)
    arguments = evaluator.values(expression.arguments, scope)
    sensitive = False
    if expression.expand and arguments:
        expanded, sensitive = unmark(arguments.pop())
        if isinstance(expanded, Unknown):
            merged = expanded.merged(*(unknown for argument in arguments for unknown in unknowns(argument)))
            return marked(computed(merged, f"{name}...", *arguments, expanded), sensitive)
        if not isinstance(expanded, tuple | SetValue):
            detail = "Only a list, tuple or set can be expanded into arguments with `...`."
            raise failed("wrong-arguments", expression.arguments[-1], detail)
        arguments.extend(expanded)
    result = function(Call(name, arguments, expression, scope, evaluator))
    if type(result) in _LEAVES and not sensitive:
        return result
    return marked(computed_inside(result, name, arguments), sensitive)


# Collections


def _tuple(evaluator: _Evaluator, expression: Tuple, scope: Scope) -> Value:
    return tuple(evaluator.values(expression.items, scope))


def _object(evaluator: _Evaluator, expression: Object, scope: Scope) -> Value:
    """The later of two items of one key counts. With an unknown key, nothing of the object is known."""
    evaluator.count(2 * len(expression.items))
    result: dict[str, Value] = {}
    unknown: list[Unknown] = []
    sensitive = False
    for item in expression.items:
        key = item.key.value if type(item.key) is Literal else evaluator.value(item.key, scope)
        value = item.value.value if type(item.value) is Literal else evaluator.value(item.value, scope)
        if type(key) is str:
            result[key] = value
            continue
        key, key_sensitive = unmark(key)
        sensitive = sensitive or key_sensitive
        if isinstance(key, Unknown):
            unknown.extend((key, *unknowns(value)))
            result[canonical(key)] = value
        else:
            result[object_key(key, item.key)] = value
    if unknown:
        return marked(computed(unknown[0].merged(*unknown[1:]), "{}", result), sensitive)
    return marked(result, sensitive)


def _wrap(evaluator: _Evaluator, expression: TemplateWrap, scope: Scope) -> Value:
    return evaluator.value(expression.expression, scope)


def _template_for(evaluator: _Evaluator, expression: TemplateFor, scope: Scope) -> Value:
    bare, sensitive = unmark(evaluate_for(expression.each, scope, evaluator))
    parts = bare if isinstance(bare, tuple) else (bare,)
    text = join_parts([(part, expression) for part in parts], expression)
    evaluator.count(steps_of(text))
    return marked(text, sensitive)


def _template(evaluator: _Evaluator, expression: Template, scope: Scope) -> Value:
    parts = evaluator.values(expression.parts, scope)
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) == len(parts):
        text = join_texts(texts, expression)
        evaluator.count(steps_of(text))
        return text
    evaluator.count(sum(map(steps_of, parts)))
    return join_parts(list(zip(parts, expression.parts, strict=True)), expression)


def _literal(_: _Evaluator, expression: Literal, __: Scope) -> Value:
    return expression.value


_EVALUATORS: Final[Mapping[type[Expression], Callable[[_Evaluator, Any, Scope], Value]]] = {
    Literal: _literal,
    Variable: _variable,
    Traversal: _traversal,
    Unary: _unary,
    Binary: _binary,
    Conditional: _conditional,
    FunctionCall: _call,
    Tuple: _tuple,
    Object: _object,
    For: _for,
    Template: _template,
    TemplateWrap: _wrap,
    TemplateFor: _template_for,
}

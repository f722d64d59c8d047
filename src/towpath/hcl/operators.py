"""What the operators compute, on values that may be unknown or sensitive.

Operands are converted to what the operator needs ("1" + 1 is 2); null is refused. `==` and `!=` convert nothing and
compare anything, null included. An operand that is known may decide alone: `false && unknown` is false.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from towpath.hcl.convert import ConversionError, canonical, kind_name, to_bool, to_number
from towpath.hcl.marks import bare_deep, unknowns
from towpath.hcl.numbers import Number, NumberRangeError, add, divide, modulo, multiply, negate, subtract
from towpath.hcl.syntax import Operator
from towpath.hcl.values import Sensitive, SetValue, Unknown, Value, contains_unknown, is_number, unmark

__all__ = ["NUMERIC", "OperandError", "binary", "equal", "unary"]

_ARITHMETIC: Final[Mapping[Operator, Callable[[Number, Number], Number]]] = {
    Operator.ADD: add,
    Operator.SUBTRACT: subtract,
    Operator.MULTIPLY: multiply,
    Operator.DIVIDE: divide,
    Operator.MODULO: modulo,
}
NUMERIC: Final = frozenset(_ARITHMETIC)
"""The operators whose result is a number; that of all others is a bool."""
_ORDER: Final[Mapping[Operator, Callable[[Number, Number], bool]]] = {
    Operator.LESS: lambda left, right: left < right,
    Operator.LESS_OR_EQUAL: lambda left, right: left <= right,
    Operator.GREATER: lambda left, right: left > right,
    Operator.GREATER_OR_EQUAL: lambda left, right: left >= right,
}
# The operand that decides alone.
_DECISIVE: Final = {Operator.AND: False, Operator.OR: True}


class OperandError(ValueError):
    """What is wrong with the operands, in a full sentence."""


def binary(operator: Operator, left: Value, right: Value) -> Value:
    """The result of `left operator right`. Raises `OperandError`."""
    if operator in (Operator.EQUAL, Operator.NOT_EQUAL):
        result = equal(left, right)
        return result if operator is Operator.EQUAL else _negated(result)
    first, first_marked = unmark(left)
    second, second_marked = unmark(right)
    if operator in _DECISIVE:
        result = _logical(operator, _operand(first, "left", to_bool), _operand(second, "right", to_bool))
    else:
        result = _numeric(operator, _operand(first, "left", to_number), _operand(second, "right", to_number))
    return Sensitive(result) if first_marked or second_marked else result


def unary(operator: Operator, operand: Value) -> Value:
    """The result of `-operand` or `!operand`. Raises `OperandError`."""
    bare, marked = unmark(operand)
    bare = _operand(bare, "only", to_bool if operator is Operator.NOT else to_number)
    result = bare if isinstance(bare, Unknown) else _negated(bare) if operator is Operator.NOT else _minus(bare)
    return Sensitive(result) if marked else result


def _negated(value: Value) -> Value:
    bare, marked = unmark(value)
    result: Value = (not bare) if isinstance(bare, bool) else bare
    return Sensitive(result) if marked else result


def _minus(value: Value) -> Value:
    return negate(_as_number(value))


def _operand(value: Value, side: str, convert: Callable[[Value], Value]) -> Value:
    if value is None:
        raise OperandError(f"The {side} operand is null, which nothing can be computed from.")
    try:
        return convert(value)
    except ConversionError as error:
        raise OperandError(f"The {side} operand does not fit. {error}") from error


def _logical(operator: Operator, left: Value, right: Value) -> Value:
    decisive = _DECISIVE[operator]
    if left is decisive or right is decisive:
        return decisive
    if isinstance(left, Unknown):
        return left.merged(right) if isinstance(right, Unknown) else left
    return right if isinstance(right, Unknown) else not decisive


def _numeric(operator: Operator, left: Value, right: Value) -> Value:
    if isinstance(left, Unknown):
        return left.merged(right) if isinstance(right, Unknown) else left
    if isinstance(right, Unknown):
        return right
    first, second = _as_number(left), _as_number(right)
    if operator in _ORDER:
        return _ORDER[operator](first, second)
    try:
        return _ARITHMETIC[operator](first, second)
    except ZeroDivisionError as error:
        raise OperandError("The right operand is zero, and nothing can be divided by zero.") from error
    except NumberRangeError as error:
        raise OperandError(str(error)) from error


def _as_number(value: Value) -> Number:
    if isinstance(value, bool) or not is_number(value) or not isinstance(value, Number):
        raise OperandError(f"A number is needed, and this is {kind_name(value)}.")
    return value


def equal(left: Value, right: Value) -> Value:
    """Whether two values are the same, of the same type. Unknown where an unknown part could make the difference."""
    first, first_marked = bare_deep(left)
    second, second_marked = bare_deep(right)
    if contains_unknown(first) or contains_unknown(second):
        parts = [*unknowns(first), *unknowns(second)]
        result: Value = False if _differs(first, second) else parts[0].merged(*parts[1:])
    else:
        result = canonical(first) == canonical(second)
    return Sensitive(result) if first_marked or second_marked else result


def _differs(left: Value, right: Value) -> bool:
    """Whether the values differ whatever the unknown parts turn out to be."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return False
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() != right.keys() or any(_differs(left[key], right[key]) for key in left)
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) != len(right) or any(map(_differs, left, right))
    if isinstance(left, SetValue) and isinstance(right, SetValue):
        # Unknown elements may turn out to be any of the other set's.
        return not (contains_unknown(left) or contains_unknown(right)) and canonical(left) != canonical(right)
    return canonical(left) != canonical(right)

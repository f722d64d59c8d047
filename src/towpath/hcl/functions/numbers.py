"""Functions of numbers. Numbers are exact; only `log` and `pow` go through floating point, as Terraform's do."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from functools import reduce

from towpath.hcl.convert import kind_name, to_number
from towpath.hcl.functions.kinds import ANY, NUMBER, WHOLE, sequence
from towpath.hcl.functions.registry import ArgumentError, define, table
from towpath.hcl.numbers import Number, add, parse_number
from towpath.hcl.values import Value

__all__ = ["NUMBERS"]

_MOST_OF_RANGE = 1024
_MOST_DIGITS = 4000
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _from_float(compute: Callable[[], float], name: str) -> Number:
    try:
        result = compute()
    except (ValueError, ZeroDivisionError, OverflowError) as error:
        raise ArgumentError(f"{name} has no finite result for these numbers.") from error
    if isinstance(result, complex) or not math.isfinite(result):
        raise ArgumentError(f"{name} has no finite result for these numbers.")
    number = parse_number(repr(result))
    return 0 if number is None else number


def _abs(number: Number) -> Number:
    return number.copy_abs() if isinstance(number, Decimal) else abs(number)


def _ceil(number: Number) -> Number:
    return math.ceil(number)


def _floor(number: Number) -> Number:
    return math.floor(number)


def _log(number: Number, base: Number) -> Number:
    return _from_float(lambda: math.log(float(number)) / math.log(float(base)), "log")


def _pow(number: Number, power: Number) -> Number:
    return _from_float(lambda: float(number) ** float(power), "pow")


def _signum(number: int) -> Number:
    return (number > 0) - (number < 0)


def _sum(values: Value) -> Number:
    elements = sequence(values)
    if not elements:
        raise ArgumentError("The sum of an empty list is not defined.")
    if None in elements:
        raise ArgumentError("Every element of the list must be a number, and one is null.")
    return reduce(add, map(_number, elements))


def _number(value: Value) -> Number:
    number = to_number(value)
    if isinstance(number, int | Decimal):
        return number
    raise ArgumentError(f"A number is needed, and this is {kind_name(value)}.")


def _parseint(text: Value, base: int) -> Number:
    if not isinstance(text, str):
        raise ArgumentError(f"The first argument must be a string, and is {kind_name(text)}.")
    if not 2 <= base <= len(_DIGITS):
        raise ArgumentError(f"The base must be from 2 to {len(_DIGITS)}, and is {base}.")
    if len(text) > _MOST_DIGITS:
        raise ArgumentError(f"The text has more than {_MOST_DIGITS} digits.")
    digits = text.lower() if base <= 36 else text
    sign = -1 if digits.startswith("-") else 1
    digits = digits[1:] if digits[:1] in ("+", "-") else digits
    values = [_DIGITS.find(digit) for digit in digits]
    if not values or any(not 0 <= value < base for value in values):
        raise ArgumentError(f'"{text}" is not a whole number in base {base}.')
    total = 0
    for value in values:
        total = total * base + value
    return sign * total


def _range(*limits: Number) -> tuple[Value, ...]:
    start, end = (limits[0], limits[1]) if len(limits) > 1 else (0, limits[0])
    step: Number = limits[2] if len(limits) > 2 else (1 if end >= start else -1)
    if step == 0 and start != end:
        raise ArgumentError("A step of nothing never leads to the end.")
    if (step > 0 and end < start) or (step < 0 and end > start):
        raise ArgumentError("The step leads away from the end of the range.")
    numbers: list[Value] = []
    current = start
    while (current < end) if step > 0 else (current > end):
        if len(numbers) == _MOST_OF_RANGE:
            raise ArgumentError(f"A range has at most {_MOST_OF_RANGE} numbers.")
        numbers.append(current)
        current = add(current, step)
    return tuple(numbers)


NUMBERS = table(
    (
        define("abs(number)", NUMBER, run=_abs),
        define("ceil(number)", NUMBER, run=_ceil),
        define("floor(number)", NUMBER, run=_floor),
        define("log(number, base)", NUMBER, NUMBER, run=_log),
        define("max(numbers...)", NUMBER, run=lambda *numbers: max(numbers), least=1),
        define("min(numbers...)", NUMBER, run=lambda *numbers: min(numbers), least=1),
        define("parseint(text, base)", ANY, WHOLE, run=_parseint),
        define("pow(number, power)", NUMBER, NUMBER, run=_pow),
        define("range(start_or_end, end, step...)", NUMBER, NUMBER, NUMBER, run=_range, least=1, most=3),
        define("signum(number)", WHOLE, run=_signum),
        define("sum(numbers)", ANY, run=_sum),
    )
)

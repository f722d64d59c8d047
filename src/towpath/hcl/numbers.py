"""Numbers as Terraform computes them: binary floating point of 512 bits, shown with as few digits as tell it apart.

A whole number below 2^512 is an exact `int`. Anything else is rounded to 512 bits after every operation, as Go's
`math/big` does, and kept as the shortest `Decimal` that reads back as the same binary number. So `(1 / 3) * 3` is 1,
and texts made from numbers agree with Terraform's to the last digit.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal
from fractions import Fraction
from typing import TypeAlias

__all__ = [
    "Number",
    "NumberRangeError",
    "add",
    "divide",
    "modulo",
    "multiply",
    "negate",
    "number_text",
    "parse_number",
    "subtract",
]

Number: TypeAlias = int | Decimal

_BITS = 512
# Two numbers of 512 bits differ within this many decimal digits.
_DIGITS = 158
# Far above anything written by hand; larger exponents only serve to fill the memory.
_LARGEST_EXPONENT = 4000
_CONTEXT = Context(prec=2 * _DIGITS, Emin=-(10**6), Emax=10**6)
_FORM = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


class _NegativeZero(int):
    """Zero in everything but its text, and the sign of what it is multiplied with."""

    def __repr__(self) -> str:
        return "-0"

    def __float__(self) -> float:
        return -0.0


_NEGATIVE_ZERO = _NegativeZero()


class NumberRangeError(ValueError):
    """The number has more digits than are kept."""


def parse_number(text: str) -> Number | None:
    """The number that a decimal text stands for; None when it is none. Raises `NumberRangeError`."""
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS - 5:
        return int(text)
    if not _FORM.fullmatch(text):
        return None
    if len(text) > 2 * _LARGEST_EXPONENT:
        raise NumberRangeError(f"A number of {len(text)} characters is too long.")
    return _normal(Decimal(text))


def add(left: Number, right: Number) -> Number:
    if isinstance(left, int) and isinstance(right, int):
        if left is right is _NEGATIVE_ZERO:
            return left
        return _whole(left + right)
    return _shortest(_exact(left) + _exact(right))


def negate(number: Number) -> Number:
    if isinstance(number, Decimal):
        return number.copy_negate()
    if number:
        return -number
    return 0 if number is _NEGATIVE_ZERO else _NEGATIVE_ZERO


def subtract(left: Number, right: Number) -> Number:
    if left is _NEGATIVE_ZERO:
        return add(left, negate(right))
    if isinstance(left, int) and isinstance(right, int):
        return _whole(left - right)
    return _shortest(_exact(left) - _exact(right))


def multiply(left: Number, right: Number) -> Number:
    if not left or not right:
        return _zero(left, right)
    if isinstance(left, int) and isinstance(right, int):
        return _whole(left * right)
    return _shortest(_exact(left) * _exact(right))


def divide(left: Number, right: Number) -> Number:
    """Raises `ZeroDivisionError`."""
    if not left and right:
        return _zero(left, right)
    return _shortest(_exact(left) / _exact(right))


def _zero(left: Number, right: Number) -> Number:
    """A product or quotient of nothing, which has a sign like any other."""
    return 0 if _is_negative(left) is _is_negative(right) else _NEGATIVE_ZERO


def _is_negative(number: Number) -> bool:
    return number < 0 or number is _NEGATIVE_ZERO


def modulo(left: Number, right: Number) -> Number:
    """The remainder has the sign of `left`; of a division by zero it is `left` itself, as in Terraform."""
    if not left or not right:
        return left
    dividend, divisor = _exact(left), _exact(right)
    times = int(_binary(dividend / divisor))
    return _shortest(dividend - _binary(times * divisor))


def number_text(number: Number) -> str:
    """All its digits: no exponent, no needless zeros."""
    if isinstance(number, int):
        return str(number)
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _normal(number: Decimal) -> Number:
    if number.is_zero():
        return _NEGATIVE_ZERO if number.is_signed() else 0
    if abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise NumberRangeError(f"The number {number:.5g} has too many digits.")
    if len(number.as_tuple().digits) > _DIGITS - 5:
        return _shortest(Fraction(number))
    return int(number) if number == number.to_integral_value() else number


def _whole(number: int) -> Number:
    return number if number.bit_length() <= _BITS else _shortest(Fraction(number))


def _exact(number: Number) -> Fraction:
    """The binary number that is meant."""
    return Fraction(number) if isinstance(number, int) else _binary(Fraction(number))


def _binary(value: Fraction) -> Fraction:
    """The value rounded to 512 bits."""
    mantissa, exponent = _rounded(value)
    return mantissa * Fraction(2) ** exponent


def _rounded(value: Fraction) -> tuple[int, int]:
    """Mantissa of at most 512 bits and exponent of 2; halves are rounded to even."""
    if value == 0:
        return 0, 0
    above, below = abs(value.numerator), value.denominator
    exponent = above.bit_length() - below.bit_length() - _BITS
    if (above << -exponent if exponent < 0 else above) // (below << exponent if exponent > 0 else below) >> _BITS:
        exponent += 1
    scaled_above = above << -exponent if exponent < 0 else above
    scaled_below = below << exponent if exponent > 0 else below
    mantissa = round(Fraction(scaled_above, scaled_below))
    return (mantissa if value > 0 else -mantissa), exponent


def _shortest(value: Fraction) -> Number:
    """The value rounded to 512 bits, as an int or as the shortest decimal between its two neighbours."""
    mantissa, exponent = _rounded(value)
    binary = mantissa * Fraction(2) ** exponent
    if binary.denominator == 1 and abs(binary) < 2**_BITS:
        return int(binary)
    half_step = Fraction(2) ** (exponent - 1)
    magnitude = _magnitude(abs(binary))
    if abs(magnitude) > _LARGEST_EXPONENT:
        raise NumberRangeError("The number has too many digits.")
    places = _DIGITS - magnitude
    scale = Fraction(10) ** places
    scaled, margin = abs(binary) * scale, half_step * scale
    step = 1
    while _nearest(scaled, step * 10, margin) is not None:
        step *= 10
    digits = _nearest(scaled, step, margin) or round(scaled)
    result = Decimal(f"{'-' if value < 0 else ''}{digits}e{-places}").normalize(_CONTEXT)
    return int(result) if binary.denominator == 1 else result


def _nearest(scaled: Fraction, step: int, margin: Fraction) -> int | None:
    candidate = round(scaled / step) * step
    return candidate if abs(candidate - scaled) < margin else None


def _magnitude(value: Fraction) -> int:
    """About how many decimal digits stand before the point; negative for zeros after it."""
    bits = value.numerator.bit_length() - value.denominator.bit_length()
    return bits * 30103 // 100000

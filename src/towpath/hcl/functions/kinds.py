"""The kinds of parameters that functions declare: how an argument is converted before the function sees it."""

from __future__ import annotations

from decimal import Decimal

from towpath.hcl.convert import kind_name, to_bool, to_list, to_number, to_set, to_string
from towpath.hcl.functions.registry import ArgumentError, Kind, Sees
from towpath.hcl.values import SetValue, Value

__all__ = [
    "ANY",
    "ANY_OR_NULL",
    "BOOL",
    "BOOLS",
    "LARGE",
    "LIST",
    "MAP",
    "NUMBER",
    "PARTS",
    "PARTS_OR_NULL",
    "RAW",
    "SET",
    "STRING",
    "STRINGS",
    "WHOLE",
    "sequence",
]


def sequence(value: Value) -> tuple[Value, ...]:
    """The elements of a list, tuple or set; refuses anything else."""
    if isinstance(value, SetValue):
        return value.elements
    if isinstance(value, tuple):
        return value
    raise ArgumentError(f"It must be a list, tuple or set, and is {kind_name(value)}.")


def _as_is(value: Value) -> Value:
    return value


def _whole(value: Value) -> int:
    number = _large(value)
    if not -(2**63) <= number < 2**63:
        raise ArgumentError("It must be a whole number of at most 64 bits.")
    return number


def _large(value: Value) -> int:
    number = to_number(value)
    if isinstance(number, Decimal) and number == number.to_integral_value():
        number = int(number)
    if not isinstance(number, int):
        raise ArgumentError(f"It must be a whole number, and is {number}.")
    return number


def _strings(value: Value) -> tuple[str | None, ...]:
    return tuple(None if item is None else _text(item) for item in sequence(value))


def _text(value: Value) -> str:
    text = to_string(value)
    if not isinstance(text, str):
        raise ArgumentError(f"It must be a string, and is {kind_name(value)}.")
    return text


def _bools(value: Value) -> tuple[bool | None, ...]:
    return tuple(None if item is None else bool(to_bool(item)) for item in sequence(value))


def _mapping(value: Value) -> dict[str, Value]:
    if isinstance(value, dict):
        return value
    raise ArgumentError(f"It must be a map or object, and is {kind_name(value)}.")


STRING = Kind(_text, fits=str)
NUMBER = Kind(to_number)
WHOLE = Kind(_whole)
LARGE = Kind(_large)
"""A whole number of any size."""
BOOL = Kind(to_bool, fits=bool)
STRINGS = Kind(_strings)
BOOLS = Kind(_bools)
LIST = Kind(to_list)
SET = Kind(to_set)
MAP = Kind(_mapping)
ANY = Kind(_as_is)
ANY_OR_NULL = Kind(_as_is, null=True)
PARTS = Kind(_as_is, sees=Sees.PARTS)
PARTS_OR_NULL = Kind(_as_is, null=True, sees=Sees.PARTS)
RAW = Kind(_as_is, null=True, sees=Sees.EVERYTHING)

"""A text that holds a value exactly, so that it can be kept: unknown values with their origins, sensitive marks, sets,
numbers with every digit.

It is JSON. What JSON lacks stands as an object of one key that begins with a NUL character; a key of a value that
begins so itself gets one NUL more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from towpath.hcl.values import Origin, Sensitive, SetValue, Unknown, Value
from towpath.problems import Place

__all__ = ["exact_data", "exact_text", "exact_value", "is_plain_object", "of_data", "plain_key"]

_NUL: Final = "\0"
_ESCAPED_NUL: Final = '"\\u0000'


class _Encoder:
    """Writes one value; counts the objects that it made for what JSON lacks."""

    def __init__(self) -> None:
        self.made = 0

    def tagged(self, item: object) -> dict[str, Any]:
        self.made += 1
        if isinstance(item, Unknown):
            origins = [[origin.source, _place_data(origin.place)] for origin in item.origins]
            return {"\0unknown": [origins, item.computation]}
        if isinstance(item, Sensitive):
            return {"\0sensitive": item.value}
        if isinstance(item, SetValue):
            return {"\0set": item.elements}
        if isinstance(item, Decimal):
            return {"\0number": str(item)}
        raise TypeError(f"{type(item).__name__} is no value.")


def exact_text(value: Value) -> str:
    """The value as text, which `exact_value` reads."""
    encoder = _Encoder()
    encode = json.JSONEncoder(check_circular=False, separators=(",", ":"), default=encoder.tagged).encode
    text = encode(value)
    return text if text.count(_ESCAPED_NUL) == encoder.made else encode(_escaped(value))


def _place_data(place: Place | None) -> list[str | int | None] | None:
    return None if place is None else [place.file, place.line, place.column, place.source]


def _escaped(value: Value) -> Value:
    """The value with keys that cannot be taken for ours."""
    if isinstance(value, dict):
        return {f"{_NUL}{key}" if key.startswith(_NUL) else key: _escaped(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(map(_escaped, value))
    if isinstance(value, Sensitive):
        return Sensitive(_escaped(value.value))
    return SetValue(tuple(map(_escaped, value))) if isinstance(value, SetValue) else value


def exact_value(text: str) -> Value:
    """The value that `exact_text` wrote."""
    return of_data(exact_data(text))


def exact_data(text: str) -> Any:
    """The value half read: equal data are equal values. It is JSON's data, but that a whole number is a tuple of its
    digits, since to Python 1 is the same as true.
    """
    return json.loads(text, parse_int=lambda digits: (digits,))


def of_data(data: Any) -> Value:
    """The value of what `exact_data` gave, or of a part of it."""
    if isinstance(data, tuple):
        return int(data[0])
    if isinstance(data, list):
        return tuple([of_data(item) for item in data])
    if not isinstance(data, dict):
        return data  # type: ignore[no-any-return]  # a leaf, which JSON has as HCL has it
    if len(data) == 1 and (tag := next(iter(data))) in _TAGS:
        return _TAGS[tag](data[tag])
    return {plain_key(key): of_data(item) for key, item in data.items()}


def plain_key(key: str) -> str:
    """The key of an object, as it is written in `exact_data`."""
    return key.removeprefix(_NUL)


def is_plain_object(data: Any) -> bool:
    """Whether such data is an object of the value's own."""
    return isinstance(data, dict) and not (len(data) == 1 and next(iter(data)) in _TAGS)


def _unknown(data: Any) -> Value:
    origins, computation = data
    return Unknown(
        tuple([Origin(source, None if place is None else _place(*place)) for source, place in origins]), computation
    )


def _place(file: str, line: Any, column: Any, source: str | None) -> Place:
    return Place(file, _number(line), _number(column), source)


def _number(data: Any) -> int | None:
    return None if data is None else int(data[0])


def _set(data: Any) -> Value:
    return SetValue(tuple([of_data(item) for item in data]))


_TAGS: Final[Mapping[str, Callable[[Any], Value]]] = {
    "\0unknown": _unknown,
    "\0sensitive": lambda data: Sensitive(of_data(data)),
    "\0set": _set,
    "\0number": Decimal,
}

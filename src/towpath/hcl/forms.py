"""Values in other forms: JSON, the canonical text that is hashed and compared, HCL text."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from towpath.hcl.numbers import number_text
from towpath.hcl.values import Sensitive, SetValue, Unknown, Value

__all__ = ["canonical", "from_json", "normal_text", "quoted", "render", "to_json", "unknown_text"]

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED = re.compile(r'[\\"\n\r\t]|[\x00-\x1f\x7f]|[$%](?=\{)')
_LINE = 100


def normal_text(text: str) -> str:
    """Strings are kept in Unicode's normal form C, as Terraform keeps them."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def to_json(value: Value, *, mask: bool = True, unknown: Callable[[Unknown], Any] | None = None) -> Any:
    """What `json.dumps` can write. A set becomes a list; a fraction a float, or its text where a float would change
    it; a sensitive value "(sensitive)" unless `mask` is off; an unknown value what `unknown` makes of it, or a remark.
    """

    def convert(item: Value) -> Any:
        if isinstance(item, dict):
            return {key: convert(inner) for key, inner in item.items()}
        if isinstance(item, tuple | SetValue):
            return [convert(inner) for inner in item]
        if isinstance(item, Sensitive):
            return "(sensitive)" if mask else convert(item.value)
        if isinstance(item, Unknown):
            return unknown(item) if unknown else unknown_text(item)
        return _json_number(item) if isinstance(item, Decimal) else item

    return convert(value)


def _json_number(number: Decimal) -> int | float | str:
    if number == number.to_integral_value():
        return int(number)
    near = float(number)
    return near if Decimal(repr(near)) == number else number_text(number)


def unknown_text(value: Unknown) -> str:
    """The remark that stands for an unknown value: where it comes from."""
    sources = sorted({origin.source for origin in value.origins})
    return f"(unknown: {', '.join(sources)})" if sources else "(unknown)"


def from_json(data: Any) -> Value:
    """The value of what `json.loads` gave. Raises `TypeError` for what is no JSON."""
    if isinstance(data, str):
        return normal_text(data)
    if data is None or isinstance(data, bool | int):
        return data
    if isinstance(data, float):
        return from_json(Decimal(repr(data)))
    if isinstance(data, Decimal):
        return int(data) if data == data.to_integral_value() else data
    if isinstance(data, dict):
        return {normal_text(key): from_json(item) for key, item in data.items()}
    if isinstance(data, list | tuple):
        return tuple(from_json(item) for item in data)
    raise TypeError(f"{type(data).__name__} is no type of JSON.")


_plain_text = json.JSONEncoder(ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")).encode


def canonical(value: Value) -> str:
    """A text that two values share exactly when they are equal: sorted keys, numbers in one form. An unknown value is
    the digest of its computation, or its sources without their places; sensitive marks leave no trace.

    Of a value that JSON can hold, it is the JSON, which the library writes many times faster than what follows here.
    """
    try:
        return _plain_text(value)
    except TypeError:
        return _canonical_parts(value)


def _canonical_parts(value: Value) -> str:
    if isinstance(value, dict):
        return "{" + ",".join([f"{_json_text(key)}:{canonical(value[key])}" for key in sorted(value)]) + "}"
    if isinstance(value, tuple):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, SetValue):
        return "<" + ",".join(map(canonical, value)) + ">"
    if isinstance(value, Sensitive):
        return canonical(value.value)
    return _canonical_leaf(value)


def _canonical_leaf(value: bool | int | Decimal | str | Unknown | None) -> str:
    if isinstance(value, str):
        return _json_text(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Unknown):
        return _canonical_unknown(value)
    # Negative zero has a text of its own, and is equal to zero.
    return int.__repr__(value) if isinstance(value, int) else number_text(value)


def _canonical_unknown(value: Unknown) -> str:
    # What was computed is told apart by the digest alone: the text of a call may be written in many ways.
    if value.computation:
        return f"unknown({value.computation})"
    return f"unknown({','.join(_json_text(source) for source in sorted({origin.source for origin in value.origins}))})"


def _json_text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def render(value: Value) -> str:
    """HCL text that evaluates to the value; sets are written as lists, sensitive marks are lost. An unknown value
    cannot be written and shows as a remark, which is no HCL: callers that write files check for unknowns before.
    """
    return _rendered(value, "")


def _rendered(value: Value, indent: str) -> str:
    if isinstance(value, Sensitive):
        return _rendered(value.value, indent)
    if isinstance(value, dict):
        inner = indent + "  "
        lines = [f"{inner}{_key(key)} = {_rendered(item, inner)}\n" for key, item in value.items()]
        return "{\n" + "".join(lines) + indent + "}" if lines else "{}"
    if isinstance(value, tuple | SetValue):
        return _rendered_list([_rendered(item, indent + "  ") for item in value], indent)
    if isinstance(value, Unknown):
        return unknown_text(value)
    return quoted(value) if isinstance(value, str) else _canonical_leaf(value)


def _rendered_list(items: list[str], indent: str) -> str:
    line = "[" + ", ".join(items) + "]"
    if len(indent) + len(line) <= _LINE and "\n" not in line:
        return line
    return "[\n" + "".join(f"{indent}  {item},\n" for item in items) + indent + "]"


def _key(key: str) -> str:
    return key if _IDENTIFIER.fullmatch(key) else quoted(key)


def quoted(text: str) -> str:
    """The text as a quoted string of HCL."""
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character in "$%":
        return character * 2
    return _ESCAPES.get(character) or f"\\u{ord(character):04x}"

"""Makes values what an attribute's rule asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType

from towpath.hcl.convert import ConversionError, kind_name, to_bool, to_list, to_number, to_string
from towpath.hcl.values import Sensitive, Unknown, Value
from towpath.terragrunt.language import AttributeRule, Form

__all__ = ["convert"]


def convert(value: Value, rule: AttributeRule) -> Value:
    """The value in the rule's form. Unknown and sensitive values stay what they are, at any depth.

    Raises `ConversionError`, in a full sentence without the place.
    """
    converted = _through_marks(value, _CONVERSIONS[rule.form])
    if rule.least is not None and isinstance(converted, int | Decimal) and converted < rule.least:
        raise ConversionError(f"It must be at least {rule.least}, and is {converted}.")
    if rule.choices and isinstance(converted, str) and converted not in rule.choices:
        allowed = ", ".join(f'"{choice}"' for choice in rule.choices)
        raise ConversionError(f'It must be one of {allowed}, and is "{converted}".')
    return converted


def _through_marks(value: Value, conversion: Callable[[Value], Value]) -> Value:
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Sensitive):
        inner = _through_marks(value.value, conversion)
        return inner if isinstance(inner, Sensitive) else Sensitive(inner)
    if value is None:
        raise ConversionError("It must not be null.")
    return conversion(value)


def _filled(value: Value) -> Value:
    text = to_string(value)
    if text == "":
        raise ConversionError("It must not be empty.")
    return text


def _whole(value: Value) -> Value:
    number = to_number(value)
    if isinstance(number, Decimal) and number != number.to_integral_value():
        raise ConversionError(f"It must be a whole number, and is {number}.")
    return number


def _command(value: Value) -> Value:
    words = _texts(value)
    if isinstance(words, tuple) and (not words or words[0] == ""):
        raise ConversionError("It must begin with the command to run.")
    return words


def _texts(value: Value) -> Value:
    items = to_list(value)
    if not isinstance(items, tuple):
        raise ConversionError(f"It must be a list of strings, and is {kind_name(value)}.")
    return tuple(_through_marks(item, to_string) for item in items)


def _map(value: Value) -> Value:
    if not isinstance(value, dict):
        raise ConversionError(f"It must be a map or object, and is {kind_name(value)}.")
    return value


def _text_map(value: Value) -> Value:
    entries = _map(value)
    if not isinstance(entries, dict):
        return entries
    return {name: _through_marks(item, to_string) for name, item in entries.items()}


def _as_is(value: Value) -> Value:
    return value


_CONVERSIONS: Mapping[Form, Callable[[Value], Value]] = MappingProxyType(
    {
        Form.TEXT: to_string,
        Form.FILLED: _filled,
        Form.BOOL: to_bool,
        Form.WHOLE: _whole,
        Form.TEXTS: _texts,
        Form.COMMAND: _command,
        Form.TEXT_MAP: _text_map,
        Form.MAP: _map,
        Form.ANY: _as_is,
    }
)

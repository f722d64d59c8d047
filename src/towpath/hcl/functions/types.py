"""Conversions between types, and the sensitive mark."""

from __future__ import annotations

from towpath.hcl.convert import kind_name, to_bool, to_list, to_map, to_number, to_set, to_string
from towpath.hcl.functions.kinds import ANY_OR_NULL, PARTS_OR_NULL, RAW
from towpath.hcl.functions.registry import ArgumentError, define, table
from towpath.hcl.marks import bare_deep
from towpath.hcl.values import Sensitive, SetValue, Value, unmark

__all__ = ["TYPES"]


def _tostring(value: Value) -> Value:
    return None if value is None else to_string(value)


def _tonumber(value: Value) -> Value:
    return None if value is None else to_number(value)


def _tobool(value: Value) -> Value:
    return None if value is None else to_bool(value)


def _tolist(value: Value) -> Value:
    _check_elements(value, "list")
    return None if value is None else to_list(value)


def _toset(value: Value) -> Value:
    _check_elements(value, "set")
    return None if value is None else to_set(value)


def _check_elements(value: Value, kind: str) -> None:
    if value is not None and not isinstance(value, tuple | SetValue):
        raise ArgumentError(f"{kind_name(value).capitalize()} cannot be made into a {kind}.")


def _tomap(value: Value) -> Value:
    if value is not None and not isinstance(value, dict):
        raise ArgumentError(f"{kind_name(value).capitalize()} cannot be made into a map.")
    return None if value is None else to_map(value)


def _sensitive(value: Value) -> Value:
    return Sensitive(bare_deep(value)[0])


def _nonsensitive(value: Value) -> Value:
    return unmark(value)[0]


def _issensitive(value: Value) -> Value:
    return isinstance(value, Sensitive)


def _same(value: Value) -> Value:
    return value


TYPES = table(
    (
        define("ephemeralasnull(value)", RAW, run=_same),
        define("issensitive(value)", RAW, run=_issensitive),
        define("nonsensitive(value)", RAW, run=_nonsensitive),
        define("sensitive(value)", RAW, run=_sensitive),
        define("tobool(value)", ANY_OR_NULL, run=_tobool),
        define("tolist(value)", PARTS_OR_NULL, run=_tolist),
        define("tomap(value)", PARTS_OR_NULL, run=_tomap),
        define("tonumber(value)", ANY_OR_NULL, run=_tonumber),
        define("toset(value)", ANY_OR_NULL, run=_toset),
        define("tostring(value)", ANY_OR_NULL, run=_tostring),
    )
)

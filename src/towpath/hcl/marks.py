"""Unknown parts and sensitive marks below the surface of a value."""

from __future__ import annotations

from collections.abc import Iterator

from towpath.hcl.values import Sensitive, SetValue, Unknown, Value

__all__ = ["bare_deep", "marked", "unknowns"]


def marked(value: Value, sensitive: bool) -> Value:
    """The value, as a sensitive one if asked for."""
    return Sensitive(value) if sensitive and not isinstance(value, Sensitive) else value


def bare_deep(value: Value) -> tuple[Value, bool]:
    """The value without sensitive marks at any depth, and whether it had one."""
    if isinstance(value, Sensitive):
        return bare_deep(value.value)[0], True
    if isinstance(value, dict):
        pairs = {key: bare_deep(item) for key, item in value.items()}
        if any(sensitive for _, sensitive in pairs.values()):
            return {key: item for key, (item, _) in pairs.items()}, True
    elif isinstance(value, tuple):
        items = [bare_deep(item) for item in value]
        if any(sensitive for _, sensitive in items):
            return tuple(item for item, _ in items), True
    elif isinstance(value, SetValue):
        elements, sensitive = bare_deep(value.elements)
        if sensitive and isinstance(elements, tuple):
            return SetValue(elements), True
    return value, False


def unknowns(value: Value) -> Iterator[Unknown]:
    """Every unknown in the value, at any depth."""
    if isinstance(value, Unknown):
        yield value
    elif isinstance(value, Sensitive):
        yield from unknowns(value.value)
    elif isinstance(value, dict):
        for item in value.values():
            yield from unknowns(item)
    elif isinstance(value, tuple | SetValue):
        for item in value:
            yield from unknowns(item)

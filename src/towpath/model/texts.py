"""Text that every program can take."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

__all__ = ["encodable"]


def encodable(value: Any) -> Any:
    """The same value, with every byte that stands in a text without being UTF-8 (git and file systems take any name)
    written as `\\xe9`. Looks into lists, maps and frozen dataclasses.
    """
    if isinstance(value, str):
        text = value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        return value if text == value else text
    if isinstance(value, dict):
        return {encodable(key): encodable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return type(value)(encodable(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: encodable(getattr(value, field.name)) for field in fields(value)})
    return value

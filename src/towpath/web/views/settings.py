"""Settings as a tree of names and texts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["SettingRow", "SettingsSection", "setting_rows"]


@dataclass(frozen=True, slots=True)
class SettingRow:
    """`rows` are what it is made of; `text` its value where it is one."""

    name: str
    text: str = ""
    rows: tuple[SettingRow, ...] = ()


@dataclass(frozen=True, slots=True)
class SettingsSection:
    name: str
    rows: tuple[SettingRow, ...]


def setting_rows(settings: Mapping[str, Any]) -> Iterator[SettingRow]:
    for name, value in settings.items():
        yield _row(name, value)


def _row(name: str, value: Any) -> SettingRow:
    if isinstance(value, Mapping) and value:
        return SettingRow(name, rows=tuple(setting_rows(value)))
    if isinstance(value, list | tuple) and any(isinstance(one, Mapping) for one in value):
        rows = tuple(_row(_named(one, number), one) for number, one in enumerate(value, 1))
        return SettingRow(name, rows=rows)
    return SettingRow(name, _text(value))


def _named(entry: Any, number: int) -> str:
    return str(entry.get("name") or entry.get("role") or number) if isinstance(entry, Mapping) else str(number)


def _text(value: Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple | Mapping):
        return ", ".join(map(str, value)) or "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)

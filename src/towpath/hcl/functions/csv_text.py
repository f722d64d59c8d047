"""CSV as RFC 4180 has it and Go reads it: strict about quotes, lenient about blank lines."""

from __future__ import annotations

import re

from towpath.hcl.functions.registry import ArgumentError

__all__ = ["read_csv"]

_QUOTED = re.compile(r'"((?:[^"]|"")*)"(?=[,\n]|\Z)')
_BARE = re.compile(r"[^,\n]*")


def read_csv(text: str) -> list[list[str]]:
    """The fields of each line that is not empty. Raises `ArgumentError` with the number of the bad line."""
    text = text.replace("\r\n", "\n").removesuffix("\r")
    rows: list[list[str]] = []
    row: list[str] = []
    position = 0
    while position < len(text):
        if not row and text[position] == "\n":
            position += 1
            continue
        field, position = _field(text, position)
        row.append(field)
        if position >= len(text) or text[position] == "\n":
            rows.append(row)
            row = []
        elif position + 1 == len(text):
            # The text ends with a comma: there is one more field, and it is empty.
            rows.append([*row, ""])
        position += 1
    return rows


def _field(text: str, position: int) -> tuple[str, int]:
    if text[position] == '"':
        match = _QUOTED.match(text, position)
        if not match:
            raise ArgumentError(f"Line {_line(text, position)} has a quoted field that does not end as it should.")
        return match[1].replace('""', '"'), match.end()
    bare = _BARE.match(text, position)
    field = bare[0] if bare else ""
    if '"' in field:
        raise ArgumentError(f"Line {_line(text, position)} has a quote in a field that does not begin with one.")
    return field, position + len(field)


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1

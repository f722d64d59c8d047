"""Addresses of units: their folder's path from the repository's root, with `/`, no leading `./`."""

from __future__ import annotations

from typing import NewType

__all__ = ["UnitPath", "unit_path"]

UnitPath = NewType("UnitPath", str)


def unit_path(text: str) -> UnitPath:
    """The address of the unit in folder `text`; the repository's root itself is `.`.

    Raises `ValueError` when the path leaves the repository.
    """
    parts: list[str] = []
    for part in text.replace("\\", "/").split("/"):
        if part == "..":
            if not parts:
                raise ValueError(f"{text!r} leaves the repository")
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return UnitPath("/".join(parts) or ".")

"""Patterns of paths, as they stand in `towpath.yml`.

`*` and `?` stay inside one part of the path, `**` stands for any number of whole parts (also none), `[ab]` for one of
the characters, `{a,b}` for one of the texts. A pattern must fit the whole path: `dev/**` fits `dev` and all below it.
The root itself is `.`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

__all__ = ["Globs"]

_TOKEN = re.compile(r"\*|\?|\[!?[^\]/]+\]|\{[^{}/]*\}|.", re.DOTALL)


class Globs:
    """Several patterns; a path fits when one of them does."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns = tuple((pattern, _compiled(pattern)) for pattern in patterns)

    def first(self, path: str) -> str | None:
        """The first pattern that fits the path."""
        parts = "" if path in ("", ".") else f"/{path}"
        return next((pattern for pattern, regex in self._patterns if regex.fullmatch(parts)), None)

    def fits(self, path: str) -> bool:
        return self.first(path) is not None


# The same few patterns are asked about for every unit and plan.
@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(_regex(pattern))


def _regex(pattern: str) -> str:
    """One regular expression for a path with a slash before each of its parts."""
    parts = [part for part in pattern.split("/") if part not in ("", ".")]
    return "".join("(?:/[^/]+)*" if part == "**" else "/" + _part(part) for part in parts)


def _part(part: str) -> str:
    return "".join(_piece(match.group()) for match in _TOKEN.finditer(part))


def _piece(piece: str) -> str:
    if piece == "*":
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if piece.startswith("[") and len(piece) > 2:
        return _characters(piece)
    if piece.startswith("{") and len(piece) > 1:
        return "(?:" + "|".join(_part(choice) for choice in piece[1:-1].split(",")) + ")"
    return re.escape(piece)


def _characters(piece: str) -> str:
    """A set of characters; one that makes no sense, such as `[z-a]`, stands for itself."""
    inverted = piece.startswith("[!") and len(piece) > 3
    inside = re.escape(piece[2 if inverted else 1 : -1]).replace("\\-", "-")
    regex = f"[^/{inside}]" if inverted else f"[{inside}]"
    try:
        re.compile(regex)
    except re.error:
        return re.escape(piece)
    return regex

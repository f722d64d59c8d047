"""Brackets that do not match. Only asked where a file does not parse: it finds the place a reader would call wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

__all__ = ["Bracket", "unmatched_bracket"]

_TOKEN: Final = re.compile(
    rb"(?P<comment>#[^\n]*|//[^\n]*|/\*.*?\*/)"
    rb"|<<-?(?P<marker>[^\W\d][\w-]*)[ \t\r]*\n"
    rb'|(?P<quote>")|(?P<open>[\[({])|(?P<close>[\])}])',
    re.DOTALL,
)
_QUOTED: Final = re.compile(rb'\\.|\$\$\{|%%\{|(?P<sequence>[$%]\{)|(?P<end>["\n])', re.DOTALL)
_CLOSES: Final = {b"(": b")", b"[": b"]", b"{": b"}", b"${": b"}"}


@dataclass(frozen=True, slots=True)
class Bracket:
    """The bracket or quote that is wrong."""

    offset: int
    detail: str


def unmatched_bracket(content: bytes) -> Bracket | None:
    """The first bracket or quote that is not closed, or closes nothing; None where all match."""
    stack: list[tuple[bytes, int]] = []
    position = 0
    while True:
        if stack and stack[-1][0] == b'"':
            position, wrong = _in_quotes(content, position, stack)
        else:
            position, wrong = _outside(content, position, stack)
        if wrong is not None:
            return wrong
        if position < 0:
            break
    return _unclosed(*stack[-1]) if stack else None


def _unclosed(opening: bytes, offset: int) -> Bracket:
    return Bracket(offset, f"This {opening.decode()} is never closed.")


def _outside(content: bytes, position: int, stack: list[tuple[bytes, int]]) -> tuple[int, Bracket | None]:
    match = _TOKEN.search(content, position)
    if match is None:
        return -1, None
    if match["quote"] or match["open"]:
        stack.append((match[0], match.start()))
    elif match["marker"]:
        end = re.compile(rb"^[ \t]*" + re.escape(match["marker"]) + rb"[ \t\r]*$", re.MULTILINE).search(
            content, match.end()
        )
        if end is None:
            return -1, Bracket(match.start(), f"The heredoc that begins here has no line {match['marker'].decode()}.")
        return end.end(), None
    elif match["close"]:
        return match.end(), _closed(content, match[0], match.start(), stack)
    return match.end(), None


def _closed(content: bytes, closing: bytes, position: int, stack: list[tuple[bytes, int]]) -> Bracket | None:
    if all(_CLOSES.get(opening) != closing for opening, _ in stack):
        return Bracket(position, f"This {closing.decode()} closes nothing.")
    opening, offset = stack.pop()
    if _CLOSES.get(opening) == closing:
        return None
    line = content.count(b"\n", 0, position) + 1
    return Bracket(offset, f"This {opening.decode()} is not closed before the {closing.decode()} on line {line}.")


def _in_quotes(content: bytes, position: int, stack: list[tuple[bytes, int]]) -> tuple[int, Bracket | None]:
    match = _QUOTED.search(content, position)
    if match is None or match["end"] == b"\n":
        return -1, Bracket(stack[-1][1], "The string that begins here is not closed on its line.")
    if match["end"]:
        stack.pop()
    elif match["sequence"]:
        stack.append((b"${", match.start()))
    return match.end(), None

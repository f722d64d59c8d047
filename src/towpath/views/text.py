"""Text for people: nothing that a repository says may steer the terminal."""

from __future__ import annotations

import json
import unicodedata

__all__ = ["clip", "json_text", "plural", "printable", "width"]

_STEERING = frozenset(["Cc", "Cf", "Cs", "Zl", "Zp"])
_JOINER = "\u200d"


def printable(text: str) -> str:
    """The text on one line, with everything that would move the cursor, change colours or turn the direction of writing
    shown as an escape: `\\x1b`, `\\u202e`."""
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character == _JOINER or unicodedata.category(character) not in _STEERING:
        return character
    known = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character)
    code = ord(character)
    return known or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")


def width(text: str) -> int:
    """How many columns a terminal gives to the text."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or character == _JOINER:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def clip(text: str, columns: int) -> str:
    """The text in at most that many columns, with an ellipsis where something was left out."""
    if width(text) <= columns:
        return text
    kept = ""
    for character in text:
        if width(kept) + _columns(character) > columns - 1:
            break
        kept += character
    return kept + "…"


def plural(count: int, word: str) -> str:
    """`1 unit`, `2 units`."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def json_text(value: object) -> str:
    """A JSON value on one line, as a person reads it in a sentence."""
    return printable(json.dumps(value, ensure_ascii=False, sort_keys=True))

"""Characters as a reader counts them: Terraform measures, cuts and reverses strings by grapheme cluster.

A cluster is a base character with what is joined to it: combining marks, variation selectors, skin tones, and what
follows a zero-width joiner; two regional indicators are one flag; a carriage return and its line feed are one. This
follows the rules of Unicode's UAX 29 as far as the character database of Python allows; of Hangul only composed
syllables are known, which normalisation gives.
"""

from __future__ import annotations

import unicodedata

__all__ = ["graphemes"]

_JOINER = "\u200d"
_JOINS = frozenset(("Mn", "Me", "Mc"))


def graphemes(text: str) -> list[str]:
    """The clusters of a text, in order; joined, they are the text again."""
    if text.isascii() and "\r\n" not in text:
        return list(text)
    clusters: list[str] = []
    for character in text:
        if clusters and _continues(clusters[-1], character):
            clusters[-1] += character
        else:
            clusters.append(character)
    return clusters


def _continues(cluster: str, character: str) -> bool:
    last = cluster[-1]
    if last == "\r":
        return character == "\n"
    if _is_control(last):
        return False
    if character == _JOINER or unicodedata.category(character) in _JOINS or _is_skin_tone(character):
        return True
    if last == _JOINER:
        return len(cluster) > 1 and unicodedata.category(character) == "So"
    return _is_flag_letter(character) and len(cluster) == 1 and _is_flag_letter(last)


def _is_control(character: str) -> bool:
    return character != _JOINER and unicodedata.category(character) in ("Cc", "Zl", "Zp")


def _is_skin_tone(character: str) -> bool:
    return "\U0001f3fb" <= character <= "\U0001f3ff"


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"

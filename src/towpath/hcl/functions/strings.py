"""Functions of strings, except formatting and regular expressions. Positions count grapheme clusters."""

from __future__ import annotations

from towpath.hcl.functions.graphemes import graphemes
from towpath.hcl.functions.kinds import STRING, STRINGS, WHOLE
from towpath.hcl.functions.registry import ArgumentError, define, must_fit, table
from towpath.hcl.values import Value

__all__ = ["TEXT"]

# What Go's unicode.IsSpace counts as space.
_SPACES = "\t\n\v\f\r \u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


def _upper(text: str) -> Value:
    return text.upper() if text.isascii() else "".join(_single(character, character.upper()) for character in text)


def _lower(text: str) -> Value:
    return text.lower() if text.isascii() else "".join(_lower_one(character) for character in text)


def _lower_one(character: str) -> str:
    # Go maps the capital I with a dot to a plain i; Python's full mapping keeps the dot as a mark of its own.
    return "i" if character == "\u0130" else _single(character, character.lower())


def _single(character: str, mapped: str) -> str:
    # Go maps one character to one character; where Unicode's full mapping gives several, it leaves the character.
    return mapped if len(mapped) == 1 else character


def _title(text: str) -> Value:
    letters: list[str] = []
    after_letter = False
    for character in text:
        letters.append(character if after_letter else _single(character, character.title()))
        after_letter = character == "_" or character.isalnum() or not (character.isascii() or character in _SPACES)
    return "".join(letters)


def _substr(text: str, offset: int, length: int) -> Value:
    characters = graphemes(text)
    start = max(len(characters) + offset, 0) if offset < 0 else offset
    # Terraform takes a length of nothing for all the rest when it counts from the end.
    to_the_end = length < 0 or (length == 0 and offset < 0)
    return "".join(characters[start:] if to_the_end else characters[start : start + length])


def _strrev(text: str) -> Value:
    return "".join(reversed(graphemes(text)))


def _join(separator: str, *lists: tuple[str | None, ...]) -> Value:
    items = [item for one in lists for item in one]
    if None in items:
        raise ArgumentError(f"Element {items.index(None)} is null, and a null cannot be joined.")
    texts = [item for item in items if item is not None]
    must_fit(characters=sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def _split(separator: str, text: str) -> Value:
    return tuple(text.split(separator)) if separator else tuple(text)


def _trim(text: str, characters: str) -> Value:
    return text.strip(characters) if characters else text


def _trimspace(text: str) -> Value:
    return text.strip(_SPACES)


def _chomp(text: str) -> Value:
    return text.rstrip("\r\n")


def _indent(spaces: int, text: str) -> Value:
    if spaces < 0:
        raise ArgumentError(f"The number of spaces must not be negative, and is {spaces}.")
    must_fit(characters=len(text) + text.count("\n") * spaces)
    return text.replace("\n", "\n" + " " * spaces)


def _startswith(text: str, prefix: str) -> Value:
    return text.startswith(prefix)


def _endswith(text: str, suffix: str) -> Value:
    return text.endswith(suffix)


def _strcontains(text: str, part: str) -> Value:
    return part in text


TEXT = table(
    (
        define("chomp(text)", STRING, run=_chomp),
        define("endswith(text, suffix)", STRING, STRING, run=_endswith),
        define("indent(spaces, text)", WHOLE, STRING, run=_indent),
        define("join(separator, lists...)", STRING, STRINGS, run=_join, least=2),
        define("lower(text)", STRING, run=_lower),
        define("split(separator, text)", STRING, STRING, run=_split),
        define("startswith(text, prefix)", STRING, STRING, run=_startswith),
        define("strcontains(text, part)", STRING, STRING, run=_strcontains),
        define("strrev(text)", STRING, run=_strrev),
        define("substr(text, offset, length)", STRING, WHOLE, WHOLE, run=_substr),
        define("title(text)", STRING, run=_title),
        define("trim(text, characters)", STRING, STRING, run=_trim),
        define("trimprefix(text, prefix)", STRING, STRING, run=str.removeprefix),
        define("trimspace(text)", STRING, run=_trimspace),
        define("trimsuffix(text, suffix)", STRING, STRING, run=str.removesuffix),
        define("upper(text)", STRING, run=_upper),
    )
)

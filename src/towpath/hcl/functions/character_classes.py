"""Sets of characters for regular expressions: ranges, Perl's and POSIX's names, Unicode's general categories."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from towpath.hcl.functions.registry import ArgumentError

__all__ = ["PERL", "POSIX", "CharacterClass", "ranges", "unicode_class"]

Test = Callable[[str], bool]

# Letters whose other case lies outside the plain pairs.
_ORBITS = {character: orbit for orbit in ("kK\u212a", "sS\u017f", "åÅ\u212b") for character in orbit}
_CATEGORIES = {
    "C": "cfnos",
    "L": "lmotu",
    "M": "cen",
    "N": "dlo",
    "P": "cdefios",
    "S": "ckmo",
    "Z": "lps",
}


class CharacterClass:
    """Whether a character belongs to any of some sets; what was found out is remembered."""

    __slots__ = ("_fold", "_known", "_negated", "_tests")

    def __init__(self, tests: tuple[Test, ...], *, negated: bool = False, fold: bool = False) -> None:
        self._tests = tests
        self._negated = negated
        self._fold = fold
        self._known: dict[str, bool] = {}

    def __call__(self, character: str) -> bool:
        known = self._known.get(character)
        if known is None:
            spellings = _spellings(character) if self._fold else (character,)
            inside = any(test(spelling) for test in self._tests for spelling in spellings)
            known = self._known[character] = inside != self._negated
        return known


def _spellings(character: str) -> tuple[str, ...]:
    cases = {character, character.lower(), character.upper(), *_ORBITS.get(character, "")}
    return tuple(case for case in cases if len(case) == 1)


def ranges(text: str) -> Test:
    """The characters of pairs: `ranges("azAZ__")` has the ASCII letters and the underscore."""
    pairs = tuple(zip(text[::2], text[1::2], strict=True))
    return lambda character: any(low <= character <= high for low, high in pairs)


def _not(test: Test) -> Test:
    return lambda character: not test(character)


def _with_negated(names: dict[str, Test], negate: Callable[[str], str]) -> dict[str, Test]:
    return names | {negate(name): _not(test) for name, test in names.items()}


PERL = _with_negated(
    {"d": ranges("09"), "s": ranges("\t\n\f\r  "), "w": ranges("azAZ09__")},
    str.upper,
)
POSIX = _with_negated(
    {
        "alnum": ranges("azAZ09"),
        "alpha": ranges("azAZ"),
        "ascii": ranges("\0\x7f"),
        "blank": ranges("\t\t  "),
        "cntrl": ranges("\0\x1f\x7f\x7f"),
        "digit": ranges("09"),
        "graph": ranges("!~"),
        "lower": ranges("az"),
        "print": ranges(" ~"),
        "punct": ranges("!/:@[`{~"),
        "space": ranges("\t\r  "),
        "upper": ranges("AZ"),
        "word": ranges("azAZ09__"),
        "xdigit": ranges("09afAF"),
    },
    lambda name: f"^{name}",
)


def unicode_class(name: str, *, negated: bool) -> Test:
    """The class of `\\p{name}`. Only general categories are known here. Raises `ArgumentError` for scripts."""
    if name.startswith("^"):
        name, negated = name[1:], not negated
    minors = _CATEGORIES.get(name[:1], "")
    if name != "Any" and (not minors or name[1:] not in ("", *minors)):
        raise ArgumentError(f'The class "{name}" is not known here, only general categories such as L or Nd are.')

    def test(character: str) -> bool:
        return name == "Any" or unicodedata.category(character).startswith(name)

    return _not(test) if negated else test

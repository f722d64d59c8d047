"""File patterns: `*`, `?`, `[…]`, `{a,b}` within a segment of the path, `**` across segments.

There are two kinds. Terraform's `fileset` takes a segment that is `**` for any number of segments, none too. To
`mark_glob_as_read` the separators around it stay (its reference says so of the patterns that it takes).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from towpath.hcl.functions.patterns import compile_pattern
from towpath.hcl.functions.registry import ArgumentError

__all__ = ["glob_matcher", "marking_matcher"]

_SPECIAL = frozenset("*?[]{}\\")


@lru_cache(maxsize=512)
def glob_matcher(pattern: str) -> Callable[[str], bool]:
    """Tells of whole paths whether they fit, in a time that grows with the path alone. A segment that is `**` stands
    for any number of segments, none too.

    Raises `ArgumentError` for what is no pattern.
    """
    return _matcher(pattern, spanning=True)


@lru_cache(maxsize=512)
def marking_matcher(pattern: str) -> Callable[[str], bool]:
    """As `glob_matcher`, but `a/**/*.tf` fits nothing directly in `a`. Where there is one `**` and no other wildcard,
    the text before it and the text after it may share characters: `a/**/b` fits `a/b`.

    Raises `ArgumentError` for what is no pattern.
    """
    before, wild, after = pattern.partition("**")
    if wild and not _SPECIAL.intersection(before + after):
        return lambda path: path.startswith(before) and path.endswith(after)
    return _matcher(pattern, spanning=False)


def _matcher(pattern: str, *, spanning: bool) -> Callable[[str], bool]:
    expression = compile_pattern(f"(?s){''.join(_pieces(pattern, spanning=spanning))}")
    return lambda path: expression.fullmatch(path) is not None


def _pieces(pattern: str, *, spanning: bool) -> Iterator[str]:
    depth = position = 0
    while position < len(pattern):
        rest = pattern[position:]
        size = 1
        if spanning and rest.startswith("**/") and (position == 0 or pattern[position - 1] in "/{,"):
            yield "(?:[^/]*/)*"
            size = 3
        elif rest.startswith("**"):
            yield ".*"
            size = 2
        elif rest[0] == "[":
            size = _class_size(pattern, position)
            yield _class(rest[1 : size - 1])
        elif rest[0] == "\\" and len(rest) > 1:
            yield re.escape(rest[1])
            size = 2
        else:
            depth += {"{": 1, "}": -1 if depth else 0}.get(rest[0], 0)
            yield _single(rest[0], depth)
        position += size
    if depth:
        raise ArgumentError(f"A brace is not closed in {pattern!r}.")


def _single(character: str, depth: int) -> str:
    special = {"*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")"}
    if character == "," and depth:
        return "|"
    return special.get(character) or re.escape(character)


def _class_size(pattern: str, start: int) -> int:
    # A closing bracket that comes first belongs to the class.
    end = pattern.find("]", start + (3 if pattern[start + 1 : start + 2] in ("!", "^") else 2))
    if end < 0:
        raise ArgumentError(f"A bracket is not closed in {pattern!r}.")
    return end - start + 1


def _class(inside: str) -> str:
    negated = inside[:1] in ("!", "^")
    body = (inside[1:] if negated else inside).replace("\\", r"\\").replace("[", r"\[").replace("]", r"\]")
    return f"[{'^' if negated else ''}{body}]"

"""Reading on after a syntax error.

1. Find where the text stops making sense: a bracket that does not match, or tree-sitter's first error.
2. Make a problem of it.
3. Blank out the lines it spoils (its own line if that is enough, else the top-level item it stands in, else the rest
   of the file), keeping every offset, and parse again.
4. Repeat until nothing is wrong, or too much is.

What HCL takes and the grammar does not (the number `1e5`, the escaped sequence in `$$${`) is blanked over with digits
before; the reader takes the text of numbers and strings from the file itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tree_sitter import Node as Tree
from tree_sitter import Parser

from towpath.hcl.brackets import unmatched_bracket
from towpath.hcl.grammar import LANGUAGE, syntax_problem
from towpath.hcl.text import SourceText
from towpath.problems import Problem

__all__ = ["Mended", "first_problem", "mend"]

_MOST_REPAIRS: Final = 20
# Names come first: in `a-1e5`, which is one, there is no number.
_NOT_IN_GRAMMAR: Final = re.compile(
    rb"[A-Za-z_\x80-\xff][\w\x80-\xff-]*"
    rb"|(?P<blanked>(?<![\w.])\d+[eE][+-]?\d+(?![\w.])|\$\$+\{|%%+\{)"
)
_ITEM_START: Final = re.compile(rb"^[^\W\d]", re.MULTILINE)
_INNER_ITEM: Final = re.compile(rb"^[ \t]*(?:[^\W\d][\w-]*[ \t]*=[^=>]|\})", re.MULTILINE)
_SHOWN: Final = 40
_MOST_TRIED: Final = 50
_LARGEST_TRIED: Final = 32 * 1024
"""Lines, and bytes of a file, that are looked through for the one that is wrong."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A tree without errors, and the problems that had to be cut out."""

    tree: Tree
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Error:
    offset: int
    detail: str
    is_bracket: bool = False

    def comes_after(self, other: _Error, end: int, content: bytes) -> bool:
        """Whether the text up to `end`, which had the other error, is fine now. What directly follows a bracket that
        was cut out does not fit either, which is the same mistake. Brackets are looked at first, so that another
        mistake may come before one.
        """
        if not other.is_bracket:
            return self.offset >= max(end, other.offset)
        if self.is_bracket:
            return self.offset != other.offset
        return bool(content[min(end, self.offset) : max(end, self.offset)].strip())


def mend(text: SourceText, content: bytes) -> Mended:
    """Cut out what is wrong in `content`, which has errors."""
    content, tree = _without_gaps(content)
    problems: list[Problem] = []
    while tree.has_error and len(problems) < _MOST_REPAIRS:
        error = _narrowed(content, _first_error(content, tree))
        problems.append(syntax_problem(text, min(error.offset, len(text.content)), error.detail))
        content, tree = _without(content, error)
    return Mended(_parse(b"") if tree.has_error else tree, tuple(sorted(problems, key=_position)))


def _position(problem: Problem) -> tuple[int, int]:
    place = problem.place
    return (place.line or 0, place.column or 0) if place else (0, 0)


def first_problem(text: SourceText, content: bytes, earliest: int, latest: int) -> tuple[Tree, Problem | None]:
    """For what cannot be cut: the tree, and what is wrong in it first. The place lies between the two offsets."""
    content, tree = _without_gaps(content)
    if not tree.has_error:
        return tree, None
    error = _first_error(content, tree)
    return tree, syntax_problem(text, max(earliest, min(error.offset, latest)), error.detail)


def _without_gaps(content: bytes) -> tuple[bytes, Tree]:
    content = _NOT_IN_GRAMMAR.sub(lambda match: b"1" * len(match[0]) if match["blanked"] else match[0], content)
    return content, _parse(content)


def _parse(content: bytes) -> Tree:
    return Parser(LANGUAGE).parse(content).root_node


# Where it is


def _first_error(content: bytes, tree: Tree) -> _Error:
    bracket = unmatched_bracket(content)
    if bracket is not None:
        return _Error(bracket.offset, bracket.detail, is_bracket=True)
    node = _first_error_node(tree)
    if node.is_missing:
        offset = _before_blanks(content, node.start_byte)
        return _Error(offset, f"Something is missing here: {_described(node.type)}.")
    offset = _offending(content, node)
    return _Error(offset, _not_fitting(content, offset))


def _not_fitting(content: bytes, offset: int) -> str:
    shown = content[offset : offset + _SHOWN].split(b"\n")[0].strip().decode("utf-8", "replace")
    return f"What stands here does not fit: {shown}" if shown else "The line ends too early."


def _narrowed(content: bytes, error: _Error) -> _Error:
    """The error at the line that is wrong, where a whole block was swallowed with it."""
    if error.is_bracket or content[error.offset : error.offset + 1] not in (b"\n", b"{"):
        return error
    offset = _culprit(content, error.offset)
    return _Error(offset, _not_fitting(content, offset))


def _described(kind: str) -> str:
    named = {"identifier": "a value or a name", "quoted_template_end": "the closing quote", "block_end": "}"}
    return named.get(kind, kind.replace("_", " "))


def _first_error_node(tree: Tree) -> Tree:
    node = tree
    while not (node.is_error or node.is_missing):
        node = next(child for child in node.children if child.has_error or child.is_error or child.is_missing)
    return node


def _offending(content: bytes, node: Tree) -> int:
    """An error that swallowed the beginning of an item begins after what could be read of it."""
    children = node.children
    if not children or (node.parent is not None and node.parent.type not in ("config_file", "body")):
        return node.start_byte
    swallowed = [child.end_byte for child in children if not child.is_error]
    end = max(swallowed[:2], default=node.start_byte)
    rest = content[end : node.end_byte]
    return min(end + len(rest) - len(rest.lstrip(b" \t")), max(len(content) - 1, 0))


def _culprit(content: bytes, offset: int) -> int:
    """The beginning of the one line after `offset` without which all would be well; `offset` where there is none."""
    end = content.find(b"\n", offset) + 1
    for _ in range(_MOST_TRIED if end and len(content) <= _LARGEST_TRIED else 0):
        start, end = end, content.find(b"\n", end) + 1
        if not end:
            break
        line = content[start:end]
        if line.strip() and not _parse(_blanked(content, start, end)).has_error:
            return start + len(line) - len(line.lstrip())
    return offset


def _blanked(content: bytes, start: int, end: int) -> bytes:
    return content[:start] + re.sub(rb"[^\n]", b" ", content[start:end]) + content[end:]


def _before_blanks(content: bytes, offset: int) -> int:
    return len(content[:offset].rstrip()) if content[:offset].strip() else offset


# What to cut out


def _without(content: bytes, error: _Error) -> tuple[bytes, Tree]:
    """The content with as little as needed blanked out, so that the first error is gone or further on."""
    for start, end in _spans(content, error.offset):
        blanked = _blanked(content, start, end)
        tree = _parse(blanked)
        if not tree.has_error or _first_error(blanked, tree).comes_after(error, end, blanked):
            return blanked, tree
    return b"", _parse(b"")


def _spans(content: bytes, offset: int) -> Iterator[tuple[int, int]]:
    """What may have to go, from little to much: the line, the lines up to the next item, the line before (only the
    following one shows that it was not complete), the top-level item, the rest of the file, all.
    """
    start = content.rfind(b"\n", 0, offset) + 1
    end = content.find(b"\n", offset) + 1 or len(content)
    if content[start:end].strip() and not content[start:end].rstrip().endswith(b"{"):
        yield start, end
        following = _INNER_ITEM.search(content, end)
        yield start, following.start() if following else len(content)
    before = content.rfind(b"\n", 0, max(start - 1, 0)) + 1
    if content[before:start].strip():
        yield before, start
    starts = [match.start() for match in _ITEM_START.finditer(content)]
    first = max((position for position in starts if position <= offset), default=0)
    yield first, min((position for position in starts if position > offset), default=len(content))
    yield first, len(content)
    yield 0, len(content)

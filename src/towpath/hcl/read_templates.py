"""From tree-sitter's nodes to templates: quoted strings and heredocs.

The grammar drops blanks at the edges of literal text, so that text is taken from the file itself: everything that
stands between two sequences (`${ }`, `%{ }`). Then, in the order in which HCL does it:

1. the text is cut into lines, escapes are resolved;
2. `~` takes the blanks off the neighbouring piece of text, which ends with its line;
3. a heredoc of the form `<<-` loses the indentation that its lines have in common;
4. directives are matched with their ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from tree_sitter import Node as Tree

from towpath.hcl.forms import normal_text
from towpath.hcl.grammar import MOST_DEPTH, syntax_error, too_deep
from towpath.hcl.syntax import Conditional, Expression, For, Literal, Template, TemplateFor, TemplateWrap
from towpath.hcl.text import SourceText

__all__ = ["Reads", "read_plain", "read_template"]

_SEQUENCES: Final = frozenset(
    (
        "template_interpolation",
        "template_if_intro",
        "template_else_intro",
        "template_if_end",
        "template_for_start",
        "template_for_end",
    )
)
_NESTS: Final = frozenset(("template_directive", "template_if", "template_for"))
_LETTERS: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_ESCAPE: Final = re.compile(
    r'\\(?:(?P<letter>[nrt"\\])|u(?P<short>[0-9a-fA-F]{4})|U(?P<long>[0-9a-fA-F]{8})|(?P<bad>.?))'
    r"|(?P<sequence>\$\$\{|%%\{)",
    re.DOTALL,
)
_SEQUENCE: Final = re.compile(r"\$\$\{|%%\{")


class Reads(Protocol):
    """What templates need of the reader of expressions."""

    @property
    def text(self) -> SourceText: ...

    def read(self, node: Tree) -> Expression: ...

    def for_names(self, node: Tree) -> tuple[list[str], Expression]: ...


@dataclass(slots=True)
class _Piece:
    """Literal text where `node` is None, otherwise a sequence."""

    start: int
    end: int
    node: Tree | None = None
    literal: str = ""


def read_plain(text: SourceText, node: Tree) -> Literal:
    """A quoted string without sequences in it."""
    start, end = node.start_byte, node.end_byte
    return Literal(text, start, end, _decode(text, start + 1, end - 1, _resolve_quoted(text, start + 1)))


def read_template(reader: Reads, node: Tree) -> Expression:
    """A quoted template or a heredoc."""
    heredoc = node.type == "heredoc_template"
    start, end = _heredoc_span(reader.text, node) if heredoc else (node.start_byte + 1, node.end_byte - 1)
    pieces = list(_pieces(reader.text, node, start, end, heredoc))
    _strip(reader.text, pieces)
    if heredoc and reader.text.content[node.start_byte + 2] == 0x2D:
        _dedent(pieces)
    return _Builder(reader, pieces, node.start_byte, node.end_byte).whole()


def _heredoc_span(text: SourceText, node: Tree) -> tuple[int, int]:
    """From the line after the opening marker to the beginning of the closing marker's line."""
    opening = text.content.find(b"\n", node.start_byte) + 1
    marker = node.named_children[1]
    if text.content[marker.end_byte : opening].strip():
        raise syntax_error(text, marker.end_byte, "After the marker of a heredoc, the line must end.")
    closing = text.content.rfind(b"\n", node.start_byte, node.named_children[-1].start_byte) + 1
    return opening, max(opening, closing)


# 1. Pieces


def _pieces(text: SourceText, node: Tree, start: int, end: int, heredoc: bool) -> Iterator[_Piece]:
    position = start
    for sequence in _sequences(text, node, 0):
        yield from _literals(text, position, sequence.start_byte, heredoc)
        yield _Piece(sequence.start_byte, sequence.end_byte, sequence)
        position = sequence.end_byte
    yield from _literals(text, position, end, heredoc)


def _sequences(text: SourceText, node: Tree, depth: int) -> Iterator[Tree]:
    if depth > MOST_DEPTH:
        raise too_deep(text, node.start_byte)
    for child in node.named_children:
        if child.type in _NESTS:
            yield from _sequences(text, child, depth + 1)
        elif child.type in _SEQUENCES and not _is_escaped(text.content, child.start_byte):
            yield child


def _is_escaped(content: bytes, start: int) -> bool:
    # In `$$${` the grammar sees an escaped dollar and a sequence, HCL a dollar and an escaped sequence.
    return start > 0 and content[start - 1] == content[start]


def _literals(text: SourceText, start: int, end: int, heredoc: bool) -> Iterator[_Piece]:
    while start < end:
        line_end = text.content.find(b"\n", start, end) + 1 if heredoc else end
        stop = line_end or end
        resolve = _resolve_sequences if heredoc else _resolve_quoted(text, start)
        yield _Piece(start, stop, literal=_decode(text, start, stop, resolve))
        start = stop


def _decode(text: SourceText, start: int, end: int, resolve: Callable[[str], str]) -> str:
    raw = text.text(start, end)
    return normal_text(resolve(raw) if "\\" in raw or "{" in raw or "\n" in raw else raw)


def _resolve_sequences(raw: str) -> str:
    return _SEQUENCE.sub(lambda match: match[0][1:], raw)


def _resolve_quoted(text: SourceText, start: int) -> Callable[[str], str]:
    def resolve(raw: str) -> str:
        if "\n" in raw:
            hint = "Write \\n for a line end, or use a heredoc."
            raise syntax_error(text, start, "A quoted string must end on the line where it begins.", hint)
        return _ESCAPE.sub(character, raw)

    def character(match: re.Match[str]) -> str:
        if match["sequence"]:
            return match[0][1:]
        if match["letter"]:
            return _LETTERS[match["letter"]]
        code = int(match["short"] or match["long"] or "110000", 16)
        if code >= 0x110000 or 0xD800 <= code < 0xE000:
            offset = start + len(match.string[: match.start()].encode())
            raise syntax_error(text, offset, f"{match[0]} is not an escape of HCL.", "Write \\\\ for a backslash.")
        return chr(code)

    return resolve


# 2. and 3. Blanks


def _strip(text: SourceText, pieces: list[_Piece]) -> None:
    for index, piece in enumerate(pieces):
        if piece.node is None:
            continue
        if index and text.content[piece.start + 2] == 0x7E:
            pieces[index - 1].literal = pieces[index - 1].literal.rstrip()
        if index + 1 < len(pieces) and text.content[piece.end - 2] == 0x7E:
            pieces[index + 1].literal = pieces[index + 1].literal.lstrip()


def _dedent(pieces: list[_Piece]) -> None:
    """Lines of blanks only do not count. A line that begins with a sequence has no indentation."""
    fewest: int | None = None
    beginnings: list[_Piece] = []
    at_line_start = True
    for piece in pieces:
        if at_line_start and not (piece.literal.endswith("\n") and piece.literal.isspace()):
            spaces = len(piece.literal) - len(piece.literal.lstrip())
            fewest = spaces if fewest is None else min(fewest, spaces)
            beginnings.append(piece)
        at_line_start = piece.literal.endswith("\n")
    for piece in beginnings:
        piece.literal = piece.literal[fewest:]


# 4. Directives


class _Builder:
    """Makes expressions of pieces, from left to right."""

    def __init__(self, reader: Reads, pieces: list[_Piece], start: int, end: int) -> None:
        self._reader = reader
        self._pieces = pieces
        self._next = 0
        self._span = (start, end)

    def whole(self) -> Expression:
        start, end = self._span
        if len(self._pieces) == 1 and self._is("template_interpolation"):
            return TemplateWrap(self._reader.text, start, end, self._interpolation(self._pieces[0]))
        parts, _ = self._parts(frozenset())
        return self._template(parts, start, end)

    def _is(self, kind: str) -> bool:
        node = self._pieces[self._next].node
        return node is not None and node.type == kind

    def _template(self, parts: list[Expression], start: int, end: int) -> Expression:
        text = self._reader.text
        plain = [part.value for part in parts if isinstance(part, Literal) and isinstance(part.value, str)]
        if len(plain) == len(parts):
            return Literal(text, start, end, normal_text("".join(plain)))
        return Template(text, start, end, tuple(parts))

    def _parts(self, ends: frozenset[str]) -> tuple[list[Expression], Tree | None]:
        """The parts up to a sequence of one of the types `ends`, or to the end of all."""
        parts: list[Expression] = []
        while self._next < len(self._pieces):
            piece = self._pieces[self._next]
            self._next += 1
            if piece.node is None:
                if piece.literal:
                    parts.append(Literal(self._reader.text, piece.start, piece.end, piece.literal))
            elif piece.node.type in ends:
                return parts, piece.node
            else:
                parts.append(self._part(piece.node, piece))
        return parts, None

    def _part(self, node: Tree, piece: _Piece) -> Expression:
        if node.type == "template_interpolation":
            return self._interpolation(piece)
        if node.type == "template_if_intro":
            return self._if(node)
        if node.type == "template_for_start":
            return self._for(node)
        raise syntax_error(self._reader.text, node.start_byte, "This directive has no beginning.")

    def _interpolation(self, piece: _Piece) -> Expression:
        return self._inner(piece.node) if piece.node else Literal(self._reader.text, piece.start, piece.end, "")

    def _inner(self, node: Tree) -> Expression:
        for child in node.named_children:
            if child.type == "expression":
                return self._reader.read(child)
        raise syntax_error(self._reader.text, node.start_byte, "An expression is missing between these braces.")

    def _if(self, node: Tree) -> Expression:
        yes, stop = self._parts(frozenset(("template_else_intro", "template_if_end")))
        no: list[Expression] = []
        between = stop
        if stop is not None and stop.type == "template_else_intro":
            no, stop = self._parts(frozenset(("template_if_end",)))
        if stop is None or between is None:
            raise syntax_error(self._reader.text, node.start_byte, "This %{ if } has no %{ endif }.")
        return Conditional(
            self._reader.text,
            node.start_byte,
            stop.end_byte,
            self._inner(node),
            self._template(yes, node.end_byte, between.start_byte),
            self._template(no, between.end_byte, stop.start_byte),
        )

    def _for(self, node: Tree) -> Expression:
        parts, stop = self._parts(frozenset(("template_for_end",)))
        if stop is None:
            raise syntax_error(self._reader.text, node.start_byte, "This %{ for } has no %{ endfor }.")
        names, collection = self._reader.for_names(node)
        text, start, end = self._reader.text, node.start_byte, stop.end_byte
        result = self._template(parts, node.end_byte, stop.start_byte)
        key = names[0] if len(names) > 1 else None
        return TemplateFor(
            text, start, end, For(text, start, end, key, names[-1], collection, None, result, None, False)
        )

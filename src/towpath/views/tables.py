"""Styled lines and tables, as values: made by views, drawn by the output."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from towpath.views.text import printable, width

__all__ = ["Line", "Span", "Style", "Table", "aligned", "line"]


class Style(StrEnum):
    """What a piece of text is; the output decides how that looks."""

    PLAIN = ""
    HEADING = "heading"
    FAINT = "faint"
    NAME = "name"
    GOOD = "good"
    CHANGED = "changed"
    BAD = "bad"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text in one style. Its text is safe to print, whatever it was made of."""

    text: str
    style: Style = Style.PLAIN

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", printable(self.text))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of output."""

    spans: tuple[Span, ...] = ()

    def plain(self) -> str:
        return "".join(span.text for span in self.spans).rstrip()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; every row has as many cells as there are headings."""

    headings: tuple[str, ...]
    rows: tuple[tuple[Span, ...], ...]


def line(*parts: str | Span) -> Line:
    return Line(tuple(part if isinstance(part, Span) else Span(part) for part in parts))


def aligned(table: Table, gap: int = 2) -> tuple[Line, ...]:
    """The table as lines: columns as wide as their widest cell, the last one as it is. Nothing is cut off, so that
    what is piped to another program is whole."""
    heading = tuple(Span(text.upper(), Style.HEADING) for text in table.headings)
    rows = [heading, *table.rows]
    widths = [max(width(row[column].text) for row in rows) for column in range(len(table.headings))]
    return tuple(Line(tuple(_padded(row, widths, gap))) for row in rows)


def _padded(row: Sequence[Span], widths: Sequence[int], gap: int) -> Iterable[Span]:
    last = len(row) - 1
    for column, cell in enumerate(row):
        yield cell
        if column < last:
            yield Span(" " * (widths[column] - width(cell.text) + gap))

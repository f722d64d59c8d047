"""What came of telling people, as lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from towpath.problems import Problem
from towpath.views.problems import problems_lines
from towpath.views.tables import Line, Span, Style, line

__all__ = ["tried_lines"]


def tried_lines(destination: str, problems: Sequence[Problem], note: str) -> Iterator[Line]:
    """Whether the destination took the message, and below it what is wrong."""
    mark = Span("failed   ", Style.BAD) if problems else Span("delivered", Style.GOOD)
    yield line(mark, "  ", Span(destination, Style.NAME), f"  {note}" if note else "")
    yield from problems_lines(problems)

"""Problems, printed as a compiler prints them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from towpath.problems import Place, Problem
from towpath.views.tables import Line, Span, Style, line
from towpath.views.text import plural, printable, width

__all__ = ["problem_lines", "problem_summary", "problems_lines"]

_WRAP = 100


def problems_lines(problems: Sequence[Problem]) -> tuple[Line, ...]:
    """Every problem, an empty line after each, and how many there were. The same problem is said once."""
    lines: list[Line] = []
    once = tuple(dict.fromkeys(problems))
    for problem in once:
        lines += [*problem_lines(problem), line()]
    if once:
        lines.append(problem_summary(once))
    return tuple(lines)


def problem_summary(problems: Iterable[Problem]) -> Line:
    """`2 errors, 1 warning`."""
    errors = sum(problem.is_error for problem in problems)
    warnings = sum(not problem.is_error for problem in problems)
    said = [plural(count, word) for count, word in ((errors, "error"), (warnings, "warning")) if count]
    return line(Span(", ".join(said), Style.BAD if errors else Style.WARNING))


def problem_lines(problem: Problem) -> tuple[Line, ...]:
    """Severity, id and summary; the place with its line and a caret; the detail, wrapped; what to do."""
    style = Style.BAD if problem.is_error else Style.WARNING
    title = line(Span(f"{problem.severity.value}[{problem.id}]", style), ": ", Span(problem.summary, Style.HEADING))
    number = str(problem.place.line) if problem.place and problem.place.line is not None else ""
    margin = " " * len(number)
    lines = [title]
    if problem.place is not None and problem.place.file:
        lines += _place_lines(problem.place, number, style)
    if problem.unit is not None and not _says_unit(problem):
        lines.append(line(f"{margin} ", Span("= ", Style.FAINT), Span("unit: ", Style.FAINT), problem.unit))
    lines += _wrapped(problem.detail, f"{margin} ", Span("= ", Style.FAINT))
    if problem.hint:
        lines += _wrapped(problem.hint, f"{margin} ", Span("= ", Style.FAINT), Span("hint: ", Style.GOOD))
    return tuple(lines)


def _says_unit(problem: Problem) -> bool:
    """Whether the place is in the unit's folder already."""
    return problem.place is not None and problem.place.file.rpartition("/")[0] == problem.unit


def _place_lines(place: Place, number: str, style: Style) -> Iterable[Line]:
    margin = " " * len(number)
    where = ":".join(str(part) for part in (place.file, place.line, place.column) if part is not None)
    yield line(margin, Span(" --> ", Style.FAINT), where)
    if place.source is None or place.line is None:
        return
    yield line(f"{margin} ", Span("|", Style.FAINT))
    yield line(Span(f"{number} | ", Style.FAINT), _untabbed(place.source))
    if place.column is not None:
        before = width(printable(_untabbed(place.source[: place.column - 1])))
        yield line(f"{margin} ", Span("| ", Style.FAINT), " " * before, Span("^", style))
    else:
        yield line(f"{margin} ", Span("|", Style.FAINT))


def _untabbed(text: str) -> str:
    return text.replace("\t", "    ")


def _wrapped(text: str, margin: str, *lead: Span) -> Iterable[Line]:
    indent = margin + " " * sum(width(span.text) for span in lead)
    first = True
    for paragraph in text.splitlines():
        columns = max(40, _WRAP - len(indent))
        for piece in textwrap.wrap(paragraph, columns, break_long_words=False, break_on_hyphens=False):
            yield line(margin, *lead, piece) if first else line(indent, piece)
            first = False

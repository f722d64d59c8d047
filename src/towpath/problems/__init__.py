"""Problems are values.

1. Whoever finds something wrong makes a `Problem` and goes on; problems are collected, not raised one by one, so that
   one bad unit does not hide nine others.
2. A problem has an id and a summary that are always the same words, a detail in full sentences (what is wrong, why it
   matters here), a place, and a hint (what to do).
3. Where going on makes no sense, `ProblemError` carries the problems up to the surface, which words them.

This package renders nothing and logs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

__all__ = ["Place", "Problem", "ProblemError", "Severity", "has_errors"]


class Severity(StrEnum):
    """An error stops what it concerns; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file of the repository (or of the machine, for what is not in a repository).

    `line` and `column` count from 1, columns in characters; `source` is the text of that line without its end.
    """

    file: str
    line: int | None = None
    column: int | None = None
    source: str | None = None

    def as_row(self) -> list[Any]:
        """A form that JSON can hold; `Place(*row)` is the same place."""
        return [self.file, self.line, self.column, self.source]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `id` is kebab-case and names a page of the documentation."""

    id: str
    summary: str
    detail: str = ""
    place: Place | None = None
    hint: str | None = None
    unit: str | None = None
    severity: Severity = Severity.ERROR

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def in_unit(self, unit: str) -> Problem:
        """The same problem, said of `unit`; a problem that already names a unit keeps it."""
        return self if self.unit else replace(self, unit=unit)

    def as_row(self) -> list[Any]:
        """A form that JSON can hold, from which `of_row` makes the same problem."""
        place = self.place.as_row() if self.place else None
        return [self.id, self.summary, self.detail, place, self.hint, self.unit, self.severity.value]

    @classmethod
    def of_row(cls, row: list[Any]) -> Problem:
        id_, summary, detail, place, hint, unit, severity = row
        return cls(id_, summary, detail, None if place is None else Place(*place), hint, unit, Severity(severity))

    def as_json(self) -> dict[str, str | int | None]:
        """The form that other programs read."""
        place = self.place or Place("")
        return {
            "id": self.id,
            "severity": self.severity.value,
            "summary": self.summary,
            "detail": self.detail,
            "hint": self.hint,
            "file": place.file or None,
            "line": place.line,
            "column": place.column,
            "unit": self.unit,
        }


class ProblemError(Exception):
    """Raised where work cannot go on. Carries one problem at least; the surface words them."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{p.summary}: {p.detail}" if p.detail else p.summary for p in problems))
        self.problems = problems


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether any of the problems is an error."""
    return any(problem.is_error for problem in problems)

"""Why a unit is part of a run, and where each value that changed was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from towpath.model.changes import Reason, ReasonKind
from towpath.views.text import clip, json_text, printable

__all__ = ["ReasonRow", "reason_rows"]

_LONGEST = 300
_WORDS = {
    ReasonKind.ADDED: "The unit is new",
    ReasonKind.REMOVED: "The unit is gone",
    ReasonKind.VALUE: "A value differs",
    ReasonKind.FILE: "A file of the unit differs",
    ReasonKind.MODULE: "Its module differs",
    ReasonKind.SOURCE: "It uses another source",
    ReasonKind.DEPENDENCY: "What it depends on changes",
    ReasonKind.UNCERTAIN: "It may differ",
}


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """`title` says what kind of reason it is; `before` and `after` are None where there is nothing to compare."""

    title: str
    attribute: str
    before: str | None
    after: str | None
    file: str
    detail: str


def reason_rows(reasons: Iterable[Reason]) -> Iterator[ReasonRow]:
    for reason in reasons:
        compares = reason.attribute is not None and reason.kind is not ReasonKind.DEPENDENCY
        yield ReasonRow(
            title=_WORDS[reason.kind],
            attribute=printable(reason.attribute or ""),
            before=clip(json_text(reason.before), _LONGEST) if compares else None,
            after=clip(json_text(reason.after), _LONGEST) if compares else None,
            file=printable(reason.file or ""),
            detail=printable(reason.detail or ""),
        )

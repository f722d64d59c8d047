"""One unit's part of a run: its plan, the reasons for it, its attempts, its log."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace

from towpath.model.paths import UnitPath
from towpath.model.people import Caller
from towpath.model.runs import Attempt, Run, UnitRun
from towpath.problems import Problem
from towpath.service.seeing import LogPart, SeenRun, SeenUnitRun
from towpath.web.ansi import Piece, pieces_of
from towpath.web.views.addresses import quoted
from towpath.web.views.marks import Mark, attempt_mark
from towpath.web.views.plan import PlanPage, plan_page
from towpath.web.views.reasons import ReasonRow, reason_rows
from towpath.web.views.run import unit_rows
from towpath.web.views.runs import title_of

__all__ = ["AttemptRow", "UnitPage", "unit_page"]


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """`seconds` is None while it is at work, and for what never began."""

    number: int
    kind: str
    mark: Mark
    started_at: datetime.datetime | None
    seconds: float | None
    worker: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitPage:
    repository: str
    run: Run
    event: int
    row: UnitRun
    unit: UnitPath
    address: str
    folder: str
    name: str
    account: str | None
    title: str
    mark: Mark
    remark: str
    notes: tuple[str, ...]
    problems: tuple[Problem, ...]
    plan: PlanPage | None
    is_planning: bool
    is_over: bool
    differences: tuple[str, ...]
    reasons: tuple[ReasonRow, ...]
    attempts: tuple[AttemptRow, ...]
    log: tuple[tuple[Piece, ...], ...]
    log_is_whole: bool
    log_next: int


def unit_page(seen: SeenUnitRun, caller: Caller, log: LogPart | None) -> UnitPage:
    """`log` None: the log is not shown."""
    row, run = seen.row, seen.view.snapshot.run
    whole = SeenRun(seen.repository, seen.view, seen.event)
    shown = next(iter(unit_rows(whole, caller, [row.unit])))
    return UnitPage(
        repository=seen.repository,
        run=run,
        event=seen.event,
        row=row,
        unit=row.unit,
        address=quoted(row.unit),
        folder=shown.folder,
        name=shown.name,
        account=row.account,
        title=title_of(run),
        mark=shown.mark,
        remark=shown.remark,
        notes=shown.notes,
        problems=_problems(row),
        plan=plan_page(seen.plan, run.settings.data_types) if seen.plan is not None else None,
        is_planning=shown.mark.word == "planning",
        is_over=run.status.is_terminal,
        differences=row.plan.differences if row.plan is not None else (),
        reasons=tuple(reason_rows(row.reasons)),
        attempts=tuple(_attempt(attempt) for attempt in seen.attempts),
        log=tuple(pieces_of(line) for line in log.lines) if log else (),
        log_is_whole=log is None or log.is_whole,
        log_next=log.next if log else 0,
    )


def _problems(row: UnitRun) -> tuple[Problem, ...]:
    """The page names the unit already."""
    return tuple(replace(problem, unit=None) for problem in row.problems)


def _attempt(attempt: Attempt) -> AttemptRow:
    seconds = None
    if attempt.started_at is not None and attempt.finished_at is not None:
        seconds = (attempt.finished_at - attempt.started_at).total_seconds()
    return AttemptRow(
        number=attempt.number,
        kind=attempt.kind.value,
        mark=attempt_mark(attempt.status),
        started_at=attempt.started_at,
        seconds=seconds,
        worker=attempt.worker or "",
        problems=_summaries(attempt.problems),
    )


def _summaries(problems: Iterable[Problem]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(problem.summary for problem in problems))

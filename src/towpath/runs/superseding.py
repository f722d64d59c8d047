"""Which run gives way to which, and how it ends then."""

from __future__ import annotations

import datetime
from dataclasses import replace

from towpath.model.runs import Run, RunStatus, Snapshot, UnitStatus
from towpath.runs.changing import Changes
from towpath.runs.gating import nobody_is_asked
from towpath.stores import RunTransaction

__all__ = ["end_instead", "gives_way", "retire", "superseded", "take_place"]


def take_place(changes: Changes, transaction: RunTransaction, run: str) -> tuple[str, ...]:
    """Older runs that rest give way to this one, which is about to go on. Returns their ids."""
    mine = changes.load(transaction, run)
    if not mine.run.applies or mine.run.status not in (RunStatus.RUNNING, RunStatus.WAITING):
        return ()
    given = []
    for row in transaction.open_runs():
        if row.id == run:
            break
        other = changes.load(transaction, row.id)
        if other.run.status is not RunStatus.RUNNING and gives_way(other, mine):
            changes.keep(transaction, other, superseded(other, mine.run.head, run, changes.now()))
            given.append(row.id)
    return tuple(given)


def end_instead(changes: Changes, transaction: RunTransaction, older: str, newer: Run) -> tuple[str, ...]:
    """A run of plans that rests ends since a newer one of the same branch begins. Returns its id, if so."""
    other = transaction.snapshot(older)
    if other is None or other.run.applies or other.run.status not in (RunStatus.PLANNED, RunStatus.HALTED):
        return ()
    changes.keep(transaction, other, superseded(other, newer.head, newer.id, changes.now()))
    return (older,)


def retire(changes: Changes, transaction: RunTransaction, head: str) -> tuple[str, ...]:
    """Nothing differs from commit `head`: applying runs of other commits that rest end here. Returns their ids."""
    resting = [run for run in transaction.open_runs() if run.applies and run.head != head]
    given = [run.id for run in resting if run.status in (RunStatus.WAITING, RunStatus.HALTED)]
    for run in given:
        before = changes.load(transaction, run)
        changes.keep(transaction, before, superseded(before, head, None, changes.now()))
    return tuple(given)


def gives_way(older: Snapshot, newer: Snapshot) -> bool:
    """A run that rests gives way to a newer commit, or to a newer run of the same units. Plans that wait for nobody
    give way only where the newer commit brings the same units.
    """
    other_commit = older.run.head != newer.run.head
    shared = any(unit.joined and unit.unit in newer.units for unit in older.units.values())
    if not older.run.applies:
        return older.run.status is RunStatus.PLANNED and other_commit and shared
    return other_commit or shared


def superseded(older: Snapshot, head: str, by: str | None, now: datetime.datetime) -> Snapshot:
    """The older run as it ends: what was not done is skipped, and nobody is asked any more. `by` is the newer run."""
    who = f"Run {by} of commit {head[:12]}" if by else f"Commit {head[:12]}, which needs no run,"
    reason = f"{who} took its place."
    run = replace(older.run, status=RunStatus.SUPERSEDED, reason=reason, superseded_by=by, finished_at=now)
    units = {
        path: unit
        if unit.status.is_terminal or not unit.joined
        else replace(unit, status=UnitStatus.SKIPPED, reason=reason)
        for path, unit in older.units.items()
    }
    return replace(older, run=run, units=units, gates=nobody_is_asked(older.gates, now))

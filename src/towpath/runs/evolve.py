"""What an action does to the rows, and deciding until nothing is left to decide."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from towpath.model.changes import Reason, ReasonKind
from towpath.model.ledger import LedgerEntry
from towpath.model.paths import UnitPath
from towpath.model.runs import (
    Attempt,
    AttemptKind,
    AttemptStatus,
    Gate,
    GateStatus,
    RunKind,
    RunStatus,
    Snapshot,
    UnitRun,
    UnitStatus,
)
from towpath.model.watching import Drift
from towpath.runs import actions as a
from towpath.runs.advance import advance
from towpath.runs.calendar import ALWAYS, Calendar
from towpath.runs.gating import covers_of, nobody_is_asked, people_said_yes
from towpath.runs.position import Position
from towpath.runs.results import ledger_entry, take_result

__all__ = ["Settled", "evolve", "settle"]


@dataclass(frozen=True, slots=True)
class Settled:
    """A snapshot in which nothing is left to decide, and how it came about.

    `steps` are the snapshots on the way, the first one included; `ledger` and `drift` hold the entries to be written,
    None for one to be dropped; `queued` are the attempts to be carried out.
    """

    snapshot: Snapshot
    steps: tuple[Snapshot, ...]
    actions: tuple[a.Action, ...]
    ledger: Mapping[UnitPath, LedgerEntry | None] = field(default_factory=dict)
    drift: Mapping[UnitPath, Drift | None] = field(default_factory=dict)
    queued: tuple[Attempt, ...] = ()


def settle(snapshot: Snapshot, now: datetime.datetime, calendar: Calendar = ALWAYS) -> Settled:
    """Calls `advance` until it has nothing more to say."""
    steps = [snapshot]
    taken: list[a.Action] = []
    ledger: dict[UnitPath, LedgerEntry | None] = {}
    drift: dict[UnitPath, Drift | None] = {}
    while actions := advance(steps[-1], now, calendar):
        for action in actions:
            after = evolve(steps[-1], action, now)
            entries = _ledger(steps[-1], after, action, now)
            ledger.update(entries)
            # What was applied anew, or found to be as it should, has not drifted.
            drift.update(dict.fromkeys(entries))
            drift.update(_drift(steps[-1], after, action, now))
            steps.append(after)
            taken.append(action)
    last = steps[-1]
    queued = tuple(attempt for key, attempt in last.attempts.items() if key not in snapshot.attempts)
    return Settled(last, tuple(steps), tuple(taken), ledger, drift, queued)


def _ledger(
    before: Snapshot, after: Snapshot, action: a.Action, now: datetime.datetime
) -> Mapping[UnitPath, LedgerEntry | None]:
    """What the ledger learns: only from an apply that succeeded, or a plan that found nothing to apply."""
    if not after.run.applies or not isinstance(action, a.TakeResult | a.Unchanged):
        return {}
    path = action.unit if isinstance(action, a.Unchanged) else before.attempts[action.attempt].unit
    unit = after.units[path]
    done = unit.status in (UnitStatus.APPLIED, UnitStatus.DESTROYED, UnitStatus.UNCHANGED)
    return {path: ledger_entry(unit, now)} if done else {}


def _drift(
    before: Snapshot, after: Snapshot, action: a.Action, now: datetime.datetime
) -> Mapping[UnitPath, Drift | None]:
    """What a drift run found out about a unit."""
    if after.run.kind is not RunKind.DRIFT or not isinstance(action, a.TakeResult):
        return {}
    unit = after.units[before.attempts[action.attempt].unit]
    if unit.status is UnitStatus.UNCHANGED:
        return {unit.unit: None}
    if unit.status is not UnitStatus.DRIFTED or unit.plan is None:
        return {}
    return {unit.unit: Drift(unit.unit, now, now, unit.run, unit.commit, unit.plan.counts)}


def evolve(snapshot: Snapshot, action: a.Action, now: datetime.datetime) -> Snapshot:
    """The snapshot after the action. Pure."""
    return _EVOLUTIONS[type(action)](snapshot, action, now)


def _put(snapshot: Snapshot, unit: UnitRun) -> Snapshot:
    return replace(snapshot, units={**snapshot.units, unit.unit: unit})


def _take(snapshot: Snapshot, action: a.TakeResult, now: datetime.datetime) -> Snapshot:
    attempt = replace(snapshot.attempts[action.attempt], settled=True)
    unit = take_result(snapshot.run, snapshot.units[attempt.unit], attempt, now)
    after = replace(snapshot, attempts={**snapshot.attempts, attempt.id: attempt})
    return _put(after, unit)


def _start_plan(snapshot: Snapshot, action: a.StartPlan, now: datetime.datetime) -> Snapshot:
    unit = snapshot.units[action.unit]
    attempt = _attempt(unit, AttemptKind.PLAN, now)
    return _queue(snapshot, unit, replace(attempt, pending=action.pending, look_first=unit.unsure))


def _start_apply(snapshot: Snapshot, action: a.StartApply, now: datetime.datetime) -> Snapshot:
    unit = snapshot.units[action.unit]
    if unit.plan is None:
        raise ValueError(f"{unit.unit} has no plan to apply")
    attempt = _attempt(unit, AttemptKind.APPLY, now)
    plan = replace(attempt, plan=unit.plan.attempt, digest=unit.plan.digest, look_first=action.look_first)
    return _queue(snapshot, unit, plan)


def _attempt(unit: UnitRun, kind: AttemptKind, now: datetime.datetime) -> Attempt:
    number = unit.attempts + 1
    return Attempt(f"{unit.run}/{unit.unit}#{number}", unit.run, unit.unit, kind, number, AttemptStatus.QUEUED, now)


def _queue(snapshot: Snapshot, unit: UnitRun, attempt: Attempt) -> Snapshot:
    after = replace(snapshot, attempts={**snapshot.attempts, attempt.id: attempt})
    return _put(after, replace(unit, attempts=attempt.number, retry_at=None))


def _unchanged(snapshot: Snapshot, action: a.Unchanged, now: datetime.datetime) -> Snapshot:
    del now
    return _put(snapshot, replace(snapshot.units[action.unit], status=UnitStatus.UNCHANGED, reason=None))


def _fail(snapshot: Snapshot, action: a.Fail, now: datetime.datetime) -> Snapshot:
    del now
    unit = snapshot.units[action.unit]
    problem = action.problem
    return _put(
        snapshot, replace(unit, status=UnitStatus.FAILED, problems=(*unit.problems, problem), reason=problem.summary)
    )


def _skip(snapshot: Snapshot, action: a.Skip, now: datetime.datetime) -> Snapshot:
    del now
    unit = snapshot.units[action.unit]
    return _put(snapshot, replace(unit, status=UnitStatus.SKIPPED, reason=action.reason))


def _join(snapshot: Snapshot, action: a.Join, now: datetime.datetime) -> Snapshot:
    del now
    reasons = tuple(
        Reason(ReasonKind.DEPENDENCY, attribute=f"{upstream}.{name}", detail=f"Output {name} of {upstream} changed.")
        for upstream, names in action.changed
        for name in names
    )
    unit = snapshot.units[action.unit]
    return _put(snapshot, replace(unit, joined=True, reasons=(*unit.reasons, *reasons)))


def _open_gate(snapshot: Snapshot, action: a.OpenGate, now: datetime.datetime) -> Snapshot:
    spec = action.spec
    gate = Gate(
        id=f"{snapshot.run.id}/gate-{len(snapshot.gates) + 1:04}",
        run=snapshot.run.id,
        tier=action.tier,
        environment=spec.environment if spec else None,
        approvals=spec.approvals if spec else 1,
        approvers=spec.approvers if spec else (),
        not_author=spec.not_author if spec else False,
        covers=covers_of(Position(snapshot, now), action.units),
        holds=action.holds,
        window=spec.window if spec else None,
        opened_at=now,
    )
    return _put_gate(snapshot, gate)


def _put_gate(snapshot: Snapshot, gate: Gate) -> Snapshot:
    return replace(snapshot, gates={**snapshot.gates, gate.id: gate})


def _pass_gate(snapshot: Snapshot, action: a.PassGate, now: datetime.datetime) -> Snapshot:
    return _put_gate(snapshot, replace(snapshot.gates[action.gate], status=GateStatus.PASSED, closed_at=now))


def _void_gate(snapshot: Snapshot, action: a.VoidGate, now: datetime.datetime) -> Snapshot:
    return _put_gate(snapshot, replace(snapshot.gates[action.gate], status=GateStatus.VOID, closed_at=now))


def _clear(snapshot: Snapshot, action: a.Clear, now: datetime.datetime) -> Snapshot:
    unit = snapshot.units[action.unit]
    by_people = people_said_yes(Position(snapshot, now), unit) or (unit.by_people and unit.approved is not None)
    return _put(snapshot, replace(unit, approved=unit.plan, by_people=by_people))


def _set_status(snapshot: Snapshot, action: a.SetStatus, now: datetime.datetime) -> Snapshot:
    ended = action.status.is_terminal or action.status in (RunStatus.HALTED, RunStatus.PLANNED)
    run = replace(snapshot.run, status=action.status, reason=action.reason, finished_at=now if ended else None)
    gates = nobody_is_asked(snapshot.gates, now) if action.status.is_terminal else snapshot.gates
    return replace(snapshot, run=run, gates=gates)


_EVOLUTIONS: Mapping[type[Any], Callable[[Snapshot, Any, datetime.datetime], Snapshot]] = {
    a.TakeResult: _take,
    a.StartPlan: _start_plan,
    a.StartApply: _start_apply,
    a.Unchanged: _unchanged,
    a.Fail: _fail,
    a.Skip: _skip,
    a.Join: _join,
    a.OpenGate: _open_gate,
    a.PassGate: _pass_gate,
    a.VoidGate: _void_gate,
    a.Clear: _clear,
    a.SetStatus: _set_status,
}

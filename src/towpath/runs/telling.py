"""What happened, as events: read from the difference between two snapshots."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from towpath.model.changes import Action
from towpath.model.events import Event, EventKind
from towpath.model.paths import UnitPath
from towpath.model.runs import Attempt, Gate, GateStatus, Run, Snapshot, UnitRun

__all__ = ["attempt_event", "attempt_started", "created", "events_of", "stop_requested"]


def events_of(steps: Sequence[Snapshot], now: datetime.datetime) -> list[Event]:
    """Every transition on the way through these snapshots, in order."""
    found: list[Event] = []
    for before, after in itertools.pairwise(steps):
        found.extend(_between(before, after, now))
    return found


def _between(before: Snapshot, after: Snapshot, now: datetime.datetime) -> Iterator[Event]:
    run = after.run.id
    for path, unit in after.units.items():
        old = before.units.get(path)
        if old is not None and old is not unit:
            for kind, data in _of_unit(old, unit):
                yield Event(0, run, now, kind, path, data)
    for key, attempt in after.attempts.items():
        if key not in before.attempts:
            yield attempt_event(EventKind.ATTEMPT_QUEUED, attempt, now)
    for gate in after.gates.values():
        if before.gates.get(gate.id) != gate:
            yield Event(0, run, now, *_of_gate(gate))
    if before.run.status is not after.run.status:
        data = {"status": after.run.status.value, "before": before.run.status.value, "reason": after.run.reason}
        yield Event(0, run, now, EventKind.RUN_STATUS, None, data)


def _of_unit(before: UnitRun, after: UnitRun) -> Iterator[tuple[EventKind, dict[str, Any]]]:
    if after.joined and not before.joined:
        yield EventKind.UNIT_JOINED, {"reasons": [reason.detail for reason in after.reasons]}
    if after.status is not before.status:
        data = {"status": after.status.value, "before": before.status.value, "reason": after.reason}
        yield EventKind.UNIT_STATUS, data
    if after.approved != before.approved and after.approved is not None:
        yield EventKind.UNIT_CLEARED, {"digest": after.approved.digest}
    if after.retry_at is not None and after.retry_at != before.retry_at:
        yield EventKind.LOCK_WAIT, {"until": after.retry_at.isoformat(), "detail": after.reason}


def _of_gate(gate: Gate) -> tuple[EventKind, UnitPath | None, dict[str, Any]]:
    data: dict[str, Any] = {"gate": gate.id, "environment": gate.environment}
    if gate.status is GateStatus.OPEN:
        holds = [hold.detail for hold in gate.holds]
        return EventKind.GATE_OPENED, None, {**data, "approvals": gate.approvals, "holds": holds}
    return EventKind.GATE_CLOSED, None, {**data, "status": gate.status.value}


def attempt_event(kind: EventKind, attempt: Attempt, now: datetime.datetime) -> Event:
    """An event about an attempt."""
    data: dict[str, Any] = {"attempt": attempt.id, "kind": attempt.kind.value, "number": attempt.number}
    if kind is EventKind.ATTEMPT_FINISHED:
        data["status"] = attempt.status.value
        data["problems"] = [problem.id for problem in attempt.problems]
    return Event(0, attempt.run, now, kind, attempt.unit, data)


def attempt_started(attempt: Attempt, action: Action, now: datetime.datetime) -> Event:
    """An attempt begins; `action` is what the run does to its unit."""
    event = attempt_event(EventKind.ATTEMPT_STARTED, attempt, now)
    return replace(event, data={**event.data, "worker": attempt.worker, "action": action.value})


def created(run: Run, units: Iterable[UnitPath]) -> Event:
    data = {"kind": run.kind.value, "author": run.author, "base": run.base, "head": run.head, "units": list(units)}
    return Event(0, run.id, run.created_at, EventKind.RUN_CREATED, None, data)


def stop_requested(run: str, cause: str, now: datetime.datetime) -> Event:
    return Event(0, run, now, EventKind.STOP_REQUESTED, None, {"cause": cause})

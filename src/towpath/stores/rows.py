"""Rows of a repository's runs: reading a snapshot, writing what differs between two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Table, insert, select, update

from towpath.model.events import Event
from towpath.model.runs import Approval, Attempt, Gate, Run, Snapshot, UnitRun, UnitStatus
from towpath.model.texts import encodable
from towpath.stores import schema
from towpath.stores.codec import APPROVAL, ATTEMPT, EVENT, GATE, RUN, UNIT_RUN
from towpath.stores.putting import put

__all__ = ["append_events", "load_run", "load_snapshot", "load_version", "write_changes"]

Key = TypeVar("Key")
Noun = TypeVar("Noun")

_LONGEST_AUTHOR = 320
_MOST_COMMITS = 20
"""Commits that a run is found by, the newest."""


def load_run(connection: Connection, repository: str, run: str) -> Run | None:
    """None as well when it is the run of another repository."""
    query = select(schema.runs.c.body).where(schema.runs.c.id == run, schema.runs.c.repository == repository)
    body = connection.execute(query).scalar()
    return RUN.load(body) if body is not None else None


def load_version(connection: Connection, repository: str, run: str) -> int | None:
    query = select(schema.runs.c.version).where(schema.runs.c.id == run, schema.runs.c.repository == repository)
    return connection.execute(query).scalar()


def load_snapshot(connection: Connection, repository: str, run: str) -> Snapshot | None:
    row = load_run(connection, repository, run)
    if row is None:
        return None
    units = [UNIT_RUN.load(body) for body in _bodies(connection, schema.units, run)]
    unsettled = schema.attempts.c.settled.is_(False)
    attempts = [ATTEMPT.load(body) for body in _bodies(connection, schema.attempts, run, unsettled)]
    gates = [GATE.load(body) for body in _bodies(connection, schema.gates, run)]
    approvals = [APPROVAL.load(body) for body in _bodies(connection, schema.approvals, run)]
    # Sorted here: databases have orders of their own for texts.
    return Snapshot(
        row,
        {unit.unit: unit for unit in sorted(units, key=lambda unit: unit.unit)},
        {attempt.id: attempt for attempt in sorted(attempts, key=lambda attempt: attempt.id)},
        {gate.id: gate for gate in sorted(gates, key=lambda gate: gate.id)},
        tuple(sorted(approvals, key=lambda approval: (approval.at, approval.id))),
    )


def _bodies(connection: Connection, table: Table, run: str, *conditions: ColumnElement[bool]) -> Iterable[str]:
    return connection.execute(select(table.c.body).where(table.c.run == run, *conditions)).scalars()


def write_changes(connection: Connection, repository: str, before: Snapshot | None, after: Snapshot) -> None:
    """Writes the rows of `after` that are new or differ from `before`. No row ever vanishes."""
    if before is None:
        _insert_run(connection, repository, after.run)
    elif before.run != after.run:
        connection.execute(update(schema.runs).where(schema.runs.c.id == after.run.id).values(**_run_row(after.run)))
    old = before or Snapshot(after.run, {})
    units = _changed(old.units, after.units)
    put(connection, schema.units, map(_unit_row, units))
    worked_on = [unit for unit in units if unit.attempts and unit.status is not UnitStatus.SKIPPED]
    latest = [{"repository": repository, "unit": unit.unit, "run": unit.run} for unit in worked_on]
    put(connection, schema.latest_units, latest)
    attempts = _changed(old.attempts, after.attempts)
    put(connection, schema.attempts, [{"repository": repository, **_attempt_row(attempt)} for attempt in attempts])
    put(connection, schema.gates, map(_gate_row, _changed(old.gates, after.gates)))
    if given := [_approval_row(one) for one in after.approvals if one not in old.approvals]:
        connection.execute(insert(schema.approvals), given)


def _changed(before: Mapping[Key, Noun], after: Mapping[Key, Noun]) -> Sequence[Noun]:
    # What did not change is mostly the very same.
    return [value for key, value in after.items() if (was := before.get(key)) is not value and was != value]


def _insert_run(connection: Connection, repository: str, run: Run) -> None:
    newest = select(schema.runs.c.ordinal).order_by(schema.runs.c.ordinal.desc()).limit(1)
    ordinal = (connection.execute(newest).scalar() or 0) + 1
    author = str(encodable(run.author)).lower().replace("\x00", "")[:_LONGEST_AUTHOR]
    row = {"id": run.id, "repository": repository, "ordinal": ordinal, "author": author, **_run_row(run)}
    connection.execute(insert(schema.runs).values(row))
    connection.execute(insert(schema.run_texts).values(ordinal=ordinal, text=_found_by(run)))


def _found_by(run: Run) -> str:
    """What a run is looked for by."""
    commits = [f"{commit.sha} {commit.subject}" for commit in run.commits[:_MOST_COMMITS]]
    return str(encodable("\n".join([run.id, run.head, run.branch or "", *commits]))).lower().replace("\x00", "")


def _run_row(run: Run) -> dict[str, Any]:
    finished_at = run.finished_at.timestamp() if run.finished_at else None
    return {"status": run.status.value, "version": run.version, "finished_at": finished_at, "body": RUN.dump(run)}


def _unit_row(unit: UnitRun) -> Mapping[str, Any]:
    return {
        "run": unit.run,
        "unit": unit.unit,
        "status": unit.status.value,
        "tier": unit.tier,
        "account": unit.account,
        "joined": unit.joined,
        "body": UNIT_RUN.dump(unit),
    }


def _attempt_row(attempt: Attempt) -> Mapping[str, Any]:
    return {
        "id": attempt.id,
        "run": attempt.run,
        "unit": attempt.unit,
        "status": attempt.status.value,
        "settled": attempt.settled,
        "worker": attempt.worker,
        "fence": attempt.fence,
        "body": ATTEMPT.dump(attempt),
    }


def _gate_row(gate: Gate) -> Mapping[str, Any]:
    return {"id": gate.id, "run": gate.run, "status": gate.status.value, "body": GATE.dump(gate)}


def _approval_row(approval: Approval) -> Mapping[str, Any]:
    return {"id": approval.id, "run": approval.run, "body": APPROVAL.dump(approval)}


def append_events(connection: Connection, repository: str, events: Iterable[Event]) -> None:
    """Gives each event the next sequence; the one they carry is not looked at."""
    rows = [{"repository": repository, "run": event.run, "body": EVENT.dump(event)} for event in events]
    if rows:
        connection.execute(insert(schema.events), rows)

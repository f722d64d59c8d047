"""Rows of a run: reading a snapshot, writing what differs between two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from towpath.model.events import Event
from towpath.model.runs import Approval, Attempt, Run, Snapshot, UnitRun
from towpath.stores import schema
from towpath.stores.codec import APPROVAL, ATTEMPT, EVENT, GATE, RUN, UNIT_RUN

__all__ = ["append_events", "load_run", "load_snapshot", "write_changes"]


def load_run(connection: Connection, run: str) -> Run | None:
    body = connection.execute(select(schema.runs.c.body).where(schema.runs.c.id == run)).scalar()
    return RUN.load(body) if body is not None else None


def load_snapshot(connection: Connection, run: str) -> Snapshot | None:
    row = load_run(connection, run)
    if row is None:
        return None
    units = (UNIT_RUN.load(body) for body in _bodies(connection, schema.units, run, schema.units.c.unit))
    unsettled = select(schema.attempts.c.body).where(schema.attempts.c.run == run, schema.attempts.c.settled.is_(False))
    attempts = (ATTEMPT.load(body) for body in connection.execute(unsettled.order_by(schema.attempts.c.id)).scalars())
    gates = (GATE.load(body) for body in _bodies(connection, schema.gates, run, schema.gates.c.id))
    approvals = (APPROVAL.load(body) for body in _bodies(connection, schema.approvals, run, schema.approvals.c.id))
    return Snapshot(
        row,
        {unit.unit: unit for unit in units},
        {attempt.id: attempt for attempt in attempts},
        {gate.id: gate for gate in gates},
        tuple(sorted(approvals, key=lambda approval: approval.at)),
    )


def _bodies(connection: Connection, table: Table, run: str, order: Any) -> Iterable[str]:
    return connection.execute(select(table.c.body).where(table.c.run == run).order_by(order)).scalars()


def write_changes(connection: Connection, before: Snapshot | None, after: Snapshot) -> None:
    """Writes the rows of `after` that are new or differ from `before`. No row ever vanishes."""
    if before is None or before.run != after.run:
        _write_run(connection, after.run, is_new=before is None)
    old = before or Snapshot(after.run, {})
    for unit in _changed(old.units, after.units):
        _put(connection, schema.units, _unit_row(unit), ("run", "unit"))
    for attempt in _changed(old.attempts, after.attempts):
        _put(connection, schema.attempts, _attempt_row(attempt), ("id",))
    for gate in _changed(old.gates, after.gates):
        row = {"id": gate.id, "run": gate.run, "status": gate.status.value, "body": GATE.dump(gate)}
        _put(connection, schema.gates, row, ("id",))
    for approval in after.approvals:
        if approval not in old.approvals:
            _write_approval(connection, approval)


def _changed(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> Iterable[Any]:
    return [value for key, value in after.items() if before.get(key) != value]


def _write_run(connection: Connection, run: Run, *, is_new: bool) -> None:
    row: dict[str, Any] = {"status": run.status.value, "version": run.version, "body": RUN.dump(run)}
    if is_new:
        newest = select(schema.runs.c.ordinal).order_by(schema.runs.c.ordinal.desc()).limit(1)
        ordinal = (connection.execute(newest).scalar() or 0) + 1
        connection.execute(insert(schema.runs).values(id=run.id, ordinal=ordinal, **row))
    else:
        connection.execute(update(schema.runs).where(schema.runs.c.id == run.id).values(**row))


def _unit_row(unit: UnitRun) -> Mapping[str, Any]:
    return {"run": unit.run, "unit": unit.unit, "status": unit.status.value, "body": UNIT_RUN.dump(unit)}


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


def _write_approval(connection: Connection, approval: Approval) -> None:
    row = {"id": approval.id, "run": approval.run, "body": APPROVAL.dump(approval)}
    connection.execute(insert(schema.approvals).values(row))


def _put(connection: Connection, table: Table, row: Mapping[str, Any], keys: tuple[str, ...]) -> None:
    same = [table.c[key] == row[key] for key in keys]
    connection.execute(delete(table).where(*same))
    connection.execute(insert(table).values(**row))


def append_events(connection: Connection, events: Iterable[Event]) -> None:
    """Gives each event the next sequence; the one they carry is not looked at."""
    rows = [{"run": event.run, "body": EVENT.dump(event)} for event in events]
    if rows:
        connection.execute(insert(schema.events), rows)

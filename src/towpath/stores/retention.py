"""Deleting what is old: runs that are over, with all that belongs to them. The ledger and the audit log are kept."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from towpath.model.runs import Run
from towpath.stores import schema
from towpath.stores.codec import RUN
from towpath.stores.state import State

__all__ = ["forget_logs", "forget_runs"]

_OF_A_RUN = (schema.events, schema.attempts, schema.plans, schema.gates, schema.approvals, schema.units)


def forget_runs(state: State, before: datetime.datetime) -> Sequence[str]:
    """Deletes the repository's runs that ended before this moment, and plan runs that have rested since then: rows,
    plan files and logs. Plan files that are older and belong to no run go as well. Returns the ids, oldest first.

    What a dead process left half-deleted is deleted by the next one. Raises `ProblemError` as the stores do.
    """
    old = _old_runs(state, before)
    for run in old:
        # The rows go last: as long as they are there, what is left of the run is found again.
        for digest in _digests(state, run):
            state.plans.delete(digest)
        state.logs.delete(run)
        with state.database.transaction() as connection:
            _delete_rows(connection, run)
    named = set(_digests(state, None))
    for plan in state.plans.kept():
        if plan.kept_at < before.timestamp() and plan.digest not in named:
            state.plans.delete(plan.digest)
    return old


def forget_logs(state: State, since: datetime.datetime, before: datetime.datetime) -> Sequence[str]:
    """Deletes the logs of the repository's runs that ended between these moments. Returns their ids, oldest first."""
    old = _old_runs(state, before, since)
    for run in old:
        state.logs.delete(run)
    return old


def _old_runs(state: State, before: datetime.datetime, since: datetime.datetime | None = None) -> Sequence[str]:
    runs = schema.runs
    query = select(runs.c.body).where(runs.c.repository == state.repository)
    query = query.where(runs.c.finished_at < before.timestamp()).order_by(runs.c.ordinal)
    if since is not None:
        query = query.where(runs.c.finished_at >= since.timestamp())
    with state.database.reading() as connection:
        found = [RUN.load(body) for body in connection.execute(query).scalars()]
    return [run.id for run in found if _is_over(run)]


def _is_over(run: Run) -> bool:
    """A halted run may have done half of its work, and is there to be resumed; one that only plans has done nothing."""
    return run.status.is_terminal or not run.applies


def _digests(state: State, run: str | None) -> Sequence[str]:
    """Of the plans of one run, or of all that the repository has."""
    plans, runs = schema.plans, schema.runs
    query = select(plans.c.digest).join(runs, runs.c.id == plans.c.run).where(runs.c.repository == state.repository)
    if run is not None:
        query = query.where(runs.c.id == run)
    with state.database.reading() as connection:
        return connection.execute(query).scalars().all()


def _delete_rows(connection: Connection, run: str) -> None:
    ordinal = select(schema.runs.c.ordinal).where(schema.runs.c.id == run).scalar_subquery()
    connection.execute(delete(schema.run_texts).where(schema.run_texts.c.ordinal == ordinal))
    for table in _OF_A_RUN:
        connection.execute(delete(table).where(table.c.run == run))
    connection.execute(delete(schema.runs).where(schema.runs.c.id == run))

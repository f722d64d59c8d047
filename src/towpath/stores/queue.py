"""What is to be done in a whole database, over all its repositories, and who is there to do it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select

from towpath.model.events import Event
from towpath.model.runs import AttemptStatus, RunStatus, Worker
from towpath.stores import schema
from towpath.stores.codec import UNIT_RUN, WATCH, WORKER
from towpath.stores.database import Database
from towpath.stores.events import events_after, last_sequence
from towpath.stores.workers import bury_worker, enter_worker, living_workers, renew_lease
from towpath.system import Clock

__all__ = ["Load", "OpenRun", "QueuedAttempt", "WorkQueue", "running_by_account"]

_OPEN = [status.value for status in RunStatus if not status.is_terminal]
"""Named one by one, an index finds them; all but those that ended would be looked for everywhere."""


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run that has not ended; `version` grows with every change of its rows."""

    repository: str
    run: str
    version: int
    status: RunStatus


@dataclass(frozen=True, slots=True)
class Load:
    """How much there is to do: open runs by status, attempts that are queued and that run, living workers, watched
    repositories whose last look failed, and how many events there have been.
    """

    runs: Mapping[RunStatus, int]
    queued: int
    running: int
    workers: int
    unreachable: int
    events: int


@dataclass(frozen=True, slots=True)
class QueuedAttempt:
    """An attempt that somebody may begin."""

    repository: str
    run: str
    attempt: str


class WorkQueue:
    """Reads what there is to do, and keeps the rows of workers. Raises `ProblemError` as `failures.keeping_state` says.

    Leases are measured by one clock: the database server's, or this machine's where the database is a file.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def last_event(self) -> int:
        """The sequence of the last event: as long as it is the same, nothing happened."""
        with self._database.reading() as connection:
            return last_sequence(connection)

    def events(self, after: int) -> Sequence[tuple[str, Event]]:
        """The next ones with a greater sequence, in order, each with its repository."""
        with self._database.reading() as connection:
            return events_after(connection, after)

    def open_runs(self) -> Sequence[OpenRun]:
        """Oldest first."""
        runs = schema.runs
        query = select(runs.c.repository, runs.c.id, runs.c.version, runs.c.status)
        with self._database.reading() as connection:
            rows = connection.execute(query.where(runs.c.status.in_(_OPEN)).order_by(runs.c.ordinal)).all()
        return [OpenRun(row.repository, row.id, row.version, RunStatus(row.status)) for row in rows]

    def queued(self) -> Sequence[QueuedAttempt]:
        """Those of the oldest runs first."""
        attempts, runs = schema.attempts, schema.runs
        query = (
            select(attempts.c.repository, attempts.c.run, attempts.c.id)
            .join(runs, runs.c.id == attempts.c.run)
            .where(attempts.c.status == AttemptStatus.QUEUED.value)
            .order_by(runs.c.ordinal, attempts.c.id)
        )
        with self._database.reading() as connection:
            return [QueuedAttempt(row.repository, row.run, row.id) for row in connection.execute(query).all()]

    def load(self) -> Load:
        runs, attempts, workers, watches = schema.runs, schema.attempts, schema.workers, schema.watches
        by_status = select(runs.c.status, func.count()).where(runs.c.status.in_(_OPEN)).group_by(runs.c.status)
        active = [AttemptStatus.QUEUED.value, AttemptStatus.RUNNING.value]
        work = select(attempts.c.status, func.count()).where(attempts.c.status.in_(active)).group_by(attempts.c.status)
        with self._database.reading() as connection:
            found = {row[0]: row[1] for row in connection.execute(work).all()}
            looks = connection.execute(select(watches.c.body)).scalars().all()
            return Load(
                runs={RunStatus(row[0]): row[1] for row in connection.execute(by_status).all()},
                queued=found.get(AttemptStatus.QUEUED.value, 0),
                running=found.get(AttemptStatus.RUNNING.value, 0),
                workers=len(connection.execute(select(workers.c.id).where(workers.c.alive.is_(True))).all()),
                unreachable=sum(WATCH.load(body).problem is not None for body in looks),
                events=last_sequence(connection),
            )

    def enter(self, worker: Worker, lease_seconds: float) -> None:
        """Enters a worker whose lease begins now."""
        with self._transaction() as connection:
            enter_worker(connection, worker, self._now(connection) + lease_seconds)

    def renew(self, worker: Worker, lease_seconds: float) -> bool:
        """False when it counts as dead: it must stop."""
        with self._transaction() as connection:
            return renew_lease(connection, worker, self._now(connection) + lease_seconds)

    def leave(self, worker: Worker) -> None:
        with self._transaction() as connection:
            bury_worker(connection, worker)

    def bury_late(self, grace_seconds: float) -> Sequence[Worker]:
        """Whoever did not renew its lease in time counts as dead from now on. Returns them."""
        with self._database.reading() as connection:
            # Mostly nobody is: then nobody who writes is kept waiting.
            if not self._late(connection, grace_seconds):
                return []
        with self._transaction() as connection:
            found = self._late(connection, grace_seconds)
            for worker in found:
                bury_worker(connection, worker)
        return found

    def _late(self, connection: Connection, grace_seconds: float) -> Sequence[Worker]:
        workers = schema.workers
        late = workers.c.lease_until < self._now(connection) - grace_seconds
        query = select(workers.c.body).where(workers.c.alive.is_(True), late)
        return [WORKER.load(body) for body in connection.execute(query).scalars()]

    def bury_others(self, me: Worker) -> None:
        """For whoever has the database to itself: every other worker is dead."""
        with self._transaction() as connection:
            for worker in living_workers(connection):
                if worker.id != me.id:
                    bury_worker(connection, worker)

    def orphaned(self) -> Sequence[QueuedAttempt]:
        """Attempts that run, as far as their rows say, on workers that are dead."""
        return self._running(schema.workers.c.alive.is_(False))

    def running_on(self, worker: str) -> Sequence[QueuedAttempt]:
        """Attempts that run on this worker, as far as their rows say."""
        return self._running(schema.workers.c.id == worker)

    def _running(self, on: ColumnElement[bool]) -> Sequence[QueuedAttempt]:
        attempts, workers = schema.attempts, schema.workers
        query = (
            select(attempts.c.repository, attempts.c.run, attempts.c.id)
            .join(workers, workers.c.id == attempts.c.worker)
            .where(attempts.c.status == AttemptStatus.RUNNING.value, on)
            .order_by(attempts.c.id)
        )
        with self._database.reading() as connection:
            return [QueuedAttempt(row.repository, row.run, row.id) for row in connection.execute(query).all()]

    def workers(self) -> Sequence[Worker]:
        """Those that count as alive."""
        with self._database.reading() as connection:
            return living_workers(connection)

    def forget_workers(self, seconds: float) -> int:
        """Drops the rows of those that have been dead for so long and had nothing to do. Returns how many."""
        workers, attempts = schema.workers, schema.attempts
        at_work = select(attempts.c.worker).where(attempts.c.status == AttemptStatus.RUNNING.value)
        with self._transaction() as connection:
            old = workers.c.lease_until < self._now(connection) - seconds
            gone = workers.delete().where(workers.c.alive.is_(False), old, workers.c.id.not_in(at_work))
            return connection.execute(gone).rowcount

    def _transaction(self) -> AbstractContextManager[Connection]:
        return self._database.transaction()

    def _now(self, connection: Connection) -> float:
        if connection.dialect.name == "postgresql":
            return float(connection.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one())
        return self._clock.now().timestamp()


def running_by_account(connection: Connection) -> Counter[str | None]:
    """How many attempts run, by the account of their unit; None for those outside of accounts."""
    attempts, units = schema.attempts, schema.units
    same = (units.c.run == attempts.c.run) & (units.c.unit == attempts.c.unit)
    query = select(units.c.body).join(attempts, same).where(attempts.c.status == AttemptStatus.RUNNING.value)
    return Counter(UNIT_RUN.load(body).account for body in connection.execute(query).scalars())

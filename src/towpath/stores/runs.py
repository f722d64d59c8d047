"""Runs as rows: snapshots, attempts with their fences, events."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, insert, select, update

from towpath.model.events import Event
from towpath.model.ledger import LedgerEntry
from towpath.model.paths import UnitPath
from towpath.model.plans import Plan
from towpath.model.runs import Attempt, AttemptStatus, Run, RunStatus, Snapshot
from towpath.model.watching import Drift
from towpath.stores import schema
from towpath.stores.codec import ATTEMPT, EVENT, PLAN, RUN
from towpath.stores.database import Database
from towpath.stores.drift import write_drift
from towpath.stores.heads import HeadRows
from towpath.stores.ledger import drop_entry, get_entry, put_entry
from towpath.stores.putting import put
from towpath.stores.queue import running_by_account
from towpath.stores.rows import append_events, load_run, load_snapshot, load_version, write_changes

__all__ = ["RunStore", "RunTransaction"]

_ACTIVE = [status.value for status in AttemptStatus if status.is_active]


class RunStore:
    """All runs of a repository; those of others in the same database are neither seen nor touched. Raises
    `ProblemError` as `failures.keeping_state` says.

    It remembers the snapshot that was written last: as long as the run's version is still that one, it need not be read
    again. So every change of a run's rows goes with a new version.
    """

    def __init__(self, database: Database, repository: str = "") -> None:
        self._database = database
        self._repository = repository
        self._last: Snapshot | None = None

    @contextmanager
    def transaction(self) -> Iterator[RunTransaction]:
        """Commits at the end, or rolls back when an exception leaves."""
        with self._database.transaction() as connection:
            transaction = RunTransaction(connection, self._repository, self._last)
            yield transaction
        self._last = transaction.saved or self._last
        for do in transaction.once_committed:
            do()

    def runs(self) -> tuple[Run, ...]:
        """Every run, newest first."""
        query = select(schema.runs.c.body).where(schema.runs.c.repository == self._repository)
        with self._database.reading() as connection:
            bodies = connection.execute(query.order_by(schema.runs.c.ordinal.desc())).scalars()
            return tuple(RUN.load(body) for body in bodies)

    def snapshot(self, run: str) -> Snapshot | None:
        with self._database.reading() as connection:
            return load_snapshot(connection, self._repository, run)

    def version(self, run: str) -> int | None:
        """Grows with every change of the run's rows; None for a run that is not there."""
        with self._database.reading() as connection:
            return load_version(connection, self._repository, run)

    def attempts(self, run: str) -> tuple[Attempt, ...]:
        """Every attempt of the run, settled ones too, by unit and number."""
        attempts = schema.attempts
        query = select(attempts.c.body).where(attempts.c.run == run, attempts.c.repository == self._repository)
        with self._database.reading() as connection:
            found = [ATTEMPT.load(body) for body in connection.execute(query).scalars()]
        return tuple(sorted(found, key=lambda attempt: (attempt.unit, attempt.number)))

    def plan(self, attempt: str) -> Plan | None:
        """The plan an attempt made."""
        with self._database.reading() as connection:
            return _plan(connection, self._repository, attempt)

    def events(self, run: str, after: int = 0) -> tuple[Event, ...]:
        """The run's events with a greater sequence than `after`, in order."""
        events = schema.events
        query = select(events.c.sequence, events.c.body).where(events.c.run == run, events.c.sequence > after)
        query = query.where(events.c.repository == self._repository).order_by(events.c.sequence)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(replace(EVENT.load(row.body), sequence=row.sequence) for row in rows)


class RunTransaction:
    """What can be read and written in one transaction. `saved` is the snapshot that was written last; what is to be
    done `afterwards` is done when it has committed, and never when it rolls back.
    """

    def __init__(self, connection: Connection, repository: str = "", known: Snapshot | None = None) -> None:
        self.connection = connection
        self.saved: Snapshot | None = None
        self.once_committed: list[Callable[[], None]] = []
        self._repository = repository
        self._known = known

    def afterwards(self, do: Callable[[], None]) -> None:
        self.once_committed.append(do)

    def snapshot(self, run: str) -> Snapshot | None:
        known = self.saved or self._known
        if known is not None and known.run.id == run and known.run.version == self.version(run):
            return known
        return load_snapshot(self.connection, self._repository, run)

    def version(self, run: str) -> int | None:
        return load_version(self.connection, self._repository, run)

    def run(self, run: str) -> Run | None:
        return load_run(self.connection, self._repository, run)

    def save(self, before: Snapshot | None, after: Snapshot, events: Iterable[Event] = ()) -> None:
        """Writes the rows that differ, and appends the events. `before` is what was read in this transaction, `after`
        has all its rows and another version.
        """
        write_changes(self.connection, self._repository, before, after)
        append_events(self.connection, self._repository, events)
        open_attempts = {key: attempt for key, attempt in after.attempts.items() if not attempt.settled}
        self.saved = replace(after, attempts=open_attempts)

    def append(self, events: Iterable[Event]) -> None:
        append_events(self.connection, self._repository, events)

    def open_runs(self) -> Sequence[Run]:
        """Runs that have not ended, oldest first."""
        # Named one by one, an index finds them; all but those that ended would be looked for everywhere.
        open_ones = [status.value for status in RunStatus if not status.is_terminal]
        runs = schema.runs
        query = select(runs.c.body).where(runs.c.repository == self._repository, runs.c.status.in_(open_ones))
        return [RUN.load(body) for body in self.connection.execute(query.order_by(runs.c.ordinal)).scalars()]

    def keep_plan(self, attempt: Attempt, plan: Plan) -> None:
        row = {"run": attempt.run, "unit": attempt.unit, "digest": plan.binding.digest, "body": PLAN.dump(plan)}
        self.connection.execute(insert(schema.plans).values(attempt=attempt.id, **row))

    def plan(self, attempt: str) -> Plan | None:
        return _plan(self.connection, self._repository, attempt)

    def attempt(self, attempt: str) -> Attempt | None:
        attempts = schema.attempts
        query = select(attempts.c.body).where(attempts.c.id == attempt, attempts.c.repository == self._repository)
        body = self.connection.execute(query).scalar()
        return ATTEMPT.load(body) if body is not None else None

    def active_attempts(self) -> Sequence[Attempt]:
        """Attempts of all runs that are queued or running."""
        attempts = schema.attempts
        query = select(attempts.c.body).where(attempts.c.status.in_(_ACTIVE))
        bodies = self.connection.execute(query.where(attempts.c.repository == self._repository)).scalars()
        return sorted((ATTEMPT.load(body) for body in bodies), key=lambda attempt: attempt.id)

    def begin_attempt(self, queued: Attempt, worker: str, now: datetime.datetime) -> Attempt | None:
        """Takes the lock of its unit with the next fence. None when another attempt that still runs has it."""
        if self.lock_holder(queued.unit) is not None:
            return None
        fence = self._take_lock(queued)
        begun = replace(queued, status=AttemptStatus.RUNNING, worker=worker, fence=fence, started_at=now)
        self._write_attempt(begun)
        return begun

    def end_attempt(self, ended: Attempt) -> bool:
        """Writes how an attempt ended and frees its unit's lock. False, and nothing written, when the attempt does not
        hold the lock any more: somebody else took over.
        """
        changed = self.connection.execute(
            update(schema.locks)
            .where(*self._lock_of(ended.unit), schema.locks.c.fence == ended.fence)
            .where(schema.locks.c.attempt == ended.id)
            .values(attempt=None, run=None)
        )
        if changed.rowcount != 1:
            return False
        self._write_attempt(ended)
        return True

    def lock_holder(self, unit: UnitPath) -> Attempt | None:
        """The attempt that holds the unit's lock and still runs."""
        holder = self.connection.execute(select(schema.locks.c.attempt).where(*self._lock_of(unit))).scalar()
        attempt = self.attempt(holder) if holder is not None else None
        return attempt if attempt is not None and attempt.status is AttemptStatus.RUNNING else None

    def _take_lock(self, attempt: Attempt) -> int:
        mine = self._lock_of(attempt.unit)
        fence = (self.connection.execute(select(schema.locks.c.fence).where(*mine)).scalar() or 0) + 1
        row = {"unit": attempt.unit, "fence": fence, "attempt": attempt.id, "run": attempt.run}
        put(self.connection, schema.locks, [{"repository": self._repository, **row}])
        return fence

    def _lock_of(self, unit: UnitPath) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return schema.locks.c.repository == self._repository, schema.locks.c.unit == unit

    def _write_attempt(self, attempt: Attempt) -> None:
        row = {
            "status": attempt.status.value,
            "settled": attempt.settled,
            "worker": attempt.worker,
            "fence": attempt.fence,
            "body": ATTEMPT.dump(attempt),
        }
        self.connection.execute(update(schema.attempts).where(schema.attempts.c.id == attempt.id).values(**row))

    def free_lock(self, attempt: Attempt) -> None:
        """Of an attempt whose process died: its unit is free, and what that process still writes is refused."""
        locks = schema.locks
        self.connection.execute(
            update(locks)
            .where(*self._lock_of(attempt.unit), locks.c.attempt == attempt.id)
            .values(attempt=None, run=None, fence=locks.c.fence + 1)
        )

    def ledger_entry(self, unit: UnitPath) -> LedgerEntry | None:
        return get_entry(self.connection, self._repository, unit)

    def write_ledger(self, entries: Mapping[UnitPath, LedgerEntry | None]) -> None:
        """Puts the entries; None drops the unit's."""
        for unit, entry in entries.items():
            if entry is None:
                drop_entry(self.connection, self._repository, unit)
            else:
                put_entry(self.connection, self._repository, entry)

    def running_by_account(self) -> Counter[str | None]:
        """How many attempts run, in all repositories of the database."""
        return running_by_account(self.connection)

    def write_drift(self, found: Mapping[UnitPath, Drift | None]) -> None:
        """Puts what drifted, each since it was found first; None drops the unit's."""
        write_drift(self.connection, self._repository, found)

    def hurry_watch(self, now: datetime.datetime) -> None:
        """Whoever watches the repository looks at it next."""
        self.watched().hurry(now)

    def watched(self) -> HeadRows:
        """What is kept of the repository's branches."""
        return HeadRows(self.connection, self._repository)


def _plan(connection: Connection, repository: str, attempt: str) -> Plan | None:
    plans, runs = schema.plans, schema.runs
    query = select(plans.c.body).join(runs, runs.c.id == plans.c.run)
    body = connection.execute(query.where(plans.c.attempt == attempt, runs.c.repository == repository)).scalar()
    return PLAN.load(body) if body is not None else None

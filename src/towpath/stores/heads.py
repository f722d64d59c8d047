"""Watched repositories: when each is looked at next, where its branches stand, and what became of each commit."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from towpath.model.watching import Arrival, Head, Outcome, Schedule, Watch
from towpath.stores import schema
from towpath.stores.codec import ARRIVAL, HEAD, SCHEDULE, WATCH
from towpath.stores.database import Database

__all__ = ["HeadRows", "HeadStore"]

_AT_ONCE = 500
"""As many rows are named in one statement."""


class HeadStore:
    """All watched repositories of a database. Raises `ProblemError` as the database does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enter(self, first_looks: Mapping[str, datetime.datetime]) -> None:
        """Makes rows for repositories that have none, with the time of their first look."""
        with self._database.transaction() as connection:
            known = set(connection.execute(select(schema.watches.c.repository)).scalars())
            for repository in sorted(set(first_looks) - known):
                _put_watch(connection, Watch(repository, first_looks[repository]))

    def take_due(
        self, repositories: Collection[str], now: datetime.datetime, until: datetime.datetime, most: int
    ) -> Sequence[Watch]:
        """Those of the repositories whose look is due, the longest overdue first. They are taken: nobody else gets them
        before `until`, by which time it is told what was found (`HeadRows.release`).
        """
        watches = schema.watches
        due = select(watches.c.repository, watches.c.body).where(watches.c.next_at <= now.timestamp())
        with self._database.reading() as connection:
            # Most looks find nothing that is due: they need not wait for whoever writes.
            if connection.execute(due.limit(1)).first() is None:
                return ()
        with self._database.transaction() as connection:
            rows = connection.execute(due.order_by(watches.c.next_at, watches.c.repository)).all()
            found = [WATCH.load(row.body) for row in rows if row.repository in repositories][:most]
            taken = [replace(watch, next_at=until, taken=watch.taken + 1) for watch in found]
            for watch in taken:
                _put_watch(connection, watch)
        return taken

    def release(self, watches: Collection[Watch]) -> None:
        """Writes what was found, and when the next look is due. A watch that somebody else took since is left alone."""
        with self._database.transaction() as connection:
            for watch in watches:
                HeadRows(connection, watch.repository).release(watch)

    def hurry(self, repository: str, now: datetime.datetime) -> None:
        """Somebody knows that there is something to look at: it is done next."""
        with self._database.transaction() as connection:
            HeadRows(connection, repository).hurry(now)

    def watches(self) -> Sequence[Watch]:
        """All of them, by name."""
        query = select(schema.watches.c.body).order_by(schema.watches.c.repository)
        with self._database.reading() as connection:
            return [WATCH.load(body) for body in connection.execute(query).scalars()]

    def heads(self, repository: str) -> Mapping[str, Head]:
        """Its branches and tags by their full names."""
        with self._database.reading() as connection:
            return HeadRows(connection, repository).heads()

    def arrivals(self, repository: str, most: int = 100) -> Sequence[Arrival]:
        """The commits that came to the deploy branch, newest first."""
        arrivals = schema.arrivals
        query = select(arrivals.c.body).where(arrivals.c.repository == repository)
        with self._database.reading() as connection:
            bodies = connection.execute(query.order_by(arrivals.c.ordinal.desc()).limit(most)).scalars()
            return [ARRIVAL.load(body) for body in bodies]

    def enter_schedules(self, schedules: Collection[Schedule]) -> None:
        """Makes rows for schedules that have none, and drops those that are no longer configured. One whose next time
        now comes sooner gets that time."""
        wanted = {(one.repository, one.name): one for one in schedules}
        with self._database.transaction() as connection:
            rows = (SCHEDULE.load(body) for body in connection.execute(select(schema.schedules.c.body)).scalars())
            known = {(one.repository, one.name): one for one in rows}
            for repository, name in known.keys() - wanted.keys():
                connection.execute(delete(schema.schedules).where(*_is_schedule(repository, name)))
            for key, one in sorted(wanted.items()):
                before = known.get(key, one)
                if key not in known or one.next_at < before.next_at:
                    _put_schedule(connection, replace(before, next_at=one.next_at))

    def due_schedules(self, now: datetime.datetime) -> Sequence[Schedule]:
        """Those whose time has come, the longest overdue first. They are not taken: `HeadRows.pass_schedule` is."""
        schedules = schema.schedules
        query = select(schedules.c.body).where(schedules.c.next_at <= now.timestamp())
        with self._database.reading() as connection:
            return [SCHEDULE.load(body) for body in connection.execute(query.order_by(schedules.c.next_at)).scalars()]

    def schedules(self) -> Sequence[Schedule]:
        """All of them, by repository and name."""
        schedules = schema.schedules
        query = select(schedules.c.body).order_by(schedules.c.repository, schedules.c.name)
        with self._database.reading() as connection:
            return [SCHEDULE.load(body) for body in connection.execute(query).scalars()]


class HeadRows:
    """The rows of one repository, in a transaction that somebody else holds."""

    def __init__(self, connection: Connection, repository: str) -> None:
        self._connection = connection
        self._repository = repository

    def release(self, watch: Watch) -> bool:
        """Writes the watch, unless somebody else took it since."""
        return _update_watch(self._connection, watch, watch.taken)

    def hurry(self, now: datetime.datetime) -> None:
        watches = schema.watches
        query = select(watches.c.body).where(watches.c.repository == self._repository)
        body = self._connection.execute(query).scalar()
        if body is None:
            return
        watch = WATCH.load(body)
        if watch.next_at > now:
            # Whoever is looking right now may have looked too early: it is done again, by another one perhaps.
            _update_watch(self._connection, replace(watch, next_at=now, taken=watch.taken + 1), watch.taken)

    def heads(self) -> Mapping[str, Head]:
        heads = schema.heads
        query = select(heads.c.body).where(heads.c.repository == self._repository).order_by(heads.c.ref)
        found = (HEAD.load(body) for body in self._connection.execute(query).scalars())
        return {head.ref: head for head in found}

    def head(self, ref: str) -> Head | None:
        query = select(schema.heads.c.body).where(*self._is_head(ref))
        body = self._connection.execute(query).scalar()
        return HEAD.load(body) if body is not None else None

    def put_head(self, head: Head) -> None:
        self.drop_head(head.ref)
        row = {"repository": self._repository, "ref": head.ref, "body": HEAD.dump(head)}
        self._connection.execute(insert(schema.heads).values(row))

    def drop_head(self, ref: str) -> None:
        self._connection.execute(delete(schema.heads).where(*self._is_head(ref)))

    def arrive(self, commits: Sequence[str], now: datetime.datetime) -> None:
        """These commits came, oldest first. One that came before waits anew."""
        arrivals = schema.arrivals
        newest = select(func.max(arrivals.c.ordinal)).where(arrivals.c.repository == self._repository)
        ordinal = self._connection.execute(newest).scalar() or 0
        for start in range(0, len(commits), _AT_ONCE):
            some = commits[start : start + _AT_ONCE]
            self._connection.execute(
                delete(arrivals).where(arrivals.c.repository == self._repository, arrivals.c.commit.in_(some))
            )
            rows = [
                self._arrival_row(Arrival(commit, now)) | {"ordinal": ordinal + start + number}
                for number, commit in enumerate(some, 1)
            ]
            self._connection.execute(insert(arrivals), rows)

    def open_arrivals(self) -> Sequence[Arrival]:
        """Commits of which it is not decided what follows from them, oldest first."""
        arrivals = schema.arrivals
        is_open = [outcome.value for outcome in Outcome if outcome.is_open]
        query = select(arrivals.c.body).where(
            arrivals.c.repository == self._repository, arrivals.c.outcome.in_(is_open)
        )
        bodies = self._connection.execute(query.order_by(arrivals.c.ordinal)).scalars()
        return [ARRIVAL.load(body) for body in bodies]

    def put_arrivals(self, changed: Collection[Arrival]) -> None:
        """Writes what became of commits that came."""
        arrivals = schema.arrivals
        for arrival in changed:
            row = self._arrival_row(arrival)
            self._connection.execute(
                update(arrivals)
                .where(arrivals.c.repository == self._repository, arrivals.c.commit == arrival.commit)
                .values(row)
            )

    def pass_schedule(self, before: Schedule, after: Schedule) -> bool:
        """Writes the schedule, unless somebody else did since it was `before`."""
        schedules = schema.schedules
        query = select(schedules.c.body).where(*_is_schedule(before.repository, before.name))
        body = self._connection.execute(query).scalar()
        if body is None or SCHEDULE.load(body) != before:
            return False
        _put_schedule(self._connection, after)
        return True

    def _arrival_row(self, arrival: Arrival) -> dict[str, object]:
        return {
            "repository": self._repository,
            "commit": arrival.commit,
            "outcome": arrival.outcome.value,
            "run": arrival.run,
            "body": ARRIVAL.dump(arrival),
        }

    def _is_head(self, ref: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return schema.heads.c.repository == self._repository, schema.heads.c.ref == ref


def _watch_row(watch: Watch) -> dict[str, object]:
    return {"next_at": watch.next_at.timestamp(), "taken": watch.taken, "body": WATCH.dump(watch)}


def _put_watch(connection: Connection, watch: Watch) -> None:
    if not _update_watch(connection, watch, None):
        connection.execute(insert(schema.watches).values(repository=watch.repository, **_watch_row(watch)))


def _update_watch(connection: Connection, watch: Watch, taken: int | None) -> bool:
    watches = schema.watches
    statement = update(watches).where(watches.c.repository == watch.repository).values(_watch_row(watch))
    if taken is not None:
        statement = statement.where(watches.c.taken == taken)
    return connection.execute(statement).rowcount == 1


def _is_schedule(repository: str, name: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return schema.schedules.c.repository == repository, schema.schedules.c.name == name


def _put_schedule(connection: Connection, schedule: Schedule) -> None:
    connection.execute(delete(schema.schedules).where(*_is_schedule(schedule.repository, schedule.name)))
    row = {
        "repository": schedule.repository,
        "name": schedule.name,
        "next_at": schedule.next_at.timestamp(),
        "body": SCHEDULE.dump(schedule),
    }
    connection.execute(insert(schema.schedules).values(row))

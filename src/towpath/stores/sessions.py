"""Sessions and one-time login links as rows, found by the hash of their secret."""

from __future__ import annotations

import datetime

from sqlalchemy import Connection, delete, insert, select, update

from towpath.model.logins import Session
from towpath.stores.people_schema import links, moment, sessions

__all__ = ["LinkRows", "SessionRows"]


class SessionRows:
    """The sessions, within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, digest: str) -> Session | None:
        row = self._connection.execute(select(sessions).where(sessions.c.digest == digest)).one_or_none()
        if row is None:
            return None
        times = (moment(row.created_at), moment(row.seen_at), moment(row.expires_at))
        return Session(row.person, row.address, *times)

    def add(self, digest: str, session: Session) -> None:
        """Sessions that have expired go at the same time."""
        now = session.created_at.timestamp()
        self._connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
        row = {
            "digest": digest,
            "person": session.person,
            "address": session.address,
            "created_at": now,
            "seen_at": session.seen_at.timestamp(),
            "expires_at": session.expires_at.timestamp(),
        }
        self._connection.execute(insert(sessions).values(row))

    def seen(self, digest: str, now: datetime.datetime) -> None:
        self._connection.execute(update(sessions).where(sessions.c.digest == digest).values(seen_at=now.timestamp()))

    def end(self, digest: str) -> None:
        self._connection.execute(delete(sessions).where(sessions.c.digest == digest))

    def end_all(self, person: str) -> None:
        self._connection.execute(delete(sessions).where(sessions.c.person == person))


class LinkRows:
    """The one-time links, within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, digest: str, person: str, expires_at: datetime.datetime) -> None:
        """Links that somebody was given before count no more."""
        self.drop(person)
        row = {"digest": digest, "person": person, "expires_at": expires_at.timestamp()}
        self._connection.execute(insert(links).values(row))

    def use(self, digest: str, now: datetime.datetime) -> str | None:
        """The person whose link it is, who has then used it; None for one that is not there or too old."""
        row = self._connection.execute(select(links).where(links.c.digest == digest)).one_or_none()
        self._connection.execute(delete(links).where(links.c.digest == digest))
        return row.person if row is not None and now.timestamp() < row.expires_at else None

    def drop(self, person: str) -> None:
        self._connection.execute(delete(links).where(links.c.person == person))

"""How often somebody tried to log in and failed, as rows: so that guessing is slow on every process together."""

from __future__ import annotations

import datetime

from sqlalchemy import Connection, delete, insert, select

from towpath.stores.people_schema import guesses, moment

__all__ = ["GuessRows"]


class GuessRows:
    """Failures by key, within the transaction of `connection`. Keys are hashes: what people mistype is not kept."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def failures(self, key: str) -> tuple[int, datetime.datetime] | None:
        """How many, and when the last one was."""
        row = self._connection.execute(select(guesses).where(guesses.c.key == key)).one_or_none()
        return (row.failures, moment(row.last_at)) if row is not None else None

    def put(self, key: str, failures: int, now: datetime.datetime) -> None:
        self.forget(key)
        row = {"key": key, "failures": failures, "last_at": now.timestamp()}
        self._connection.execute(insert(guesses).values(row))

    def forget(self, key: str) -> None:
        self._connection.execute(delete(guesses).where(guesses.c.key == key))

    def forget_before(self, before: datetime.datetime) -> None:
        self._connection.execute(delete(guesses).where(guesses.c.last_at < before.timestamp()))

"""The audit log: appended to in the transaction of what it tells of, and never changed.

The entry's JSON is what counts; the columns beside it are for finding it, and are written so that every database takes
them. The database itself refuses to change or remove an entry.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, insert, or_, select

from towpath.access import GENESIS, Break, chained, entry_json, entry_of, first_break
from towpath.model.audit import AuditEntry, AuditHead, AuditRecord
from towpath.stores.database import Database
from towpath.stores.people_schema import audit

__all__ = ["AuditLog", "append_audit"]

_AT_ONCE = 500
"""Entries in memory while the whole log is read."""


def append_audit(connection: Connection, record: AuditRecord) -> AuditEntry:
    """Writes the next entry. The transaction must be a writing one: only then is the end of the log still the end when
    it commits.
    """
    newest = select(audit.c.sequence, audit.c.hash).order_by(audit.c.sequence.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    entry = chained(AuditHead(row.sequence, row.hash) if row is not None else GENESIS, record)
    values = {
        "sequence": entry.sequence,
        "at": record.at.timestamp(),
        "who": _found_by(record.who),
        "action": _found_by(record.action),
        "subject": _found_by(record.subject),
        "hash": entry.hash,
        "body": entry_json(entry),
    }
    connection.execute(insert(audit).values(values))
    return entry


class AuditLog:
    """Reading the log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(
        self,
        most: int,
        *,
        before: int | None = None,
        who: str | None = None,
        subject: str | None = None,
        text: str = "",
    ) -> tuple[AuditEntry, ...]:
        """At most so many, newest first: with a smaller sequence than `before`, of that person, on that subject, with
        that text in the person, the action or the subject."""
        query = select(audit.c.body).order_by(audit.c.sequence.desc()).limit(most)
        if before is not None:
            query = query.where(audit.c.sequence < before)
        if who is not None:
            query = query.where(audit.c.who == _found_by(who))
        if subject is not None:
            query = query.where(audit.c.subject == _found_by(subject))
        if text:
            found = (audit.c.who, audit.c.action, audit.c.subject)
            query = query.where(or_(*(func.lower(column).contains(text.lower(), autoescape=True) for column in found)))
        with self._database.reading() as connection:
            return tuple(entry_of(body) for body in connection.execute(query).scalars())

    def lines(self) -> Iterator[str]:
        """Every entry as one line of JSON, oldest first. What is appended meanwhile may be among them."""
        after = GENESIS.sequence
        while True:
            query = select(audit.c.sequence, audit.c.body).where(audit.c.sequence > after)
            with self._database.reading() as connection:
                rows = connection.execute(query.order_by(audit.c.sequence).limit(_AT_ONCE)).all()
            if not rows:
                return
            yield from (row.body for row in rows)
            after = rows[-1].sequence

    def verify(self, noted: AuditHead | None = None) -> Break | None:
        """The first entry that is changed, missing or out of order; None when all is well. `noted` is the end of the
        log as somebody noted it before.
        """
        return first_break(self.lines(), noted)

    def head(self) -> AuditHead:
        """The end of the log."""
        newest = self.newest(1)
        return newest[0].head if newest else GENESIS


def _found_by(text: str) -> str:
    """The text as every database can keep it."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")

"""The ledger: from which commit each unit was last applied."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Connection, delete, select

from towpath.model.ledger import LedgerEntry
from towpath.model.paths import UnitPath
from towpath.stores import schema
from towpath.stores.codec import LEDGER_ENTRY
from towpath.stores.database import Database
from towpath.stores.putting import put

__all__ = ["LedgerStore", "drop_entry", "get_entry", "put_entry"]


class LedgerStore:
    """Reading a repository's ledger. It is written only together with the end of an attempt, by `RunTransaction`."""

    def __init__(self, database: Database, repository: str = "") -> None:
        self._database = database
        self._repository = repository

    def entries(self) -> Mapping[UnitPath, LedgerEntry]:
        """All entries, sorted by unit."""
        query = select(schema.ledger.c.body).where(schema.ledger.c.repository == self._repository)
        with self._database.reading() as connection:
            entries = [LEDGER_ENTRY.load(body) for body in connection.execute(query).scalars()]
        return {entry.unit: entry for entry in sorted(entries, key=lambda entry: entry.unit)}


def get_entry(connection: Connection, repository: str, unit: UnitPath) -> LedgerEntry | None:
    body = connection.execute(select(schema.ledger.c.body).where(*_is(repository, unit))).scalar()
    return LEDGER_ENTRY.load(body) if body is not None else None


def put_entry(connection: Connection, repository: str, entry: LedgerEntry) -> None:
    row = {"repository": repository, "unit": entry.unit, "commit": entry.commit, "body": LEDGER_ENTRY.dump(entry)}
    put(connection, schema.ledger, [row])


def drop_entry(connection: Connection, repository: str, unit: UnitPath) -> None:
    connection.execute(delete(schema.ledger).where(*_is(repository, unit)))


def _is(repository: str, unit: UnitPath) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return schema.ledger.c.repository == repository, schema.ledger.c.unit == unit

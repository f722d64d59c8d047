"""The ledger: from which commit each unit was last applied."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, insert, select

from towpath.model.ledger import LedgerEntry
from towpath.model.paths import UnitPath
from towpath.stores import schema
from towpath.stores.codec import LEDGER_ENTRY
from towpath.stores.database import Database

__all__ = ["LedgerStore", "drop_entry", "get_entry", "put_entry"]


class LedgerStore:
    """Reading the ledger. It is written only together with the end of an attempt, by `RunTransaction`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self) -> Mapping[UnitPath, LedgerEntry]:
        """All entries, sorted by unit."""
        with self._database.reading() as connection:
            bodies = connection.execute(select(schema.ledger.c.body).order_by(schema.ledger.c.unit)).scalars()
            entries = [LEDGER_ENTRY.load(body) for body in bodies]
        return {entry.unit: entry for entry in entries}


def get_entry(connection: Connection, unit: UnitPath) -> LedgerEntry | None:
    body = connection.execute(select(schema.ledger.c.body).where(schema.ledger.c.unit == unit)).scalar()
    return LEDGER_ENTRY.load(body) if body is not None else None


def put_entry(connection: Connection, entry: LedgerEntry) -> None:
    drop_entry(connection, entry.unit)
    row = {"unit": entry.unit, "commit": entry.commit, "body": LEDGER_ENTRY.dump(entry)}
    connection.execute(insert(schema.ledger).values(row))


def drop_entry(connection: Connection, unit: UnitPath) -> None:
    connection.execute(delete(schema.ledger).where(schema.ledger.c.unit == unit))

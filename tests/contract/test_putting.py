"""Putting rows, in each kind of database."""

from __future__ import annotations

from sqlalchemy import select
from state_homes import StateHome

from towpath.stores import schema
from towpath.stores.database import Database
from towpath.stores.putting import put


def held(database: Database) -> list[tuple[str, int, str | None]]:
    locks = schema.locks
    with database.reading() as connection:
        rows = connection.execute(select(locks.c.unit, locks.c.fence, locks.c.attempt).order_by(locks.c.unit))
        return [(row.unit, row.fence, row.attempt) for row in rows]


def test_a_row_takes_the_place_of_the_one_with_its_keys(home: StateHome) -> None:
    database = home.open().database
    with database.transaction() as connection:
        put(connection, schema.locks, [{"repository": "", "unit": "dev/a", "fence": 1, "attempt": "x"}])
        more = [{"repository": "", "unit": "dev/a", "fence": 2}, {"repository": "other", "unit": "dev/b", "fence": 1}]
        put(connection, schema.locks, more)
        put(connection, schema.locks, [])
    assert held(database) == [("dev/a", 2, "x"), ("dev/b", 1, None)]

"""Putting rows: each is written in place of the row with the same keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table, TextClause, text

__all__ = ["put"]


def put(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Writes rows that all name the same columns. A column they do not name keeps its value, or gets its default."""
    written = list(rows)
    if written:
        quoted = connection.dialect.identifier_preparer.quote
        names = tuple((name, quoted(name)) for name in written[0])
        connection.execute(_statement(table, names), written)


# To put a statement together takes ten times as long as to execute it. As text, since SQLAlchemy has another insert for
# each kind of database, though all say it in these words.
@lru_cache(maxsize=64)
def _statement(table: Table, names: tuple[tuple[str, str], ...]) -> TextClause:
    keys = {column.name for column in table.primary_key}
    key = ", ".join(quoted for name, quoted in names if name in keys)
    columns = ", ".join(quoted for _, quoted in names)
    values = ", ".join(f":{name}" for name, _ in names)
    changes = ", ".join(f"{quoted} = excluded.{quoted}" for name, quoted in names if name not in keys)
    insert = f"INSERT INTO {table.name} ({columns}) VALUES ({values})"  # noqa: S608  # names of the schema, no values
    return text(f"{insert} ON CONFLICT ({key}) DO UPDATE SET {changes}")

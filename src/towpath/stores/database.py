"""The database: transactions that begin as writers, views for reading alone, and a schema that is up to date."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, text

from towpath.stores.kinds import APPENDS, READS, UNHURRIED, DatabaseKind
from towpath.stores.sqlite import SqliteKind

__all__ = ["SCHEMA_REVISION", "Database"]

SCHEMA_REVISION = "0005"
"""The newest migration. When the database stands there, nothing that prepares one need be loaded."""


class Database:
    """An SQLite file, or a PostgreSQL database by its URL (`postgresql://…`).

    Everything raises `ProblemError` as `failures.keeping_state` says for SQLite, `postgres_failures.reaching` for
    PostgreSQL. After a lost connection the next transaction works again, if it can. What was lost while it committed
    may have been committed all the same.
    """

    def __init__(self, where: Path | str) -> None:
        """Raises `ProblemError` with `database-url-invalid`. Connects only when it is used."""
        self.kind = _kind_of(where)
        self.engine = self.kind.engine()
        self._writes = threading.Lock()

    @property
    def file(self) -> Path:
        """The file of an SQLite database. Raises `ValueError` for another."""
        if not isinstance(self.kind, SqliteKind):
            raise ValueError(f"{self.kind.place} is not a file")
        return self.kind.file

    def prepare(self) -> None:
        """Brings the schema up to date. Raises `ProblemError` with `state-too-new` when a newer Towpath wrote it."""
        with self.reading() as connection:
            revision = self.revision(connection)
        if revision != SCHEMA_REVISION:
            # It takes long to load and is needed once in the life of a database.
            from towpath.stores.preparing import bring_up_to_date

            with self.transaction(unhurried=True) as connection:
                bring_up_to_date(connection, self.kind, self.revision(connection), SCHEMA_REVISION)

    def revision(self, connection: Connection) -> str | None:
        """The migration that the schema stands at; None for a fresh database."""
        if not self.kind.has_table(connection, "alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()

    @contextmanager
    def transaction(self, *, unhurried: bool = False) -> Iterator[Connection]:
        """Commits at the end, or rolls back when an exception leaves. What was read in it is still so when it commits:
        no other one, of whatever process, is on at the same time. `unhurried` may take longer than the moments that
        a database gives to one statement.

        Threads of this process take turns here: SQLite would let whoever comes second sleep and try again.
        """
        with self._writes, self._connected(**{UNHURRIED: unhurried}) as connection, connection.begin():
            yield connection

    @contextmanager
    def appending(self) -> Iterator[Connection]:
        """A transaction that relies on nothing it read; where the database can, it waits for no other."""
        with self._connected(**{APPENDS: True}) as connection, connection.begin():
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view for reading alone; it neither waits for writers nor keeps them waiting."""
        with self._connected(**{READS: True}, **self.kind.reading) as connection:
            yield connection

    @contextmanager
    def _connected(self, **options: object) -> Iterator[Connection]:
        with self.kind.failing(), self.engine.connect() as connection:
            yield connection.execution_options(**options)

    def close(self) -> None:
        self.engine.dispose()


def _kind_of(where: Path | str) -> DatabaseKind:
    if isinstance(where, Path):
        return SqliteKind(where)
    # Its driver takes long to load, and most people have a file.
    from towpath.stores.postgres import PostgresKind

    return PostgresKind(where)

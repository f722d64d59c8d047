"""SQLite: one file in the state folder, in WAL mode."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL

from towpath.stores.failures import keeping_state
from towpath.stores.kinds import BUSY_SECONDS, READS

__all__ = ["SqliteKind"]


class SqliteKind:
    """A transaction takes the write lock when it begins: a reader that became a writer could find that what it read is
    no longer so.
    """

    reading: Mapping[str, Any] = {}

    def __init__(self, file: Path) -> None:
        self.file = file

    @property
    def place(self) -> str:
        return str(self.file)

    def engine(self) -> Engine:
        url = URL.create("sqlite", database=str(self.file))
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
        return engine

    def failing(self) -> AbstractContextManager[None]:
        return keeping_state(self.file.parent)

    def has_table(self, connection: Connection, name: str) -> bool:
        query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        return connection.exec_driver_sql(query, (name,)).scalar() is not None

    def require_suitable(self, connection: Connection) -> None:
        del connection


def _on_connect(connection: sqlite3.Connection, record: Any) -> None:
    del record
    # SQLAlchemy's own BEGIN below replaces the driver's, which would come too late.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")


def _on_begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get(READS, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

"""The database: an engine that begins every transaction as a writer, and a schema that is up to date."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL

from towpath.problems import Problem, ProblemError
from towpath.stores.failures import keeping_state

__all__ = ["SCHEMA_REVISION", "Database"]

SCHEMA_REVISION = "0004"
"""The newest migration. When the database stands there, Alembic need not be loaded."""

BUSY_SECONDS = 30
_READS = "towpath_reads"
_MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """One SQLite file in the state folder.

    A transaction takes the write lock when it begins, so that what was read in it is still so when it commits.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.engine = _engine(file)
        self._writes = threading.Lock()

    def prepare(self) -> None:
        """Brings the schema up to date. Raises `ProblemError` with `state-too-new` when a newer Towpath wrote it."""
        with keeping_state(self.file.parent), self.engine.begin() as connection:
            revision = _revision(connection)
            if revision != SCHEMA_REVISION:
                _refuse_newer(revision, self.file)
                _migrate(connection)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Commits at the end, or rolls back when an exception leaves. Raises `ProblemError` as `keeping_state` says.

        Threads of this process take turns here: SQLite would let whoever comes second sleep and try again.
        """
        with self._writes, keeping_state(self.file.parent), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view for reading alone; it neither waits for writers nor keeps them waiting."""
        with keeping_state(self.file.parent), self.engine.connect().execution_options(**{_READS: True}) as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def _engine(file: Path) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(file)), connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, record: Any) -> None:
        del record
        # SQLAlchemy's own BEGIN below replaces the driver's, which would come too late.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get(_READS, False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _refuse_newer(revision: str | None, file: Path) -> None:
    if revision is not None and revision > SCHEMA_REVISION:
        detail = f"{file} is at schema {revision}; this Towpath knows {SCHEMA_REVISION} and older."
        problem = Problem("state-too-new", "A newer Towpath wrote the state", detail, hint="Use the newer Towpath.")
        raise ProblemError(problem)


def _migrate(connection: Connection) -> None:
    # Alembic takes long to load and is needed once in the life of a state folder.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")

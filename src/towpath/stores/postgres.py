"""PostgreSQL: one database for workers on many machines."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Connection, Engine, create_engine, event, text

from towpath.problems import Problem, ProblemError
from towpath.stores.kinds import APPENDS, BUSY_SECONDS, READS, UNHURRIED
from towpath.stores.postgres_failures import reaching

__all__ = ["PostgresKind"]

_WRITERS = int.from_bytes(b"towpath")
"""The advisory lock that every transaction takes which reads and writes."""

_UNHURRIED_SECONDS = 3600

_WAY_THERE: Mapping[str, Any] = {
    "connect_timeout": 10,
    # A machine that is gone says nothing: it counts as gone after half a minute.
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,
    "application_name": "towpath",
    "client_encoding": "utf8",
}
_CONNECTIONS = 5
_MORE_CONNECTIONS = 15
_RECYCLE_SECONDS = 1800
"""Connections that are older are not used again: what is between here and the server may have forgotten them."""


class PostgresKind:
    """A transaction that reads and writes takes one advisory lock of the database's before it reads anything. Each of
    its statements sees what was committed before that statement (READ COMMITTED), and so what every transaction before
    it wrote; with a view of one moment it would see the database as it was before it waited.
    """

    reading: Mapping[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    def __init__(self, url: str) -> None:
        """Raises `ProblemError` with `database-url-invalid`, which does not repeat the URL."""
        self._given = _parsed(url)

    @property
    def place(self) -> str:
        given = self._given
        host = given.get("host") or given.get("hostaddr") or "localhost"
        port = f":{given['port']}" if given.get("port") else ""
        return f"database {given.get('dbname') or given.get('user') or ''} at {host}{port}".replace("  ", " ")

    def engine(self) -> Engine:
        engine = create_engine(
            "postgresql+psycopg://",
            creator=self._connect,
            pool_pre_ping=True,
            pool_use_lifo=True,
            pool_size=_CONNECTIONS,
            max_overflow=_MORE_CONNECTIONS,
            pool_timeout=BUSY_SECONDS,
            pool_recycle=_RECYCLE_SECONDS,
            hide_parameters=True,
        )
        event.listen(engine, "begin", _on_begin)
        return engine

    def _connect(self) -> psycopg.Connection[Any]:
        # Statements prepared on the server fail once a migration changes a table, and behind some poolers.
        connection = psycopg.connect(**{**_WAY_THERE, **self._given}, autocommit=True, prepare_threshold=None)
        with contextlib.ExitStack() as closing:
            # The server may go away in this very moment.
            closing.callback(connection.close)
            connection.execute(_settings(BUSY_SECONDS))
            connection.autocommit = False
            closing.pop_all()
        return connection

    def failing(self) -> AbstractContextManager[None]:
        return reaching(self.place)

    def has_table(self, connection: Connection, name: str) -> bool:
        return connection.execute(text("SELECT to_regclass(:name)"), {"name": name}).scalar() is not None

    def require_suitable(self, connection: Connection) -> None:
        encoding = connection.execute(text("SHOW server_encoding")).scalar()
        if encoding != "UTF8":
            detail = f"The {self.place} keeps texts as {encoding}, in which not every text can be kept."
            hint = "Make the database with the encoding UTF8: `createdb --encoding UTF8 --template template0 NAME`."
            raise ProblemError(Problem("database-encoding", "The database is not in UTF-8", detail, hint=hint))


def _settings(busy_seconds: float) -> bytes:
    """How long a connection waits for others, and they for it. A process that was paused in a transaction, or whose
    machine is gone, keeps all others waiting: it is given up before they give up.
    """
    settings = {
        "default_transaction_isolation": "read committed",
        "lock_timeout": f"{busy_seconds * 1000:.0f}ms",
        "statement_timeout": f"{busy_seconds * 2000:.0f}ms",
        "idle_in_transaction_session_timeout": f"{busy_seconds * 500:.0f}ms",
    }
    return "; ".join(f"SET {name} = '{value}'" for name, value in settings.items()).encode()


def _parsed(url: str) -> dict[str, Any]:
    """The parameters of the URL, as PostgreSQL's own library understands it."""
    given: dict[str, Any] = {}
    if url.startswith(("postgresql://", "postgres://")):
        try:
            given = dict(conninfo_to_dict(url))
        except psycopg.Error:
            given = {}
    # A password with an @ or a / that is not written as %40 or %2F ends up in the host, in the port or in the name.
    strange = any(letter in str(given.get("dbname", "")) for letter in "@/?") or "@" in str(given.get("host", ""))
    if not given or strange or not str(given.get("port") or 0).replace(",", "").isdecimal():
        detail = "The URL of the database cannot be understood; it is not repeated here, since it may hold a password."
        hint = "Write it as `postgresql://USER:PASSWORD@HOST:PORT/NAME`, and @, /, :, ? and % in a password as %40 etc."
        raise ProblemError(Problem("database-url-invalid", "The URL of the database is invalid", detail, hint=hint))
    return given


def _on_begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get(UNHURRIED, False):
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{_UNHURRIED_SECONDS}s'")
    if not options.get(READS, False) and not options.get(APPENDS, False):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")

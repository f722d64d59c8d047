"""What the kinds of databases do differently."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import Connection, Engine

__all__ = ["APPENDS", "BUSY_SECONDS", "READS", "UNHURRIED", "DatabaseKind"]

BUSY_SECONDS = 30
"""How long a transaction waits for those of others."""

# Options of a connection that tell what its transaction is for. Without any it reads and writes.
READS = "towpath_reads"
APPENDS = "towpath_appends"
UNHURRIED = "towpath_unhurried"


class DatabaseKind(Protocol):
    """SQLite or PostgreSQL.

    Laws: of transactions that read and write one is on at a time, and it sees what every one before it wrote. One that
    reads sees the database as it was at one moment, and nobody waits for it. One that appends waits for others at most
    as long as one that reads and writes. Whatever fails inside `failing` because of the database, its machine or
    the way there is raised as `ProblemError`; everything else goes on as it is.
    """

    @property
    def place(self) -> str:
        """Which database it is, as people are told; never with a password."""
        ...

    @property
    def reading(self) -> Mapping[str, Any]:
        """Further options of a connection for reading."""
        ...

    def engine(self) -> Engine: ...

    def failing(self) -> AbstractContextManager[None]: ...

    def has_table(self, connection: Connection, name: str) -> bool: ...

    def require_suitable(self, connection: Connection) -> None:
        """Raises `ProblemError` when a database that is still empty cannot keep what is to be kept."""
        ...

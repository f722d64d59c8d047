"""The tables of people and of how they log in, and the audit log, as the newest migration leaves them.

Times are seconds since 1970. What somebody could log in with stands here only as its hash.
"""

from __future__ import annotations

import datetime

from sqlalchemy import Boolean, Column, Connection, Float, Index, Integer, String, Table, Text, UniqueConstraint, event

from towpath.stores.schema import metadata

__all__ = ["audit", "guesses", "links", "moment", "moment_or_none", "people", "sessions", "tokens"]

people = Table(
    "people",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("email", String(320), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("given", Text, nullable=False),
    Column("claimed", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("role", String(16)),
    Column("password", Text),
    Column("issuer", Text),
    Column("subject", Text),
    Column("created_at", Float, nullable=False),
    Column("seen_at", Float),
    UniqueConstraint("issuer", "subject", name="people_of_provider"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("person", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float),
    Column("used_at", Float),
    Column("revoked_at", Float),
    Index("tokens_of_person", "person"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("person", String(64), nullable=False),
    Column("address", String(64), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("seen_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Index("sessions_of_person", "person"),
    Index("sessions_by_end", "expires_at"),
)

links = Table(
    "login_links",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("person", String(64), nullable=False),
    Column("expires_at", Float, nullable=False),
)

guesses = Table(
    "guesses",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Float, nullable=False),
    Index("guesses_by_time", "last_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("hash", String(80), nullable=False),
    Column("body", Text, nullable=False),
    Index("audit_by_person", "who", "sequence"),
    Index("audit_by_subject", "subject", "sequence"),
)


@event.listens_for(audit, "after_create")
def _append_only(table: Table, connection: Connection, **_: object) -> None:
    """The database lets nobody but append to it."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(
            "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$"
        )
        connection.exec_driver_sql(
            "CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        connection.exec_driver_sql(
            f"CREATE TRIGGER audit_without_{change.lower()} BEFORE {change} ON {table.name} "
            "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        )


def moment(seconds: float) -> datetime.datetime:
    """A column's time, aware and in UTC."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def moment_or_none(seconds: float | None) -> datetime.datetime | None:
    return None if seconds is None else moment(seconds)

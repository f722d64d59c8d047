"""Bringing the schema of a database up to date."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, insert, inspect

from towpath.problems import Problem, ProblemError
from towpath.stores import people_schema, schema
from towpath.stores.kinds import DatabaseKind

__all__ = ["TABLES", "bring_up_to_date", "create_tables", "migrate"]

_SCHEMAS = (schema, people_schema)
"""Every module that has tables: they are known once it is loaded."""

TABLES = _SCHEMAS[0].metadata
_MIGRATIONS = Path(__file__).parent / "migrations"

# As Alembic itself makes it.
_VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def bring_up_to_date(connection: Connection, kind: DatabaseKind, revision: str | None, newest: str) -> None:
    """`revision` is where it stands: None in a fresh database, which gets its tables at once, without migrations.

    Raises `ProblemError` with `state-too-new`, `database-taken`, or as the kind's `require_suitable` does.
    """
    if revision is None:
        kind.require_suitable(connection)
        _require_room(connection, kind)
        create_tables(connection, newest)
    elif revision > newest:
        raise ProblemError(_too_new(kind, revision, newest))
    elif revision < newest:
        migrate(connection, newest)


def create_tables(connection: Connection, newest: str) -> None:
    """Makes all tables as the newest migration leaves them, and says so to Alembic."""
    TABLES.create_all(connection, checkfirst=False)
    _VERSION.create(connection)
    connection.execute(insert(_VERSION).values(version_num=newest))


def migrate(connection: Connection, revision: str) -> None:
    """Runs the migrations up to this one."""
    # Alembic takes long to load and is needed once in the life of a database.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _require_room(connection: Connection, kind: DatabaseKind) -> None:
    taken = sorted(set(inspect(connection).get_table_names()) & set(TABLES.tables))
    if taken:
        detail = f"{kind.place} has tables of another program: {', '.join(taken)}. Nothing was changed."
        hint = "Give Towpath a database of its own."
        raise ProblemError(Problem("database-taken", "The database is another program's", detail, hint=hint))


def _too_new(kind: DatabaseKind, revision: str, newest: str) -> Problem:
    detail = f"{kind.place} is at schema {revision}; this Towpath knows {newest} and older."
    return Problem("state-too-new", "A newer Towpath wrote the state", detail, hint="Use the newer Towpath.")

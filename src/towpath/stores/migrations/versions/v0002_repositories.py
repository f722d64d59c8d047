"""Many live repositories in one database: runs, attempts, events, locks and the ledger say whose they are. Plan files
and logs may be kept in it.

What was kept before is the command line's, whose repository has the empty name.
"""

from __future__ import annotations

import datetime
import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("runs", "attempts", "events"):
        op.add_column(table, _repository())
    op.add_column("runs", sa.Column("finished_at", sa.Float))
    _fill_ends()
    op.create_index("runs_by_end", "runs", ["finished_at"])
    op.create_index("runs_of_repository", "runs", ["repository", "ordinal"])
    op.create_index("runs_by_status", "runs", ["status", "ordinal"])
    _made_anew(
        "locks",
        sa.Column("unit", sa.String(512), primary_key=True),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("attempt", sa.String(640)),
        sa.Column("run", sa.String(64)),
    )
    _made_anew(
        "ledger",
        sa.Column("unit", sa.String(512), primary_key=True),
        sa.Column("commit", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("runs", "ordinal", type_=sa.BigInteger)
        op.alter_column("events", "sequence", type_=sa.BigInteger)
        op.execute("ALTER SEQUENCE events_sequence_seq AS bigint")
    _files()


def _fill_ends() -> None:
    runs = sa.table("runs", sa.column("id"), sa.column("body"), sa.column("finished_at"))
    database = op.get_bind()
    for run, body in database.execute(sa.select(runs.c.id, runs.c.body)).all():
        end = json.loads(body).get("finished_at")
        if end is not None:
            moment = datetime.datetime.fromisoformat(end).timestamp()
            database.execute(sa.update(runs).where(runs.c.id == run).values(finished_at=moment))


def _repository(*, is_key: bool = False) -> sa.Column[str]:
    return sa.Column("repository", sa.String(64), primary_key=is_key, nullable=False, server_default="")


def _made_anew(name: str, *columns: sa.Column[str] | sa.Column[int]) -> None:
    """The table with the repository in its primary key. It is not renamed: its key would keep another name."""
    before = sa.table(name, *(sa.column(column.name) for column in columns))
    rows = [dict(row) for row in op.get_bind().execute(sa.select(before)).mappings()]
    op.drop_table(name)
    after = op.create_table(name, _repository(is_key=True), *columns)
    op.bulk_insert(after, rows)


def _files() -> None:
    op.create_table(
        "plan_files",
        _repository(is_key=True),
        sa.Column("digest", sa.String(80), primary_key=True),
        sa.Column("kept_at", sa.Float, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    count = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "log_chunks",
        sa.Column("sequence", count, primary_key=True, autoincrement=True),
        _repository(),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("unit", sa.String(512), nullable=False),
        sa.Column("lines", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("log_chunks_of_unit", "log_chunks", ["run", "unit", "sequence"])
    op.create_table(
        "facts",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )

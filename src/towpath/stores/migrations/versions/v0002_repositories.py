"""Many live repositories in one database: runs, attempts, events, locks and the ledger say whose they are.

What was kept before is the command line's, whose repository has the empty name.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("runs", "attempts", "events"):
        op.add_column(table, _repository())
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


def _repository(*, is_key: bool = False) -> sa.Column[str]:
    return sa.Column("repository", sa.String(64), primary_key=is_key, nullable=False, server_default="")


def _made_anew(name: str, *columns: sa.Column[str] | sa.Column[int]) -> None:
    """The table with the repository in its primary key. It is not renamed: its key would keep another name."""
    before = sa.table(name, *(sa.column(column.name) for column in columns))
    rows = [dict(row) for row in op.get_bind().execute(sa.select(before)).mappings()]
    op.drop_table(name)
    after = op.create_table(name, _repository(is_key=True), *columns)
    op.bulk_insert(after, rows)

"""The first tables: runs and all that belongs to them, workers, events, the ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _runs()
    _units()
    _attempts()
    _plans()
    _gates()
    _approvals()
    _locks()
    _workers()
    _events()
    _ledger()


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("ordinal", sa.Integer, nullable=False, unique=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )


def _units() -> None:
    op.create_table(
        "units",
        sa.Column("run", sa.String(64), primary_key=True),
        sa.Column("unit", sa.String(512), primary_key=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.String(640), primary_key=True),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("unit", sa.String(512), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("settled", sa.Boolean, nullable=False),
        sa.Column("worker", sa.String(64)),
        sa.Column("fence", sa.Integer),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("attempts_of_run", "attempts", ["run", "settled"])
    op.create_index("attempts_by_status", "attempts", ["status"])


def _plans() -> None:
    op.create_table(
        "plans",
        sa.Column("attempt", sa.String(640), primary_key=True),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("unit", sa.String(512), nullable=False),
        sa.Column("digest", sa.String(80), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("plans_of_run", "plans", ["run"])


def _gates() -> None:
    op.create_table(
        "gates",
        sa.Column("id", sa.String(96), primary_key=True),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("gates_of_run", "gates", ["run"])


def _approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("approvals_of_run", "approvals", ["run"])


def _locks() -> None:
    op.create_table(
        "locks",
        sa.Column("unit", sa.String(512), primary_key=True),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("attempt", sa.String(640)),
        sa.Column("run", sa.String(64)),
    )


def _workers() -> None:
    op.create_table(
        "workers",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("alive", sa.Boolean, nullable=False),
        sa.Column("lease_until", sa.Float, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("events_of_run", "events", ["run", "sequence"])


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("unit", sa.String(512), primary_key=True),
        sa.Column("commit", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )

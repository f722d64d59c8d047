"""Repositories that are watched: when, where their branches stand, what came there; when drift is looked for, and what
was found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "watches",
        sa.Column("repository", sa.String(64), primary_key=True),
        sa.Column("next_at", sa.Float, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("watches_by_time", "watches", ["next_at"])
    op.create_table(
        "heads",
        _repository(),
        sa.Column("ref", sa.String(512), primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    _arrivals()
    op.create_table(
        "schedules",
        _repository(),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("next_at", sa.Float, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "drifts",
        _repository(),
        sa.Column("unit", sa.String(512), primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )


def _arrivals() -> None:
    op.create_table(
        "arrivals",
        _repository(),
        sa.Column("commit", sa.String(64), primary_key=True),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("run", sa.String(64)),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("arrivals_in_order", "arrivals", ["repository", "ordinal"])
    op.create_index("arrivals_by_outcome", "arrivals", ["repository", "outcome"])
    op.create_index("arrivals_of_run", "arrivals", ["run"])


def _repository() -> sa.Column[str]:
    return sa.Column("repository", sa.String(64), primary_key=True, nullable=False, server_default="")

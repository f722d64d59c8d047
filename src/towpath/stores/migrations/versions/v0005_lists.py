"""What lists of runs and of units are made from, so that they are as fast with a hundred thousand runs as with ten."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_COMMITS = 20


def upgrade() -> None:
    op.add_column("runs", sa.Column("author", sa.String(320), nullable=False, server_default=""))
    op.create_index("runs_by_author", "runs", ["author", "ordinal"])
    op.create_table(
        "run_texts",
        sa.Column("ordinal", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.add_column("units", sa.Column("tier", sa.Integer, nullable=False, server_default="0"))
    op.add_column("units", sa.Column("account", sa.String(128)))
    op.add_column("units", sa.Column("joined", sa.Boolean, nullable=False, server_default=sa.true()))
    op.create_index("units_by_unit", "units", ["unit"])
    op.create_table(
        "latest_units",
        sa.Column("repository", sa.String(64), primary_key=True, server_default=""),
        sa.Column("unit", sa.String(512), primary_key=True),
        sa.Column("run", sa.String(64), nullable=False),
    )
    _fill_runs()
    _fill_units()


def _fill_runs() -> None:
    runs = sa.table("runs", *(sa.column(name) for name in ("id", "ordinal", "author", "body")))
    texts = sa.table("run_texts", sa.column("ordinal"), sa.column("text"))
    for row in _rows(sa.select(runs.c.id, runs.c.ordinal, runs.c.body)):
        run = json.loads(row["body"])
        author = str(run["author"]).lower()[:320]
        op.get_bind().execute(runs.update().where(runs.c.id == row["id"]).values(author=author))
        op.get_bind().execute(texts.insert().values(ordinal=row["ordinal"], text=_text(run)))


def _text(run: Mapping[str, Any]) -> str:
    commits = run.get("commits", ())[:_COMMITS]
    parts = [
        run["id"],
        run["head"],
        run.get("branch") or "",
        *(f"{commit['sha']} {commit.get('subject', '')}" for commit in commits),
    ]
    return "\n".join(parts).lower()


def _fill_units() -> None:
    runs = sa.table("runs", *(sa.column(name) for name in ("id", "ordinal", "repository")))
    units = sa.table("units", *(sa.column(name) for name in ("run", "unit", "tier", "account", "joined", "body")))
    latest: dict[tuple[str, str], str] = {}
    joined = units.join(runs, runs.c.id == units.c.run)
    query = sa.select(units.c.run, units.c.unit, units.c.body, runs.c.repository).select_from(joined)
    for row in _rows(query.order_by(runs.c.ordinal)):
        unit = json.loads(row["body"])
        values = {"tier": unit["tier"], "account": unit["account"], "joined": unit.get("joined", True)}
        same = (units.c.run == row["run"]) & (units.c.unit == row["unit"])
        op.get_bind().execute(units.update().where(same).values(**values))
        if unit.get("attempts", 0) and unit.get("status") != "skipped":
            latest[(row["repository"], row["unit"])] = row["run"]
    table = sa.table("latest_units", *(sa.column(name) for name in ("repository", "unit", "run")))
    for (repository, unit_path), run in latest.items():
        op.get_bind().execute(table.insert().values(repository=repository, unit=unit_path, run=run))


def _rows(query: sa.Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in op.get_bind().execute(query).mappings()]

"""The tables, as the newest migration leaves them. Columns serve queries and fences; `body` is the whole noun."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, MetaData, String, Table, Text

__all__ = [
    "approvals",
    "attempts",
    "events",
    "gates",
    "ledger",
    "locks",
    "metadata",
    "plans",
    "runs",
    "units",
    "workers",
]

metadata = MetaData()

runs = Table(
    "runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("ordinal", Integer, nullable=False, unique=True),
    Column("status", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
)

units = Table(
    "units",
    metadata,
    Column("run", String(64), primary_key=True),
    Column("unit", String(512), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("body", Text, nullable=False),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", String(640), primary_key=True),
    Column("run", String(64), nullable=False),
    Column("unit", String(512), nullable=False),
    Column("status", String(16), nullable=False),
    Column("settled", Boolean, nullable=False),
    Column("worker", String(64)),
    Column("fence", Integer),
    Column("body", Text, nullable=False),
    Index("attempts_of_run", "run", "settled"),
    Index("attempts_by_status", "status"),
)

plans = Table(
    "plans",
    metadata,
    Column("attempt", String(640), primary_key=True),
    Column("run", String(64), nullable=False),
    Column("unit", String(512), nullable=False),
    Column("digest", String(80), nullable=False),
    Column("body", Text, nullable=False),
    Index("plans_of_run", "run"),
)

gates = Table(
    "gates",
    metadata,
    Column("id", String(96), primary_key=True),
    Column("run", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("body", Text, nullable=False),
    Index("gates_of_run", "run"),
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("run", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Index("approvals_of_run", "run"),
)

locks = Table(
    "locks",
    metadata,
    Column("unit", String(512), primary_key=True),
    Column("fence", Integer, nullable=False),
    Column("attempt", String(640)),
    Column("run", String(64)),
)

workers = Table(
    "workers",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("alive", Boolean, nullable=False),
    Column("lease_until", Float, nullable=False),
    Column("body", Text, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("run", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Index("events_of_run", "run", "sequence"),
    sqlite_autoincrement=True,
)

ledger = Table(
    "ledger",
    metadata,
    Column("unit", String(512), primary_key=True),
    Column("commit", String(64), nullable=False),
    Column("body", Text, nullable=False),
)

"""The tables, as the newest migration leaves them. Columns serve queries and fences; `body` is the whole noun.

One database may keep the runs of many live repositories: `repository` is the short name of one, `""` on the command
line. Ids of runs, and of all that belongs to a run, are unique over the whole database. Moments are seconds since 1970.

A fresh database is made from here, an older one by the migrations: both must come to the same. What is no table, like a
trigger, hangs on the table's `after_create`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    true,
)

__all__ = [
    "approvals",
    "arrivals",
    "attempts",
    "drifts",
    "events",
    "facts",
    "gates",
    "heads",
    "latest_units",
    "ledger",
    "locks",
    "log_chunks",
    "metadata",
    "plan_files",
    "plans",
    "run_texts",
    "runs",
    "schedules",
    "units",
    "watches",
    "workers",
]

metadata = MetaData()

Count = BigInteger().with_variant(Integer, "sqlite")
"""A number that only grows. SQLite's integers are as long as they need to be, and count by themselves only as such."""


def _repository(**options: Any) -> Column[str]:
    return Column("repository", String(64), nullable=False, server_default="", **options)


runs = Table(
    "runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("ordinal", Count, nullable=False, unique=True),
    Column("status", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    _repository(),
    # When it came to rest; empty while it goes on.
    Column("finished_at", Float),
    Column("author", String(320), nullable=False, server_default=""),
    Index("runs_of_repository", "repository", "ordinal"),
    Index("runs_by_status", "status", "ordinal"),
    Index("runs_by_end", "finished_at"),
    Index("runs_by_author", "author", "ordinal"),
)

run_texts = Table(
    "run_texts",
    metadata,
    Column("ordinal", Count, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
)
"""What a run can be found by, in lower case. Beside `runs`, so that looking through all of them reads nothing else."""

units = Table(
    "units",
    metadata,
    Column("run", String(64), primary_key=True),
    Column("unit", String(512), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("body", Text, nullable=False),
    Column("tier", Integer, nullable=False, server_default="0"),
    Column("account", String(128)),
    Column("joined", Boolean, nullable=False, server_default=true()),
    Index("units_by_unit", "unit"),
)

latest_units = Table(
    "latest_units",
    metadata,
    _repository(primary_key=True),
    Column("unit", String(512), primary_key=True),
    Column("run", String(64), nullable=False),
)
"""The run that worked on each unit last."""

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
    _repository(),
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
    _repository(primary_key=True),
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
    Column("sequence", Count, primary_key=True, autoincrement=True),
    Column("run", String(64), nullable=False),
    Column("body", Text, nullable=False),
    _repository(),
    Index("events_of_run", "run", "sequence"),
    sqlite_autoincrement=True,
)

ledger = Table(
    "ledger",
    metadata,
    _repository(primary_key=True),
    Column("unit", String(512), primary_key=True),
    Column("commit", String(64), nullable=False),
    Column("body", Text, nullable=False),
)

watches = Table(
    "watches",
    metadata,
    Column("repository", String(64), primary_key=True),
    Column("next_at", Float, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Index("watches_by_time", "next_at"),
)

heads = Table(
    "heads",
    metadata,
    _repository(primary_key=True),
    Column("ref", String(512), primary_key=True),
    Column("body", Text, nullable=False),
)

arrivals = Table(
    "arrivals",
    metadata,
    _repository(primary_key=True),
    Column("commit", String(64), primary_key=True),
    Column("ordinal", Integer, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("run", String(64)),
    Column("body", Text, nullable=False),
    Index("arrivals_in_order", "repository", "ordinal"),
    Index("arrivals_by_outcome", "repository", "outcome"),
    Index("arrivals_of_run", "run"),
)

schedules = Table(
    "schedules",
    metadata,
    _repository(primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("next_at", Float, nullable=False),
    Column("body", Text, nullable=False),
)

drifts = Table(
    "drifts",
    metadata,
    _repository(primary_key=True),
    Column("unit", String(512), primary_key=True),
    Column("body", Text, nullable=False),
)

# Where the database is one of its own, and workers are on several machines, it keeps what is in files otherwise.

plan_files = Table(
    "plan_files",
    metadata,
    _repository(primary_key=True),
    Column("digest", String(80), primary_key=True),
    Column("kept_at", Float, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

log_chunks = Table(
    "log_chunks",
    metadata,
    Column("sequence", Count, primary_key=True, autoincrement=True),
    _repository(),
    Column("run", String(64), nullable=False),
    Column("unit", String(512), nullable=False),
    Column("lines", LargeBinary, nullable=False),
    Index("log_chunks_of_unit", "run", "unit", "sequence"),
    sqlite_autoincrement=True,
)

facts = Table(
    "facts",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

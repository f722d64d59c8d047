"""What was kept by every Towpath before this one is brought up to date, and nothing of it is lost."""

from __future__ import annotations

import contextlib
import datetime
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from fake_cloud import FakeWorkbench, MemoryCloud
from run_house import InlineCarriers, ManualCancellation
from sqlalchemy import Connection, Inspector, inspect, text
from state_homes import KINDS, StateHome, home_of

from towpath.model.events import Event, EventKind
from towpath.model.ledger import LedgerEntry
from towpath.model.paths import UnitPath
from towpath.model.runs import Attempt, AttemptKind, AttemptStatus, Run, RunKind, RunStatus
from towpath.runs import Runs
from towpath.stores import migrations
from towpath.stores.codec import ATTEMPT, LEDGER_ENTRY, RUN
from towpath.stores.database import SCHEMA_REVISION, Database
from towpath.stores.preparing import TABLES, migrate

NOW = datetime.datetime(2026, 1, 5, 9, 30, tzinfo=datetime.UTC)
UNIT = UnitPath("dev/app")
RUN_KEPT = Run("run", RunKind.APPLY, RunStatus.HALTED, "ann", None, "abc", NOW, finished_at=NOW)
ATTEMPT_KEPT = Attempt("run/1", "run", UNIT, AttemptKind.APPLY, 1, AttemptStatus.RUNNING, NOW, fence=7, worker="w")
ENTRY_KEPT = LedgerEntry(UNIT, "abc", "sha256:f", "run", {"id": "sha256:o"}, NOW)


def keep_as_the_first_towpath_did(connection: Connection) -> None:
    rows: list[tuple[str, dict[str, object]]] = [
        ("INSERT INTO runs VALUES (:id, 3, 'halted', 5, :body)", {"id": "run", "body": RUN.dump(RUN_KEPT)}),
        (
            "INSERT INTO attempts VALUES (:id, 'run', :unit, 'running', :no, 'w', 7, :body)",
            {"id": ATTEMPT_KEPT.id, "unit": UNIT, "no": False, "body": ATTEMPT.dump(ATTEMPT_KEPT)},
        ),
        ("INSERT INTO locks VALUES (:unit, 7, :attempt, 'run')", {"unit": UNIT, "attempt": ATTEMPT_KEPT.id}),
        ("INSERT INTO ledger VALUES (:unit, 'abc', :body)", {"unit": UNIT, "body": LEDGER_ENTRY.dump(ENTRY_KEPT)}),
    ]
    for statement, values in rows:
        connection.execute(text(statement), values)


@pytest.fixture(params=KINDS)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StateHome]:
    """A state as the first Towpath made one."""
    with home_of(request.param, request, tmp_path / "old", prepared=False) as home:
        database = Database(home.url or home.folder / "state.db")
        with contextlib.closing(database), database.transaction() as connection:
            migrate(connection, "0001")
            keep_as_the_first_towpath_did(connection)
        yield home


def test_a_state_of_the_first_towpath_is_the_command_lines_own_repository(old: StateHome) -> None:
    state = old.open()
    assert state.runs.runs() == (RUN_KEPT,)
    assert state.runs.version("run") == 5
    assert state.ledger.entries() == {UNIT: ENTRY_KEPT}
    with state.runs.transaction() as transaction:
        assert transaction.lock_holder(UNIT) == ATTEMPT_KEPT
        assert transaction.end_attempt(ATTEMPT_KEPT)
        transaction.append([Event(0, "run", NOW, EventKind.RUN_STATUS)])
    with state.database.reading() as connection:
        ends = connection.execute(text("SELECT id, finished_at FROM runs")).all()
    assert [tuple(row) for row in ends] == [("run", NOW.timestamp())]


def keep_a_run_in_the_middle(connection: Connection) -> None:
    """As the first Towpath left it when it was killed: the first of two units is applied, the second was being planned.
    Nouns have no more fields than they had then.
    """
    run = {"id": "older", "kind": "apply", "status": "running", "author": "ann", "base": None, "head": "commit-1",
           "created_at": NOW.isoformat()}  # fmt: skip
    connection.execute(text("INSERT INTO runs VALUES ('older', 4, 'running', 9, :body)"), {"body": json.dumps(run)})
    for unit, status, waits in (("dev/vpc", "applied", []), ("dev/app", "pending", ["dev/vpc"])):
        body = {"run": "older", "unit": unit, "account": "dev", "tier": 1, "action": "apply", "commit": "commit-1",
                "fingerprint": "sha256:f", "waits_for": waits, "status": status, "attempts": 1}  # fmt: skip
        values = {"unit": unit, "status": status, "body": json.dumps(body)}
        connection.execute(text("INSERT INTO units VALUES ('older', :unit, :status, :body)"), values)
    attempt = {"id": "older/dev/app#1", "run": "older", "unit": "dev/app", "kind": "plan", "number": 1,
               "status": "running", "queued_at": NOW.isoformat(), "fence": 3, "worker": "w"}  # fmt: skip
    connection.execute(
        text("INSERT INTO attempts VALUES ('older/dev/app#1', 'older', 'dev/app', 'running', :no, 'w', 3, :body)"),
        {"no": False, "body": json.dumps(attempt)},
    )
    connection.execute(text("INSERT INTO locks VALUES ('dev/app', 3, 'older/dev/app#1', 'older')"))


def test_a_run_that_the_first_towpath_began_is_finished_by_this_one(old: StateHome) -> None:
    database = Database(old.url or old.folder / "state.db")
    with contextlib.closing(database), database.transaction() as connection:
        connection.execute(text("DELETE FROM attempts"))
        connection.execute(text("DELETE FROM locks"))
        connection.execute(text("DELETE FROM runs"))
        keep_a_run_in_the_middle(connection)
    state = old.open()
    bench = FakeWorkbench(MemoryCloud(), state.plans)
    runs = Runs(state, bench, InlineCarriers(state.clock))
    view = runs.drive("older", ManualCancellation(state.clock))
    assert view.status is RunStatus.SUCCEEDED
    assert {unit.row.unit: unit.row.status.value for unit in view.units} == {"dev/vpc": "applied", "dev/app": "applied"}
    attempts = [(attempt.kind.value, attempt.status.value) for attempt in state.runs.attempts("older")]
    assert attempts == [("plan", "unknown"), ("plan", "planned"), ("apply", "applied")]
    assert state.ledger.entries()[UNIT].run == "older"


@pytest.mark.parametrize("kind", KINDS)
def test_a_fresh_database_and_a_migrated_one_are_the_same(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with (
        home_of(kind, request, tmp_path / "migrated", prepared=False) as home,
        contextlib.closing(Database(home.url or home.folder / "state.db")) as database,
    ):
        with database.transaction() as connection:
            migrate(connection, "head")
        migrated = description(database)
    with home_of(kind, request, tmp_path / "fresh", prepared=False) as home:
        fresh = description(home.open().database)

    assert fresh == migrated
    assert {"runs", "locks", "ledger", "plan_files", "log_chunks", "facts"} <= set(fresh["tables"])


def test_the_tables_that_the_code_knows_are_those_of_the_migrations(old: StateHome) -> None:
    with old.open().database.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), TABLES)

    assert differences == []


def test_a_fresh_database_stands_at_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))

    assert ScriptDirectory.from_config(config).get_current_head() == SCHEMA_REVISION


def test_opening_what_is_up_to_date_loads_nothing_that_prepares(home: StateHome) -> None:
    home.open()
    where = f"Path({str(home.folder / 'state.db')!r})" if home.url is None else repr(home.url)
    script = f"""
import sys
from pathlib import Path
from towpath.stores.database import Database
database = Database({where})
database.prepare()
database.close()
print([name for name in ("alembic", "towpath.stores.preparing") if name in sys.modules])
"""
    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)

    assert said.stdout.strip() == "[]"


def description(database: Database) -> dict[str, Any]:
    """Everything that a schema consists of, in whatever order it was made."""
    with database.reading() as connection:
        found = inspect(connection)
        tables = {name: _table(found, name) for name in found.get_table_names()}
        if connection.dialect.name == "sqlite":
            query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
            return {"tables": tables, "triggers": [tuple(row) for row in connection.execute(text(query))]}
        triggers = "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname"
        sequences = "SELECT sequence_name, data_type FROM information_schema.sequences ORDER BY sequence_name"
        functions = "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY proname"
        more = [[tuple(row) for row in connection.execute(text(query))] for query in (triggers, sequences, functions)]
        return {"tables": tables, "triggers": more[0], "sequences": more[1], "functions": more[2]}


def _table(found: Inspector, name: str) -> dict[str, Any]:
    columns = {
        column["name"]: (str(column["type"]), column["nullable"], column["default"])
        for column in found.get_columns(name)
    }
    indexes = {str(index["name"]): (index["column_names"], index["unique"]) for index in found.get_indexes(name)}
    uniques = sorted((str(each["name"]), each["column_names"]) for each in found.get_unique_constraints(name))
    return {"columns": columns, "key": found.get_pk_constraint(name), "indexes": indexes, "uniques": uniques}

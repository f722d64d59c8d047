"""What was kept by every Towpath before this one is brought up to date, and nothing of it is lost."""

from __future__ import annotations

import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from towpath.model.ledger import LedgerEntry
from towpath.model.paths import UnitPath
from towpath.model.runs import Attempt, AttemptKind, AttemptStatus, Run, RunKind, RunStatus
from towpath.stores import migrations, open_state
from towpath.stores.codec import ATTEMPT, LEDGER_ENTRY, RUN
from towpath.stores.database import Database
from towpath.system import FakeClock, FakeEnvironment, FakeIds

NOW = datetime.datetime(2026, 1, 5, 9, 30, tzinfo=datetime.UTC)
UNIT = UnitPath("dev/app")
RUN_KEPT = Run("run", RunKind.APPLY, RunStatus.HALTED, "ann", None, "abc", NOW)
ATTEMPT_KEPT = Attempt("run/1", "run", UNIT, AttemptKind.APPLY, 1, AttemptStatus.RUNNING, NOW, fence=7, worker="w")
ENTRY_KEPT = LedgerEntry(UNIT, "abc", "sha256:f", "run", {"id": "sha256:o"}, NOW)


def migrate(database: Database, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with database.transaction() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def keep_as_the_first_towpath_did(database: Database) -> None:
    rows: list[tuple[str, dict[str, object]]] = [
        ("INSERT INTO runs VALUES (:id, 3, 'halted', 5, :body)", {"id": "run", "body": RUN.dump(RUN_KEPT)}),
        (
            "INSERT INTO attempts VALUES (:id, 'run', :unit, 'running', :no, 'w', 7, :body)",
            {"id": ATTEMPT_KEPT.id, "unit": UNIT, "no": False, "body": ATTEMPT.dump(ATTEMPT_KEPT)},
        ),
        ("INSERT INTO locks VALUES (:unit, 7, :attempt, 'run')", {"unit": UNIT, "attempt": ATTEMPT_KEPT.id}),
        ("INSERT INTO ledger VALUES (:unit, 'abc', :body)", {"unit": UNIT, "body": LEDGER_ENTRY.dump(ENTRY_KEPT)}),
    ]
    with database.transaction() as connection:
        for statement, values in rows:
            connection.execute(text(statement), values)


def test_a_state_of_the_first_towpath_is_the_command_lines_own_repository(tmp_path: Path) -> None:
    database = Database(tmp_path / "state.db")
    migrate(database, "0001")
    keep_as_the_first_towpath_did(database)
    database.close()

    state = open_state(tmp_path, FakeIds(), FakeClock(), FakeEnvironment())
    assert state.runs.runs() == (RUN_KEPT,)
    assert state.runs.version("run") == 5
    assert state.ledger.entries() == {UNIT: ENTRY_KEPT}
    with state.runs.transaction() as transaction:
        assert transaction.lock_holder(UNIT) == ATTEMPT_KEPT
        assert transaction.end_attempt(ATTEMPT_KEPT)
    state.close()

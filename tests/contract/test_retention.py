"""What is old is deleted with all that belongs to it, and nothing else is."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from state_homes import StateHome

from towpath.model.changes import Action
from towpath.model.events import Event, EventKind
from towpath.model.ledger import LedgerEntry
from towpath.model.paths import UnitPath
from towpath.model.plans import Exactness, Plan, PlanBinding
from towpath.model.runs import (
    Approval,
    Attempt,
    AttemptKind,
    AttemptStatus,
    Gate,
    Run,
    RunKind,
    RunStatus,
    Snapshot,
    UnitRun,
)
from towpath.stores import State
from towpath.stores.preparing import TABLES
from towpath.stores.retention import forget_logs, forget_runs
from towpath.system import FakeClock

UNIT = UnitPath("dev/app")
LONG_AGO = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
LATELY = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
LIMIT = datetime.datetime(2025, 6, 1, tzinfo=datetime.UTC)


def keep_run(
    state: State, name: str, status: RunStatus, end: datetime.datetime | None, kind: RunKind = RunKind.APPLY
) -> str:
    """A run with a row in every table, a plan file and a log. Returns the digest of its plan."""
    digest = state.plans.put(f"plan of {name}".encode())
    run = Run(name, kind, status, "ann", None, "abc", LONG_AGO, finished_at=end)
    attempt = Attempt(f"{name}/1", name, UNIT, AttemptKind.PLAN, 1, AttemptStatus.PLANNED, LONG_AGO, settled=True)
    snapshot = Snapshot(
        run,
        {UNIT: UnitRun(name, UNIT, "dev", 1, Action.APPLY, "abc", "sha256:f")},
        {attempt.id: attempt},
        {f"{name}/g": Gate(f"{name}/g", name, 1, "dev", 1, (), False, {UNIT: digest})},
        (Approval(f"{name}/a", name, f"{name}/g", "bob", LONG_AGO),),
    )
    binding = PlanBinding(UNIT, "abc", "sha256:f", None, None, "terraform", "1.9", digest)
    with state.runs.transaction() as transaction:
        transaction.save(None, snapshot, [Event(0, name, LONG_AGO, EventKind.RUN_CREATED)])
        transaction.keep_plan(attempt, Plan(binding, Exactness.EXACT, (), ()))
        transaction.write_ledger({UNIT: LedgerEntry(UNIT, "abc", "sha256:f", name, {}, LONG_AGO)})
    log = state.logs.open(name, UNIT)
    log.line("done")
    log.close()
    return digest


def rows(state: State) -> Mapping[str, int]:
    with state.database.reading() as connection:
        counts = {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in TABLES.tables.items()
        }
    return {name: count for name, count in counts.items() if count and name != "facts"}


def test_all_of_an_old_run_goes_and_the_ledger_stays(state: State) -> None:
    keep_run(state, "old", RunStatus.SUCCEEDED, LONG_AGO)
    ledger = state.ledger.entries()

    assert forget_runs(state, LIMIT) == ["old"]
    assert rows(state) == {"ledger": 1}
    assert state.ledger.entries() == ledger
    assert list(state.plans.kept()) == []
    assert list(state.logs.read("old", UNIT)) == []
    assert forget_runs(state, LIMIT) == []


@pytest.mark.parametrize(
    ("status", "end", "kind", "goes"),
    [
        (RunStatus.SUCCEEDED, LATELY, RunKind.APPLY, False),
        (RunStatus.CANCELLED, LONG_AGO, RunKind.DESTROY, True),
        (RunStatus.SUPERSEDED, LONG_AGO, RunKind.APPLY, True),
        (RunStatus.HALTED, LONG_AGO, RunKind.APPLY, False),
        (RunStatus.HALTED, LONG_AGO, RunKind.PLAN, True),
        (RunStatus.PLANNED, LONG_AGO, RunKind.PLAN, True),
        (RunStatus.WAITING, None, RunKind.APPLY, False),
        (RunStatus.RUNNING, None, RunKind.PLAN, False),
    ],
)
def test_only_what_is_over_goes(
    state: State, status: RunStatus, end: datetime.datetime | None, kind: RunKind, goes: bool
) -> None:
    digest = keep_run(state, "run", status, end, kind)
    before = rows(state)

    assert list(forget_runs(state, LIMIT)) == (["run"] if goes else [])
    assert (rows(state) == before) is not goes
    assert (digest in [plan.digest for plan in state.plans.kept()]) is not goes
    assert list(state.logs.read("run", UNIT)) == ([] if goes else ["done"])


def test_other_runs_and_repositories_keep_theirs(state: State) -> None:
    other = state.for_repository("other")
    keep_run(state, "old", RunStatus.SUCCEEDED, LONG_AGO)
    digest = keep_run(state, "new", RunStatus.SUCCEEDED, LATELY)
    theirs = keep_run(other, "theirs", RunStatus.SUCCEEDED, LONG_AGO)

    assert forget_runs(state, LIMIT) == ["old"]
    assert state.plans.get(digest) == b"plan of new"
    assert other.plans.get(theirs) == b"plan of theirs"
    assert list(other.logs.read("theirs", UNIT)) == ["done"]
    assert [run.id for run in (*state.runs.runs(), *other.runs.runs())] == ["new", "theirs"]


def test_plan_files_that_a_dead_process_left_go_when_they_are_old(home: StateHome) -> None:
    state = home.open(clock=FakeClock())
    digest = state.plans.put(b"nobody wrote down that it was made")
    future = datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)

    forget_runs(state, LIMIT)
    assert [plan.digest for plan in state.plans.kept()] == [digest]
    forget_runs(state, future)
    assert list(state.plans.kept()) == []


def test_what_was_left_half_deleted_is_deleted_the_next_time(state: State) -> None:
    keep_run(state, "old", RunStatus.SUCCEEDED, LONG_AGO)
    digest = next(state.plans.kept()).digest
    state.plans.delete(digest)
    state.logs.delete("old")

    assert forget_runs(state, LIMIT) == ["old"]
    assert rows(state) == {"ledger": 1}


def test_a_run_that_was_resumed_is_not_over_any_more(state: State) -> None:
    keep_run(state, "run", RunStatus.PLANNED, LONG_AGO, RunKind.PLAN)
    with state.runs.transaction() as transaction:
        before = transaction.snapshot("run")
        assert before is not None
        run = replace(before.run, kind=RunKind.APPLY, status=RunStatus.RUNNING, finished_at=None, version=1)
        transaction.save(before, replace(before, run=run))

    assert forget_runs(state, LIMIT) == []


def test_logs_may_go_before_their_runs(state: State) -> None:
    long_ago = keep_run(state, "long-ago", RunStatus.SUCCEEDED, LONG_AGO)
    keep_run(state, "lately", RunStatus.SUCCEEDED, LATELY)
    assert forget_logs(state, LONG_AGO - datetime.timedelta(days=1), LIMIT) == ["long-ago"]
    assert list(state.logs.read("long-ago", UNIT)) == []
    assert list(state.logs.read("lately", UNIT)) != []
    assert state.runs.snapshot("long-ago") is not None
    assert state.plans.get(long_ago) == b"plan of long-ago"
    assert forget_logs(state, LONG_AGO + datetime.timedelta(days=1), LIMIT) == []

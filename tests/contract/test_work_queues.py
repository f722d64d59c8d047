"""What there is to do in a whole database, and who does it, in every kind of database."""

from __future__ import annotations

from state_homes import StateHome

from towpath.model.changes import Action
from towpath.model.events import Event, EventKind
from towpath.model.paths import UnitPath
from towpath.model.runs import Attempt, AttemptKind, AttemptStatus, Run, RunKind, RunStatus, Snapshot, UnitRun, Worker
from towpath.stores import State, WorkQueue
from towpath.stores.queue import running_by_account
from towpath.system import FakeClock

NOW = FakeClock().now()
UNIT = UnitPath("dev/app")


def keep(state: State, name: str, status: RunStatus = RunStatus.RUNNING) -> Attempt:
    """A run with one queued attempt."""
    run = Run(name, RunKind.APPLY, status, "ann", None, "abc", NOW)
    attempt = Attempt(f"{name}/1", name, UNIT, AttemptKind.APPLY, 1, AttemptStatus.QUEUED, NOW)
    unit = UnitRun(name, UNIT, "dev", 1, Action.APPLY, "abc", "sha256:f")
    with state.runs.transaction() as transaction:
        transaction.save(None, Snapshot(run, {UNIT: unit}, {attempt.id: attempt}))
    return attempt


def begin(state: State, attempt: Attempt, worker: Worker) -> None:
    with state.runs.transaction() as transaction:
        assert transaction.begin_attempt(attempt, worker.id, NOW) is not None


def a_worker(name: str) -> Worker:
    return Worker(name, 42, "host", NOW, NOW)


def test_what_is_queued_is_seen_over_all_repositories_oldest_runs_first(home: StateHome, state: State) -> None:
    other = state.for_repository("other")
    keep(state, "zz")
    keep(other, "aa")
    keep(state, "over", RunStatus.SUCCEEDED)

    queue = WorkQueue(home.open().database, state.clock)
    assert [(one.repository, one.run) for one in queue.open_runs()] == [("", "zz"), ("other", "aa")]
    queued = [(one.repository, one.run, one.attempt) for one in queue.queued()]
    assert queued == [("", "zz", "zz/1"), ("other", "aa", "aa/1"), ("", "over", "over/1")]


def test_whoever_does_not_renew_its_lease_is_buried_and_its_attempts_are_orphans(home: StateHome, state: State) -> None:
    clock = FakeClock()
    queue = WorkQueue(home.open(clock=clock).database, clock)
    late, punctual = a_worker("late"), a_worker("punctual")
    queue.enter(late, -10.0)
    queue.enter(punctual, 3600.0)
    begin(state, keep(state, "one"), late)
    other = state.for_repository("other")
    begin(other, keep(other, "two"), punctual)
    assert list(queue.orphaned()) == []

    assert list(queue.bury_late(grace_seconds=3600)) == []
    assert [worker.id for worker in queue.bury_late(grace_seconds=1)] == ["late"]
    assert not queue.renew(late, 60)
    assert queue.renew(punctual, 60)
    assert [orphan.attempt for orphan in queue.orphaned()] == ["one/1"]
    with state.database.reading() as connection:
        assert running_by_account(connection) == {"dev": 2}


def test_the_dead_are_forgotten_once_nothing_is_left_of_them(state: State) -> None:
    queue = WorkQueue(state.database, state.clock)
    for name in ("idle", "busy"):
        queue.enter(a_worker(name), -100.0)
    begin(state, keep(state, "run"), a_worker("busy"))
    queue.bury_late(1)

    assert queue.forget_workers(3600) == 0
    assert queue.forget_workers(50) == 1
    assert [orphan.attempt for orphan in queue.orphaned()] == ["run/1"]


def test_the_last_event_tells_whether_anything_happened(state: State) -> None:
    queue = WorkQueue(state.database, state.clock)
    seen = [queue.last_event()]
    for repository in (state, state.for_repository("other")):
        with repository.runs.transaction() as transaction:
            transaction.append([Event(0, "run", NOW, EventKind.RUN_STATUS)])
        seen.append(queue.last_event())

    assert seen == [0, 1, 2]

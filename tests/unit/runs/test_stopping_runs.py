"""Cancelling, interrupting, superseding, and processes that died."""

from __future__ import annotations

import datetime
import os
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fake_cloud import UnitState
from run_house import House, Recorder, statuses, step, walk
from sqlalchemy.exc import OperationalError

from towpath.model.changes import Action
from towpath.model.events import Event, EventKind
from towpath.model.gates import GateSpec
from towpath.model.paths import UnitPath
from towpath.model.runs import AttemptStatus, RunSettings, RunStatus, Worker
from towpath.problems import ProblemError
from towpath.runs.lease import WorkerLease
from towpath.runs.telling import attempt_event
from towpath.runs.work import AttemptWork, End
from towpath.stores import WorkQueue
from towpath.system import RandomIds

A, B = UnitPath("dev/a"), UnitPath("dev/b")
PROD = GateSpec("prod", approvals=1)


class Killed(BaseException):
    """Stands for the death of the process: nothing of it is caught, nothing is written down."""


def die(house: House, run: str) -> None:
    """Drives until something raises `Killed`. Then the process counts as dead."""
    with pytest.raises(Killed):
        house.runs.drive(run, house.cancellation)


def kill() -> None:
    raise Killed


def no(_: object) -> None:
    """Nothing of it."""


def test_ctrl_c_lets_nothing_more_begin_and_the_run_can_be_resumed(house: House) -> None:
    house.bench.on_plan[B] = lambda: setattr(house.cancellation, "asked", 1)
    run = house.create(walk(step("dev/a"), step("dev/b"), step("dev/c")), settings=RunSettings(parallelism=1))
    view = house.drive(run)

    assert view.status is RunStatus.HALTED
    assert view.snapshot.run.reason == "The run was interrupted."
    assert statuses(view) == {"dev/a": "planned", "dev/b": "pending", "dev/c": "pending"}
    assert EventKind.STOP_REQUESTED in [event.kind for event in house.seen.events]
    house.cancellation.asked = 0
    house.bench.on_plan.clear()
    assert set(statuses(house.resume(run)).values()) == {"applied"}


def test_an_apply_that_was_interrupted_is_looked_at_and_finished_after_resume(house: House) -> None:
    house.bench.on_apply[A] = lambda: setattr(house.cancellation, "asked", 1)
    view = house.apply(walk(step("dev/a")))

    assert (view.status, statuses(view)) == (RunStatus.HALTED, {"dev/a": "pending"})
    assert "part of it may have been done" in (view.units[0].row.reason or "")
    house.cancellation.asked = 0
    house.bench.on_apply.clear()
    assert statuses(house.resume(view.id)) == {"dev/a": "applied"}
    assert house.bench.count("plan", A) == 2


def test_a_cancelled_run_that_waits_ends_at_once(house: House) -> None:
    run = house.apply(walk(step("dev/a", 1), step("prod/a", 2), gates=[PROD])).id

    view = house.runs.cancel(run, "bob")

    assert (view.status, view.snapshot.run.reason) == (RunStatus.CANCELLED, "Cancelled by bob.")
    assert statuses(view) == {"dev/a": "applied", "prod/a": "skipped"}
    house.check()


def test_a_run_that_is_cancelled_while_it_works_finishes_what_runs(house: House) -> None:
    run = house.create(walk(step("dev/a"), step("dev/b")), settings=RunSettings(parallelism=1))
    house.bench.on_apply[A] = lambda: no(house.runs.cancel(run))
    view = house.drive(run)

    assert view.status is RunStatus.CANCELLED
    assert statuses(view) == {"dev/a": "applied", "dev/b": "skipped"}
    assert house.ledger() == {"dev/a": "commit-1"}


def test_a_newer_commit_supersedes_a_run_that_waits(house: House) -> None:
    old = house.apply(walk(step("dev/a", 1), step("prod/a", 2), gates=[PROD]))

    new = house.apply(walk(step("prod/a", 2), head="commit-2", gates=[PROD]))

    view = house.runs.view(old.id)
    assert (view.status, view.snapshot.run.superseded_by) == (RunStatus.SUPERSEDED, new.id)
    assert statuses(view) == {"dev/a": "applied", "prod/a": "skipped"}
    assert view.open_gates == ()
    with pytest.raises(ProblemError):
        house.runs.approve(old.id, "bob")
    assert statuses(house.approve(new.id)) == {"prod/a": "applied"}


def test_a_commit_that_needs_no_run_supersedes_one_that_waits_all_the_same(house: House) -> None:
    waiting = house.apply(walk(step("prod/a"), gates=[PROD]))

    assert house.runs.give_way("commit-1") == (), "its own commit"
    assert house.runs.give_way("commit-2") == (waiting.id,)
    assert house.runs.give_way("commit-2") == ()
    view = house.runs.view(waiting.id)
    assert (view.status, statuses(view)) == (RunStatus.SUPERSEDED, {"prod/a": "skipped"})
    assert view.snapshot.run.reason == "Commit commit-2, which needs no run, took its place."
    house.check()


def test_a_halted_run_cannot_go_back_behind_a_newer_one(house: House) -> None:
    house.bench.apply_failures[A] = 1
    old = house.apply(walk(step("dev/a")))
    house.apply(walk(step("dev/a"), head="commit-2"))

    assert house.runs.view(old.id).status is RunStatus.SUPERSEDED
    with pytest.raises(ProblemError):
        house.runs.resume(old.id)
    assert house.ledger() == {"dev/a": "commit-2"}


def test_runs_of_other_units_of_the_same_commit_stand_beside_each_other(house: House) -> None:
    old = house.apply(walk(step("prod/a"), gates=[PROD]))
    house.apply(walk(step("dev/a")))

    assert house.runs.view(old.id).status is RunStatus.WAITING


def test_plans_give_way_only_to_a_newer_commit_of_the_same_units(house: House) -> None:
    same = house.plan(walk(step("dev/a")))
    other = house.plan(walk(step("prod/a")))
    house.apply(walk(step("dev/a"), head="commit-2"))

    assert house.runs.view(same.id).status is RunStatus.SUPERSEDED
    assert house.runs.view(other.id).status is RunStatus.PLANNED
    house.check()


def test_a_process_that_died_before_an_apply_did_anything(house: House) -> None:
    house.bench.on_apply[A] = kill
    run = house.create(walk(step("dev/a")))
    die(house, run)
    house.bench.on_apply.clear()

    assert statuses(house.drive(run)) == {"dev/a": "applied"}
    assert house.bench.count("reality", A) == 1
    assert house.bench.count("plan", A) == 1, "the state had not moved: the plan still holds"
    kinds = [event.kind for event in house.runs.events(run)]
    assert EventKind.WORKER_LOST in kinds


def test_a_process_that_died_in_the_middle_of_an_apply(house: House) -> None:
    house.bench.desire(A, "commit-1", one="1", two="2")
    run = house.create(walk(step("dev/a")))

    def after_first() -> None:
        if house.cloud.notes():
            raise Killed

    house.bench.before_effect = after_first
    die(house, run)
    house.bench.before_effect = lambda: None

    assert statuses(house.drive(run)) == {"dev/a": "applied"}
    assert house.cloud.notes() == ["dev/a one 1", "dev/a two 2"]


def test_a_process_that_died_between_the_effect_and_its_record(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    run = house.create(walk(step("dev/vpc"), step("dev/app", waits_for=["dev/vpc"])))
    recorded = AttemptWork._record

    def record(work: AttemptWork, end: End) -> None:
        if end.attempt.status is AttemptStatus.APPLIED:
            raise Killed
        recorded(work, end)

    monkeypatch.setattr(AttemptWork, "_record", record)
    die(house, run)
    monkeypatch.setattr(AttemptWork, "_record", recorded)

    assert statuses(house.drive(run)) == {"dev/vpc": "applied", "dev/app": "applied"}
    assert house.bench.count("apply", UnitPath("dev/vpc")) == 1, "it is never applied blindly again"
    assert house.ledger()["dev/vpc"] == "commit-1"
    assert len(set(house.cloud.notes())) == len(house.cloud.notes())


def test_a_destroy_whose_end_was_not_recorded(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.apply(walk(step("dev/a")))
    run = house.create(walk(step("dev/a", action=Action.DESTROY), head="commit-2"))
    recorded = AttemptWork._record

    def record(work: AttemptWork, end: End) -> None:
        if end.attempt.status is AttemptStatus.APPLIED:
            raise Killed
        recorded(work, end)

    monkeypatch.setattr(AttemptWork, "_record", record)
    die(house, run)
    monkeypatch.setattr(AttemptWork, "_record", recorded)

    assert statuses(house.drive(run)) == {"dev/a": "destroyed"}
    assert house.ledger() == {}


def test_what_was_queued_when_the_process_died_never_began(house: House) -> None:
    run = house.create(walk(step("dev/a")))
    house.carriers.before_each = lambda _: kill()
    die(house, run)
    house.carriers.before_each = lambda _: None

    assert statuses(house.drive(run)) == {"dev/a": "applied"}
    assert [a.status.value for a in house.state.runs.attempts(run)] == ["dropped", "planned", "applied"]


def test_a_lock_the_dead_process_left_on_the_state_is_waited_for(house: House) -> None:
    house.bench.on_apply[A] = kill
    run = house.create(walk(step("dev/a")), settings=RunSettings(lock_timeout=20))
    die(house, run)
    house.bench.on_apply.clear()
    house.cloud.put(A, UnitState(locked_by="the dead process"))

    view = house.drive(run)

    assert view.status is RunStatus.HALTED
    assert "locked by the dead process" in view.problems[0].detail


def test_a_run_whose_process_died_is_halted_when_another_run_is_driven(house: House) -> None:
    house.carriers.before_each = lambda _: kill()
    old = house.create(walk(step("dev/a")))
    die(house, old)
    house.carriers.before_each = lambda _: None

    house.apply(walk(step("dev/b")))

    assert house.runs.view(old).status is RunStatus.HALTED
    assert statuses(house.resume(old)) == {"dev/a": "applied"}


def test_a_result_that_comes_after_somebody_took_over_is_not_written(house: House) -> None:
    """The process was only paused: when it wakes up, another one has taken its attempts over."""
    run = house.create(walk(step("dev/a")))

    def taken_over() -> None:
        house.bench.on_plan.clear()
        with house.state.runs.transaction() as transaction:
            before = transaction.snapshot(run)
            assert before is not None
            (attempt,) = transaction.active_attempts()
            transaction.free_lock(attempt)
            unknown = replace(attempt, status=AttemptStatus.UNKNOWN)
            after = replace(before, run=replace(before.run, version=1000), attempts={attempt.id: unknown})
            transaction.save(before, after, [attempt_event(EventKind.ATTEMPT_FINISHED, unknown, house.clock.now())])

    house.bench.on_plan[A] = taken_over

    assert statuses(house.drive(run)) == {"dev/a": "applied"}
    assert [a.status.value for a in house.state.runs.attempts(run)] == ["unknown", "planned", "applied"]


def test_a_second_process_waits_visibly_for_the_first(house: House) -> None:
    lock = house.state.lock()
    assert lock.try_take("another-run")
    run = house.create(walk(step("dev/a")))
    house.cancellation.asked = 1

    with pytest.raises(ProblemError) as error:
        house.drive(run)

    (problem,) = error.value.problems
    assert problem.id == "state-in-use"
    assert f"Process {os.getpid()}" in problem.detail
    assert "another-run" in problem.detail
    (event,) = [event for event in house.seen.events if event.kind is EventKind.QUEUED_BEHIND]
    assert event.data["pid"] == os.getpid()
    lock.release()
    house.cancellation.asked = 0
    assert statuses(house.drive(run)) == {"dev/a": "applied"}


def test_it_goes_on_when_the_first_one_is_done(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = house.state.lock()
    assert lock.try_take("another-run")

    def wait(level: int, seconds: float) -> int:
        lock.release()
        return 0

    monkeypatch.setattr(house.cancellation, "wait", wait)

    assert statuses(house.apply(walk(step("dev/a")))) == {"dev/a": "applied"}


def test_two_at_once_on_one_unit(house: House, tmp_path: Path) -> None:
    """The second one begins when the first is done, and finds nothing left to do."""
    first = House(house.folder, RandomIds())
    began, may_end = threading.Event(), threading.Event()

    def at_work() -> None:
        began.set()
        may_end.wait(20)

    first.bench.on_apply[A] = at_work
    earlier = first.create(walk(step("dev/a")))
    # The invariants are looked at in the end: in between, rows and events belong to different moments.
    thread = threading.Thread(target=first.runs.drive, args=(earlier, first.cancellation, first.seen))
    thread.start()
    assert began.wait(20)
    house.bench.cloud = first.cloud
    run = house.create(walk(step("dev/a")))
    assert house.runs.view(run).waiting_for[0].startswith(f"Process {os.getpid()}")
    house.seen = Releasing(may_end)
    view = house.runs.drive(run, RealWaiting(), house.seen)
    thread.join()
    first.state.close()

    assert statuses(view) == {"dev/a": "unchanged"}
    assert EventKind.QUEUED_BEHIND in [event.kind for event in house.seen.events]
    assert first.cloud.notes() == ["dev/a main commit-1"]
    house.check()


class Releasing(Recorder):
    """Lets the first one end as soon as the second is told that it waits."""

    def __init__(self, may_end: threading.Event) -> None:
        super().__init__()
        self._may_end = may_end

    def event(self, event: Event) -> None:
        super().event(event)
        if event.kind is EventKind.QUEUED_BEHIND:
            self._may_end.set()


class RealWaiting:
    def level(self) -> int:
        return 0

    def wait(self, level: int, seconds: float) -> int:
        threading.Event().wait(min(seconds, 0.02))
        return 0


def test_a_run_whose_process_was_killed_says_so(house: House) -> None:
    run = house.create(walk(step("dev/a")))
    house.carriers.before_each = lambda _: kill()
    die(house, run)

    view = house.runs.view(run)

    assert (view.status, view.is_abandoned) == (RunStatus.RUNNING, True)
    assert view.waiting_for == ("No process works on it: it goes on when it is resumed.",)


def test_plan_files_of_runs_that_gave_way_or_were_cancelled_are_deleted(house: House) -> None:
    waiting = walk(step("prod/a"), gates=[PROD])
    house.apply(waiting)
    second = house.apply(waiting)
    assert len(list((house.folder / "plans").iterdir())) == 1
    house.runs.cancel(second.id)

    assert list((house.folder / "plans").iterdir()) == []


def full(*_: object) -> None:
    raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))


def test_a_full_disk_stops_the_work_and_loses_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    run = house.create(walk(step("dev/a")))
    house.bench.on_apply[A] = lambda: monkeypatch.setattr("towpath.stores.runs.write_changes", full)

    with pytest.raises(ProblemError) as error:
        house.runs.drive(run, house.cancellation)
    assert [problem.id for problem in error.value.problems] == ["disk-full"]

    monkeypatch.undo()
    house.bench.on_apply.clear()
    assert statuses(house.drive(run)) == {"dev/a": "applied"}
    assert house.cloud.notes() == ["dev/a main commit-1"]


def test_a_heartbeat_keeps_the_lease_until_somebody_declares_the_worker_dead(house: House) -> None:
    now = house.clock.now()
    worker = Worker("w1", 1, "host", now, now + datetime.timedelta(seconds=60))
    queue = WorkQueue(house.state.database, house.clock)
    lease = WorkerLease(queue, worker, house.clock, beat_seconds=0.01)
    lease.start()
    house.clock.advance(50)
    wait_until(lambda: lease.deadline() == house.clock.steady() + 60)
    assert not lease.is_lost

    queue.leave(worker)
    wait_until(lambda: lease.is_lost)
    lease.give_back()


def wait_until(happens: Callable[[], bool]) -> None:
    patience = threading.Event()
    for _ in range(1000):
        if happens():
            return
        patience.wait(0.01)
    raise AssertionError("it never happens")

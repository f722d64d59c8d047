"""A worker of the service: it goes on with whatever there is to do, and takes over from those who died."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from run_house import statuses, step, walk
from sqlalchemy import Connection, text
from worker_house import WorkerHouse

from towpath.model.events import EventKind
from towpath.model.gates import GateSpec
from towpath.model.paths import UnitPath
from towpath.model.runs import AttemptStatus, RunSettings, Worker
from towpath.model.windows import Window
from towpath.problems import Problem, ProblemError
from towpath.runs.admission import Limits
from towpath.runs.calendar import Calendar, Freeze
from towpath.runs.carrier import ThreadCarriers
from towpath.runs.carrying import LeftInRows
from towpath.runs.changing import Changes
from towpath.runs.worker import WorkerSettings
from towpath.stores import RunTransaction
from towpath.system import SystemClock

THREE = walk(step("dev/vpc"), step("dev/app", waits_for=["dev/vpc"]), step("prod/app", tier=2))


@pytest.fixture
def house(tmp_path: Path) -> WorkerHouse:
    return WorkerHouse(tmp_path / "state")


def test_runs_of_all_repositories_go_on_by_themselves(house: WorkerHouse) -> None:
    mine, theirs = house.create(THREE), house.other_runs.create(walk(step("dev/vpc")), "apply", "ann")
    house.work()
    assert statuses(house.runs.view(mine)) == {"dev/app": "applied", "dev/vpc": "applied", "prod/app": "applied"}
    assert statuses(house.other_runs.view(theirs)) == {"dev/vpc": "applied"}
    assert [entry.unit for entry in house.other_state.ledger.entries().values()] == ["dev/vpc"]


def test_what_was_approved_goes_on(house: WorkerHouse) -> None:
    run = house.create(walk(*THREE.steps(), gates=[GateSpec("prod", approvals=1)]))
    house.work()
    assert house.runs.view(run).status.value == "waiting"

    house.runs.approve(run, "bob")
    house.work(until=lambda: house.runs.view(run).status.value == "succeeded")
    assert house.ledger() == {"dev/app": "commit-1", "dev/vpc": "commit-1", "prod/app": "commit-1"}


def test_what_was_approved_goes_on_when_its_window_opens(house: WorkerHouse) -> None:
    window = Window(("mon",), "09:05", "11:00")
    run = house.create(walk(step("prod/app"), gates=[GateSpec("prod", approvals=1, window=window)]))
    house.work()
    house.runs.approve(run, "bob")
    house.work("w2", until=lambda: house.runs.view(run).status.value == "succeeded")
    assert house.clock.now().strftime("%a %H:%M") == "Mon 09:05"


def test_a_window_alone_asks_nobody(house: WorkerHouse) -> None:
    always = Window(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00", "00:00")
    run = house.create(walk(step("prod/app"), gates=[GateSpec("prod", window=always)]))
    house.work()
    assert house.runs.view(run).status.value == "succeeded"


def test_nothing_is_applied_while_its_environment_is_frozen(house: WorkerHouse) -> None:
    begins, ends = house.clock.now(), house.clock.now() + datetime.timedelta(minutes=5)
    house.calendar = Calendar((Freeze("year end", begins, ends, ("prod*",), "Nobody is there."),))
    run = house.create(walk(step("dev/app"), step("prod/app", tier=2)))
    house.work()
    seen = house.runs.view(run)
    assert statuses(seen) == {"dev/app": "applied", "prod/app": "planned"}
    assert seen.status.value == "waiting"
    assert seen.waiting_for == ("Nothing is applied now: year end (Nobody is there.) until 2026-01-05 09:05 UTC.",)
    house.work("w2", until=lambda: house.runs.view(run).status.value == "succeeded")
    assert house.clock.now() >= ends


def test_somebody_may_let_a_run_go_on_in_a_freeze(house: WorkerHouse) -> None:
    later = house.clock.now() + datetime.timedelta(days=5)
    house.calendar = Calendar((Freeze("year end", house.clock.now(), later),))
    run = house.create(walk(step("dev/app")))
    house.work()
    house.runs.thaw(run, "ada", "It is on fire.")
    house.work("w2", until=lambda: house.runs.view(run).status.value == "succeeded")
    told = [event.data for event in house.state.runs.events(run) if event.kind is EventKind.FREEZE_OVERRIDDEN]
    assert told == [{"who": "ada", "reason": "It is on fire."}]


def test_a_newer_run_takes_the_place_of_one_that_waits(house: WorkerHouse) -> None:
    gated = [GateSpec("prod", approvals=1)]
    older = house.create(walk(step("prod/app"), gates=gated))
    house.work()
    newer = house.create(walk(step("prod/app"), head="commit-2", gates=gated))
    house.work()
    seen = house.runs.view(older)
    assert (seen.status.value, seen.snapshot.run.superseded_by) == ("superseded", newer)
    assert house.runs.view(newer).status.value == "waiting"


def test_whoever_does_not_renew_its_lease_is_buried_and_its_work_looked_at_again(house: WorkerHouse) -> None:
    run = house.create(walk(step("dev/app")))
    dies_at_work(house, run)
    house.work("w2", until=lambda: house.rest() and bool(house.told.dead))
    assert house.told.dead == ["w1"]
    attempts = house.state.runs.attempts(run)
    assert attempts[0].status is AttemptStatus.UNKNOWN
    assert statuses(house.runs.view(run)) == {"dev/app": "applied"}
    assert house.cloud.notes() == ["dev/app main commit-1"]


class LostAfterwards:
    """A database whose connection is lost in the moment in which a transaction has committed: whoever waits hears of a
    failure, and it is written all the same."""

    def __init__(self, house: WorkerHouse, monkeypatch: pytest.MonkeyPatch) -> None:
        self._transaction = house.state.database.transaction
        self.left = 1
        monkeypatch.setattr(house.state.database, "transaction", self.transaction)

    @contextlib.contextmanager
    def transaction(self, *, unhurried: bool = False) -> Iterator[Connection]:
        with self._transaction(unhurried=unhurried) as connection:
            before = self._running(connection)
            yield connection
            begun = self._running(connection) > before
        if begun and self.left > 0:
            self.left -= 1
            raise ProblemError(Problem("database-unreachable", "The database cannot be reached"))

    def _running(self, connection: Connection) -> int:
        query = text("SELECT count(*) FROM attempts WHERE status = 'running'")
        return int(connection.execute(query).scalar_one())


def test_what_was_begun_without_the_worker_hearing_of_it_is_looked_at_again(
    house: WorkerHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = house.create(walk(step("dev/app")))
    lost = LostAfterwards(house, monkeypatch)
    house.work()
    assert lost.left == 0
    assert [attempt.status for attempt in house.state.runs.attempts(run)][:2] == [
        AttemptStatus.UNKNOWN,
        AttemptStatus.PLANNED,
    ]
    assert [problem.id for problem in house.told.problems] == ["database-unreachable"]
    assert statuses(house.runs.view(run)) == {"dev/app": "applied"}
    assert house.cloud.notes() == ["dev/app main commit-1"]


def dies_at_work(house: WorkerHouse, run: str) -> None:
    """A worker begins the first attempt of the run and is never heard of again."""
    house.queue.enter(Worker("w1", 7, "elsewhere", house.clock.now(), house.clock.now()), 60)
    changes = Changes(house.state.runs, house.clock, LeftInRows())
    changes.advance(run)
    with changes.transaction() as transaction:
        (queued,) = transaction.active_attempts()
        begun = transaction.begin_attempt(queued, "w1", house.clock.now())
        assert begun is not None


def test_as_long_as_a_lease_stands_nobody_takes_over(house: WorkerHouse) -> None:
    run = house.create(walk(step("dev/app")))
    dies_at_work(house, run)
    start = house.clock.now()
    house.work("w2", until=lambda: house.clock.now() - start > datetime.timedelta(seconds=110))
    assert house.told.dead == []
    assert [attempt.status for attempt in house.state.runs.attempts(run)] == [AttemptStatus.RUNNING]


def test_whoever_was_buried_hears_of_it_and_records_nothing_more(house: WorkerHouse) -> None:
    run = house.create(walk(step("dev/app")))

    def buried_meanwhile(attempt: str) -> None:
        del attempt
        house.queue.leave(Worker("w1", 1, "host", house.clock.now(), house.clock.now()))
        assert house.told.lease is not None
        house.wait_until(lambda: house.told.lease is not None and house.told.lease.is_lost)

    house.carriers.before_each = buried_meanwhile
    with pytest.raises(ProblemError) as error:
        house.work(settings=WorkerSettings(lease_seconds=0.03))
    assert [problem.id for problem in error.value.problems] == ["lease-lost"]
    assert house.runs.view(run).status.value == "running"


@pytest.mark.parametrize(
    ("limits", "most"), [(Limits(total=2), 2), (Limits(per_account=1), 2), (Limits(1, 1), 1)], ids=str
)
def test_no_more_at_once_than_the_limits_admit(house: WorkerHouse, limits: Limits, most: int) -> None:
    units = [step(f"{account}/{name}") for account in ("dev", "stage") for name in "abc"]
    run = house.create(walk(*units), settings=RunSettings(parallelism=6))
    for one in units:
        house.bench.on_apply[one.unit] = lambda: house.wait_really(0.05)
    settings = WorkerSettings(room=6, limits=limits, look_seconds=0.02)
    house.work(settings=settings, carriers=ThreadCarriers(), clock=SystemClock())
    assert house.runs.view(run).status.value == "succeeded"
    assert house.bench.most_at_once == most


def test_asked_to_stop_it_finishes_what_it_began_and_begins_nothing_more(house: WorkerHouse) -> None:
    run = house.create(walk(step("dev/a"), step("dev/b"), step("dev/c")), settings=RunSettings(parallelism=1))
    house.work(until=lambda: len(house.cloud.notes()) == 1)
    assert sorted(statuses(house.runs.view(run)).values()).count("applied") == 1
    assert house.runs.view(run).status.value == "running"
    assert house.queue.workers() == []

    house.work("w2")
    assert house.runs.view(run).status.value == "succeeded"


def test_what_was_done_is_recorded_when_the_database_is_back(
    house: WorkerHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = house.create(walk(step("dev/app")))
    really, failures = house.state.runs.transaction, [True, True]

    def sometimes() -> AbstractContextManager[RunTransaction]:
        if house.cloud.notes() and failures:
            failures.pop()
            raise ProblemError(Problem("state-busy", "The state is busy", "It is away."))
        return really()

    monkeypatch.setattr(house.state.runs, "transaction", sometimes)
    house.work()
    assert statuses(house.runs.view(run)) == {"dev/app": "applied"}
    assert house.cloud.notes() == ["dev/app main commit-1"]
    assert {problem.id for problem in house.told.problems} == {"state-busy"}
    assert [attempt.status.value for attempt in house.state.runs.attempts(run)] == ["planned", "applied"]


def test_a_locked_state_is_tried_again_when_its_time_has_come(house: WorkerHouse) -> None:
    run = house.create(walk(step("dev/app")), settings=RunSettings(lock_timeout=600))
    house.bench.busy_locks[UnitPath("dev/app")] = 2
    house.work()
    assert statuses(house.runs.view(run)) == {"dev/app": "applied"}

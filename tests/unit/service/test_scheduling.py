"""Drift is looked for when its time has come, once, by whoever sees it first."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from run_house import step, walk
from watched import MAIN, WatchedWorld

from towpath.config.server import ScheduleSettings
from towpath.model.runs import Run, RunKind, RunStatus
from towpath.problems import Problem, ProblemError
from towpath.service.scheduling import ScheduledRepository, Scheduler
from towpath.service.watching import Found

NIGHTLY = ScheduleSettings(name="nightly", cron="30 2 * * *", time_zone="Europe/Berlin", units=("dev/**",))


@dataclass
class FakeApplied:
    """Answers with one unit, or with what is in the way."""

    units: tuple[str, ...] = ("dev/a",)
    problem: Problem | None = None
    asked: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = field(default_factory=list)

    def drift(self, commit: str, units: Collection[str], accounts: Collection[str]) -> Found:
        self.asked.append((commit, tuple(units), tuple(accounts)))
        if self.problem is not None:
            raise ProblemError(self.problem)
        return Found(walk(*(step(unit, commit=commit) for unit in self.units), head=commit))


class Night:
    """A watched repository with a schedule; its clock begins at 9 in the morning, UTC."""

    def __init__(self, folder: Path) -> None:
        self.world = WatchedWorld(folder)
        self.world.push({"dev/a": 1})
        self.world.tick()
        self.world.end(self.world.runs()[0].id)
        self.applied = FakeApplied()
        self.scheduler = self.new_scheduler()
        self.scheduler.enter()

    def new_scheduler(self, *schedules: ScheduleSettings) -> Scheduler:
        repository = ScheduledRepository(MAIN, self.applied, self.world.house.runs)
        return Scheduler(self.world.store, schedules or (NIGHTLY,), {"": repository}, self.world.clock)

    def tick(self, hours: float = 24) -> int:
        self.world.clock.advance(hours * 3600)
        return self.scheduler.tick()

    def runs(self) -> list[Run]:
        return [run for run in self.world.runs() if run.kind is RunKind.DRIFT]


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path / "state")


def test_a_run_begins_when_its_time_has_come_in_its_zone(night: Night) -> None:
    (schedule,) = night.world.store.schedules()
    assert schedule.next_at == datetime.datetime(2026, 1, 6, 1, 30, tzinfo=datetime.UTC)
    assert night.tick(16) == 0
    assert night.tick(1) == 1
    (run,) = night.runs()
    assert (run.kind, run.status, run.head) == (RunKind.DRIFT, RunStatus.RUNNING, night.world.refs[MAIN])
    assert night.applied.asked == [(run.head, ("dev/**",), ())]
    (schedule,) = night.world.store.schedules()
    assert (schedule.run, schedule.next_at.day) == (run.id, 7)
    assert night.tick(1) == 0


def test_times_that_nobody_saw_come_once(night: Night) -> None:
    night.tick(5 * 24)
    night.tick(0)
    assert len(night.runs()) == 1


def test_two_that_see_it_at_once_start_one_run(night: Night) -> None:
    other = night.new_scheduler()
    night.world.clock.advance(24 * 3600)
    due = night.world.store.due_schedules(night.world.clock.now())
    assert len(due) == 1
    other.tick()
    night.scheduler._pass(due[0])
    assert len(night.runs()) == 1


def test_while_the_last_run_is_at_work_none_begins(night: Night) -> None:
    night.tick()
    (first,) = night.runs()
    night.tick()
    assert night.runs() == [first]
    night.world.end(first.id)
    night.tick()
    assert len(night.runs()) == 2


def test_what_is_in_the_way_is_kept_and_tried_again_soon(night: Night) -> None:
    night.applied.problem = Problem("remote-unreachable", "The remote cannot be reached", hint="Wait.")
    night.tick()
    (schedule,) = night.world.store.schedules()
    assert schedule.problem == night.applied.problem
    assert (schedule.next_at - night.world.clock.now()).total_seconds() == 600
    night.applied.problem = None
    night.tick(0.2)
    (schedule,) = night.world.store.schedules()
    assert (schedule.problem, len(night.runs())) == (None, 1)


def test_where_nothing_was_applied_nothing_is_compared(night: Night) -> None:
    night.applied.units = ()
    night.tick()
    assert night.runs() == []
    assert night.world.store.schedules()[0].next_at > night.world.clock.now()


def test_a_schedule_that_is_not_configured_any_more_is_forgotten_and_a_sooner_one_counts(night: Night) -> None:
    hourly = ScheduleSettings(name="nightly", cron="0 * * * *")
    night.new_scheduler(hourly).enter()
    (schedule,) = night.world.store.schedules()
    assert (schedule.next_at - night.world.clock.now()).total_seconds() <= 3600
    elsewhere = ScheduleSettings(name="other", cron="0 * * * *", repositories=("x*",))
    night.new_scheduler(elsewhere).enter()
    assert night.world.store.schedules() == []

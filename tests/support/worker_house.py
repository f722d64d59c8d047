"""A worker in a house: two repositories in one database, on a clock that only moves when nothing is to be done."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from fake_cloud import FakeWorkbench, MemoryCloud
from run_house import House, InlineCarriers

from towpath.model.runs import Worker
from towpath.problems import Problem
from towpath.runs import Carriers, Runs, RunView, broken_invariants, history_of
from towpath.runs.calendar import ALWAYS
from towpath.runs.lease import WorkerLease
from towpath.runs.worker import Place, RunWorker, WorkerSettings, WorkerWatcher, Workshop
from towpath.stores import LedgerStore, RunStore, State, WorkQueue
from towpath.system import Clock, SystemClock

OTHER = "other"
PATIENT = WorkerSettings(lease_seconds=1e6)
"""Heartbeats come in real time, and the fake clock runs ahead of them."""


class StopWhen:
    """Asks to stop as soon as something is so, or when it takes too long."""

    def __init__(self, clock: Clock, happens: Callable[[], bool], patience: float = 3600.0) -> None:
        self._clock = clock
        self._happens = happens
        self._end = clock.steady() + patience
        self.asked = 0

    def level(self) -> int:
        assert self._clock.steady() < self._end, "it takes too long"
        if self.asked == 0 and self._happens():
            self.asked = 1
        return self.asked

    def wait(self, level: int, seconds: float) -> int:
        if self.level() <= level:
            self._clock.sleep(seconds)
        return self.level()


class Told(WorkerWatcher):
    """Remembers what a worker met."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.dead: list[str] = []
        self.lease: WorkerLease | None = None

    def entered(self, worker: Worker, lease: WorkerLease) -> None:
        self.lease = lease

    def buried(self, worker: Worker) -> None:
        self.dead.append(worker.id)

    def trouble(self, problem: Problem) -> None:
        self.problems.append(problem)


class WorkerHouse(House):
    """`work` lets one worker work until all runs rest."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.other_state: State = replace(
            self.state,
            runs=RunStore(self.state.database, OTHER),
            ledger=LedgerStore(self.state.database, OTHER),
        )
        self.other_bench = FakeWorkbench(MemoryCloud(), self.state.plans)
        self.other_runs = Runs(self.other_state, self.other_bench, self.carriers)
        self.queue = WorkQueue(self.state.database, self.clock)
        self.told = Told()
        self.calendar = ALWAYS

    def places(self) -> Mapping[str, Place]:
        return {"": Place(self.state, self.bench, self.calendar), OTHER: Place(self.other_state, self.other_bench)}

    def wait_really(self, seconds: float) -> None:
        threading.Event().wait(seconds)

    def wait_until(self, happens: Callable[[], bool]) -> None:
        end = SystemClock().steady() + 10
        while not happens():
            assert SystemClock().steady() < end, "it takes too long"
            self.wait_really(0.01)

    def rest(self) -> bool:
        snapshots = [self.state.runs.snapshot(run.id) for run in self.state.runs.runs()]
        snapshots += [self.other_state.runs.snapshot(run.id) for run in self.other_state.runs.runs()]
        return all(one is None or RunView(one).status.value != "running" for one in snapshots)

    def work(
        self,
        name: str = "w1",
        until: Callable[[], bool] | None = None,
        settings: WorkerSettings | None = None,
        carriers: Carriers | None = None,
        clock: Clock | None = None,
    ) -> None:
        now, clock = self.clock.now(), clock or self.clock
        carriers, settings = carriers or self.carriers, settings or PATIENT
        shop = Workshop(self.places(), self.queue, carriers, clock, settings, self.told)
        RunWorker(shop, Worker(name, 1, "host", now, now), StopWhen(clock, until or self.rest)).work()
        self.check_both()

    def check_both(self) -> None:
        self.check()
        broken = broken_invariants(history_of(self.other_state), self.other_state.ledger.entries())
        assert not broken, "\n".join(broken)
        assert not self.other_bench.violations, "\n".join(self.other_bench.violations)


__all__ = ["OTHER", "InlineCarriers", "StopWhen", "Told", "WorkerHouse"]

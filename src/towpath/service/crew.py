"""The part of a server that works: one worker after the other, each under a lease of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from towpath.model.commands import Cancellation
from towpath.model.runs import Worker
from towpath.problems import Problem, ProblemError
from towpath.runs.carrier import ThreadCarriers
from towpath.runs.lease import WorkerLease
from towpath.runs.worker import Place, RunWorker, WorkerSettings, WorkerWatcher, Workshop
from towpath.service.journal import Journal
from towpath.stores import WorkQueue
from towpath.system import Clock, Ids

__all__ = ["Crew", "CurrentLease"]

AGAIN_SECONDS = 5.0
"""Until the next worker enters, after one had to stop."""


class CurrentLease:
    """Until when the worker counts as alive that works at this moment: what runners pass on to guards."""

    def __init__(self) -> None:
        self._lease: WorkerLease | None = None

    def set(self, lease: WorkerLease) -> None:
        self._lease = lease

    def deadline(self) -> float | None:
        return self._lease.deadline() if self._lease is not None else None


@dataclass(frozen=True)
class Crew:
    """`alone` tells that no other process has the database."""

    places: Mapping[str, Place]
    queue: WorkQueue
    settings: WorkerSettings
    lease: CurrentLease
    journal: Journal
    clock: Clock
    ids: Ids
    host: str
    alone: bool

    def work(self, stop: Cancellation) -> None:
        """Blocks until `stop` was asked for and nothing is at work. A worker that lost its lease, or could not enter,
        is followed by another.
        """
        watcher = _Watcher(self.journal, self.lease)
        shop = Workshop(self.places, self.queue, ThreadCarriers(), self.clock, self.settings, watcher)
        while stop.level() == 0:
            now = self.clock.now()
            me = Worker(self.ids.short(), os.getpid(), self.host, now, now)
            try:
                RunWorker(shop, me, stop).work(alone=self.alone)
            except ProblemError as error:
                for problem in error.problems:
                    watcher.trouble(problem)
                stop.wait(0, AGAIN_SECONDS)


class _Watcher(WorkerWatcher):
    """Writes down what a worker meets; what lasts is written once."""

    def __init__(self, journal: Journal, lease: CurrentLease) -> None:
        self._journal = journal
        self._lease = lease
        self._last: Problem | None = None

    def entered(self, worker: Worker, lease: WorkerLease) -> None:
        self._lease.set(lease)
        self._last = None
        self._journal.note("worker-entered", worker=worker.id, host=worker.host)

    def buried(self, worker: Worker) -> None:
        self._journal.note("worker-buried", worker=worker.id, host=worker.host)

    def trouble(self, problem: Problem) -> None:
        if problem != self._last:
            self._last = problem
            self._journal.problem(problem)

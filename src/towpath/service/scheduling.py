"""Schedules: drift is looked for when its time has come, though no commit came.

Whoever sees that a time has come works out what is to be compared; in the transaction in which the run is kept the
schedule is moved on to its next time, unless somebody else did. A time that passes while the last run is still at work,
or while nobody is there, does not come twice.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from towpath.config import Globs
from towpath.config.calendar import next_time
from towpath.config.server import ScheduleSettings
from towpath.model.runs import RunKind, RunStatus
from towpath.model.watching import Schedule
from towpath.problems import ProblemError
from towpath.runs import RunRequest, Runs
from towpath.service.watching import Found
from towpath.stores import RunTransaction
from towpath.stores.heads import HeadStore
from towpath.system import Clock

__all__ = ["Applied", "ScheduledRepository", "Scheduler"]

_AGAIN_SECONDS = 600
"""So long after something was in the way it is tried again, unless its next time comes before."""


class Applied(Protocol):
    """What was applied of one repository. Raises `ProblemError` when something is in the way that may be otherwise the
    next time."""

    def drift(self, commit: str, units: Collection[str], accounts: Collection[str]) -> Found:
        """What a drift run compares, of units and accounts that fit the patterns; `commit` is where the deploy branch
        stands."""
        ...


@dataclass(frozen=True)
class ScheduledRepository:
    """One repository, with its deploy branch by its full name."""

    deploys: str
    applied: Applied
    runs: Runs


class Scheduler:
    """Starts what is due. Threads and processes may do so side by side."""

    def __init__(
        self,
        store: HeadStore,
        schedules: Sequence[ScheduleSettings],
        repositories: Mapping[str, ScheduledRepository],
        clock: Clock,
    ) -> None:
        self._store = store
        self._settings = {settings.name: settings for settings in schedules}
        self._repositories = repositories
        self._clock = clock

    def enter(self) -> None:
        """Makes the schedules of the configuration known, and forgets others."""
        self._store.enter_schedules(list(self._configured()))

    def _configured(self) -> Iterator[Schedule]:
        for settings in self._settings.values():
            for name in self._repositories:
                if not settings.repositories or Globs(settings.repositories).fits(name):
                    yield Schedule(name, settings.name, self._next(settings))

    def tick(self) -> int:
        """Starts what is due; returns how many schedules were."""
        due = [one for one in self._store.due_schedules(self._clock.now()) if self._is_known(one)]
        for schedule in due:
            self._pass(schedule)
        return len(due)

    def _is_known(self, schedule: Schedule) -> bool:
        return schedule.repository in self._repositories and schedule.name in self._settings

    def _pass(self, schedule: Schedule) -> None:
        settings, repository = self._settings[schedule.name], self._repositories[schedule.repository]
        passed = replace(schedule, next_at=self._next(settings), problem=None)
        try:
            found = self._found(settings, schedule.repository)
        except ProblemError as error:
            again = self._clock.now() + datetime.timedelta(seconds=_AGAIN_SECONDS)
            passed = replace(passed, next_at=min(passed.next_at, again), problem=error.problems[0])
            found = None

        def agreed(transaction: RunTransaction, run: str | None) -> bool:
            return transaction.watched().pass_schedule(schedule, replace(passed, run=run or schedule.run))

        walk = found.walk if found is not None else None
        with repository.runs.transaction() as transaction:
            last = transaction.run(schedule.run) if schedule.run is not None else None
            if found is None or walk is None or walk.is_empty or (last and last.status is RunStatus.RUNNING):
                agreed(transaction, None)
                return
        repository.runs.start(RunRequest(walk, RunKind.DRIFT, "", settings=found.settings), agreed)

    def _found(self, settings: ScheduleSettings, name: str) -> Found | None:
        """None as long as nobody has seen the deploy branch: nothing can have been applied from it."""
        repository = self._repositories[name]
        head = self._store.heads(name).get(repository.deploys)
        if head is None:
            return None
        return repository.applied.drift(head.commit, settings.units, settings.accounts)

    def _next(self, settings: ScheduleSettings) -> datetime.datetime:
        return next_time(settings.cron, settings.time_zone, self._clock.now())

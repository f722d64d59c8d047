"""A server process, put together: its database, the repositories it watches, the work on their runs.

1. With SQLite the process has the database to itself, and holds the lock on its folder. With PostgreSQL any number of
   processes share one; each takes a folder of its own for what only this machine needs.
2. Every process watches, works and cleans up; which of them does what is agreed on in the database.
3. Pages and the interface for programs are the business of `web`, over what is opened here.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from towpath.config import Globs
from towpath.config.server import RepositorySettings, RetentionSettings, ServerConfig
from towpath.model.commands import Cancellation
from towpath.problems import Problem, ProblemError
from towpath.runners import LocalRunner
from towpath.runs import Runs
from towpath.runs.admission import Limits
from towpath.runs.calendar import Calendar, Freeze
from towpath.runs.carrier import ThreadCarriers
from towpath.runs.worker import Place, WorkerSettings
from towpath.service.benches import workbench_for
from towpath.service.crew import Crew, CurrentLease
from towpath.service.journal import Journal
from towpath.service.mirrored import MirroredRepository, surroundings_for
from towpath.service.outside import Outside
from towpath.service.parts import Part
from towpath.service.place import database_url, open_kept_in, server_folder
from towpath.service.scheduling import ScheduledRepository, Scheduler
from towpath.service.tracing import Tracing, traces_wanted
from towpath.service.watching import WatchedRepository, Watcher
from towpath.stores import ENGINES, State, WorkQueue
from towpath.stores.heads import HeadStore
from towpath.stores.retention import forget_logs, forget_runs
from towpath.system.guarded import SystemGuardedProcesses
from towpath.system.questions import AskedOnce

__all__ = ["Served", "Server", "open_server"]

_MOST_PROCESSES = 64
"""Processes of one machine that share a database."""
_WATCH_SECONDS = 1.0
_CLEAN_SECONDS = 3600.0
_LATE = datetime.timedelta(days=30)
"""A server that was away for longer deletes logs with their runs."""


@dataclass(frozen=True)
class Served:
    """One repository of a server."""

    settings: RepositorySettings
    live: MirroredRepository
    state: State
    runs: Runs
    place: Place


@dataclass(frozen=True)
class Server:
    """What one process has opened. `alone` tells that no other process has the database."""

    config: ServerConfig
    state: State
    repositories: Mapping[str, Served]
    queue: WorkQueue
    crew: Crew
    watcher: Watcher
    scheduler: Scheduler
    journal: Journal
    alone: bool
    tracing: Tracing | None = None

    def parts(self) -> dict[str, Part]:
        """What works in this process."""
        traced = {"traces": self.tracing.work} if self.tracing is not None else {}
        return {"worker": self.crew.work, "watcher": self._watch, "log": self._tell, "cleaner": self._clean, **traced}

    def _watch(self, stop: Cancellation) -> None:
        self.watcher.enter()
        self.scheduler.enter()
        while stop.level() == 0:
            try:
                looked = self.watcher.tick(wait=False) + self.scheduler.tick()
            except ProblemError as error:
                looked = 0
                for problem in error.problems:
                    self.journal.problem(problem, part="watcher")
            if looked == 0:
                stop.wait(0, _WATCH_SECONDS)
        self.watcher.close()
        for served in self.repositories.values():
            served.live.close()

    def _clean(self, stop: Cancellation) -> None:
        """Deletes what is older than the configuration says, once an hour."""
        clock, keep = self.state.clock, self.config.retention
        next_at = clock.steady() + _CLEAN_SECONDS
        while stop.level() == 0:
            if clock.steady() >= next_at:
                next_at = clock.steady() + _CLEAN_SECONDS
                for name, served in self.repositories.items():
                    self._clean_one(name, served.state, keep)
            stop.wait(0, _WATCH_SECONDS)

    def _clean_one(self, name: str, state: State, keep: RetentionSettings) -> None:
        now = state.clock.now()
        logs_before = now - datetime.timedelta(seconds=keep.logs)
        try:
            runs = forget_runs(state, now - datetime.timedelta(seconds=keep.runs))
            logs = forget_logs(state, logs_before - _LATE, logs_before)
        except ProblemError as error:
            for problem in error.problems:
                self.journal.problem(problem, part="cleaner", repository=name)
        else:
            if runs or logs:
                self.journal.note("cleaned", repository=name, runs=len(runs), logs=len(logs))

    def _tell(self, stop: Cancellation) -> None:
        """Writes down what happens in all runs, as far as it happens while this process is there."""
        told = self.queue.last_event()
        while stop.level() == 0:
            with contextlib.suppress(ProblemError):  # the worker tells it, and in time it is there again
                for repository, event in self.queue.events(told):
                    told = event.sequence
                    self.journal.event(repository, event)
            stop.wait(0, _WATCH_SECONDS)


@contextmanager
def open_server(outside: Outside, config: ServerConfig, journal: Journal) -> Iterator[Server]:
    """Raises `ProblemError`: `state-in-use`, and as the stores do."""
    with _opened(outside, config) as (state, alone):
        queue = WorkQueue(state.database, outside.clock)
        lease = CurrentLease()
        runner = LocalRunner(SystemGuardedProcesses(state.folder / ENGINES), lease)
        served = {item.name: _served(outside, config, item, state, runner) for item in _repositories(outside, config)}
        settings = WorkerSettings(
            room=config.concurrency.total,
            limits=Limits(config.concurrency.total, config.concurrency.per_account),
            lease_seconds=config.lease,
            grace_seconds=config.grace,
        )
        places = {name: one.place for name, one in served.items()}
        crew = Crew(places, queue, settings, lease, journal, outside.clock, outside.ids, state.host, alone)
        watched = {name: WatchedRepository(one.settings, one.live, one.live, one.runs) for name, one in served.items()}
        heads = HeadStore(state.database)
        watcher = Watcher(heads, watched, outside.clock, partial(_tell_trouble, journal))
        compared = {
            name: ScheduledRepository(watched[name].deploys, one.live, one.runs) for name, one in served.items()
        }
        scheduler = Scheduler(heads, config.schedules, compared, outside.clock)
        traces = traces_wanted(outside.environment)
        states = {name: one.state for name, one in served.items()}
        tracing = Tracing(traces, queue, states, partial(journal.problem, part="traces")) if traces else None
        yield Server(config, state, served, queue, crew, watcher, scheduler, journal, alone, tracing)


@contextmanager
def _opened(outside: Outside, config: ServerConfig) -> Iterator[tuple[State, bool]]:
    """The state, and whether this process has it to itself."""
    top = server_folder(outside, config)
    alone = database_url(outside, config) is None
    folders = (top,) if alone else (top / f"process-{number}" for number in range(1, _MOST_PROCESSES + 1))
    for folder in folders:
        with contextlib.closing(open_kept_in(folder, outside, config)) as state:
            lock = state.lock()
            if not lock.try_take("serve"):
                continue
            try:
                yield state, alone
            finally:
                lock.release()
            return
    raise ProblemError(_in_use(top))


def _tell_trouble(journal: Journal, repository: str, problem: Problem) -> None:
    journal.problem(problem, repository=repository)


def _repositories(outside: Outside, config: ServerConfig) -> tuple[RepositorySettings, ...]:
    if config.repositories:
        return config.repositories
    # Without a configuration it is the repository that somebody stands in.
    from towpath.git import Repository

    repository = Repository.open(outside.folder, outside.processes, outside.environment.all())
    return (RepositorySettings(name="live", url=str(repository.folder), branch=repository.current_branch() or "main"),)


def _served(
    outside: Outside, config: ServerConfig, settings: RepositorySettings, base: State, runner: LocalRunner
) -> Served:
    around = surroundings_for(config, outside.folder, outside.environment)
    state = base.for_repository(settings.name)
    live = MirroredRepository(settings, around, state.ledger.entries)
    questions = AskedOnce(outside.processes)
    seen = replace(outside, environment=around.shown)
    bench = workbench_for(seen, live.mirror.repository(), state, runner, questions)
    place = Place(state, bench, _calendar(config, settings.name))
    return Served(settings, live, state, Runs(state, bench, ThreadCarriers()), place)


def _calendar(config: ServerConfig, repository: str) -> Calendar:
    freezes = (
        Freeze(freeze.name, freeze.begins, freeze.ends, freeze.environments, freeze.reason)
        for freeze in config.freezes
        if not freeze.repositories or Globs(freeze.repositories).fits(repository)
    )
    return Calendar(tuple(freezes))


def _in_use(folder: Path) -> Problem:
    detail = f"Another server, or a command, works with {folder}."
    hint = "End that one, or give this one another folder: `state` in its configuration."
    return Problem("state-in-use", "The state is in use", detail, hint=hint)

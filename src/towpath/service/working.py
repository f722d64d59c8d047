"""Runs on a live repository: the stores, the workbench and the carrier, put together."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property

from towpath.engines.choosing import engines_of
from towpath.model.runs import RunKind
from towpath.planning import Walk
from towpath.problems import ProblemError, has_errors
from towpath.runners import LocalRunner
from towpath.runs import Runs, RunView, settings_of
from towpath.runs.carrier import ThreadCarriers
from towpath.service.benches import workbench_for
from towpath.service.outside import Outside
from towpath.service.reading import Reading
from towpath.service.state import state_folder
from towpath.service.walking import Asked, Walking
from towpath.stores import ENGINES, State, open_state
from towpath.system import Processes
from towpath.system.guarded import SystemGuardedProcesses
from towpath.system.questions import AskedOnce

__all__ = ["Asked", "Working", "open_working"]

_SETTLE_SECONDS = 5.0


@dataclass(frozen=True)
class Working:
    """One live repository and its runs."""

    reading: Reading
    state: State
    runs: Runs
    outside: Outside
    questions: Processes | None = None
    """What engines are asked for their versions with, where that is not the outside's processes."""
    guarded: SystemGuardedProcesses | None = None
    _asking: list[threading.Thread] = field(default_factory=list, repr=False)

    def walk(self, asked: Asked) -> Walk:
        """What a run would do. Raises `ProblemError` when the configuration as a whole is broken, and when what
        is to be destroyed may not be."""
        return self._walking.walk(asked)

    def get_ready(self) -> None:
        """While it is found out whether there is anything to do, what work would have to wait for starts already."""
        if self.guarded is not None:
            self.guarded.get_ready()
            thread = threading.Thread(target=self._ask_ahead, daemon=True)
            thread.start()
            self._asking.append(thread)

    def settle(self) -> None:
        """Waits for what was asked ahead, so that no process outlives the command; not for one that hangs."""
        for thread in self._asking:
            thread.join(_SETTLE_SECONDS)

    def _ask_ahead(self) -> None:
        # What is wrong is told when a run is made, and not when there is nothing to do.
        with suppress(ProblemError):
            self.require_engine()

    @cached_property
    def _walking(self) -> Walking:
        return Walking(self.reading, self.state.ledger.entries)

    def drift(self, units: Collection[str] = (), accounts: Collection[str] = ()) -> Walk:
        """What a drift run compares: all that was applied, or what fits patterns of paths and of accounts' names."""
        return self._walking.drift(units, accounts)

    def retire_runs(self, asked: Asked, walk: Walk) -> None:
        """All that was asked for is done already: runs that wait to do something else are no longer wanted. Does
        nothing when only a part was asked about, or something is broken."""
        if asked == Asked(RunKind.APPLY) and not has_errors(walk.problems):
            self.runs.give_way(walk.head)

    def create(self, walk: Walk, kind: RunKind) -> str:
        """Keeps a run for the walk. Raises `engine-missing` and `engine-version` before anything is begun."""
        self.require_engine()
        settings = settings_of(self.reading.config())
        commits = () if kind is RunKind.DRIFT else self._walking.commits(walk)
        return self.runs.create(walk, kind, self.who(), commits, settings)

    def take_up(self, run: str) -> RunView:
        """Makes a run that rests ready to be driven on to its end: a plan run applies its plans from now on."""
        found = self.runs.view(run)
        goes_on = found.snapshot.run.applies or found.snapshot.run.kind is RunKind.DRIFT
        return self.runs.resume(run) if goes_on else self.runs.begin_apply(run)

    def require_engine(self) -> None:
        """Raises `ProblemError` (`engine-missing`, `engine-version`) when nothing could be planned or applied."""
        engines_of(self.reading.settings(), self.questions or self.outside.processes)

    def who(self) -> str:
        """Who sits here: git's user, for want of a better witness."""
        return self.reading.repository.current_author()


@contextmanager
def open_working(outside: Outside) -> Iterator[Working]:
    """Opens the repository and its state.

    Raises `ProblemError` (`not-a-repository`, `state-not-writable`, and as `open_state` says).
    """
    reading = Reading.open(outside.folder, outside.processes, outside.environment, outside.workers)
    config = reading.config()
    folder = state_folder(reading.repository, config, outside.state, outside.environment)
    state = open_state(folder, outside.ids, outside.clock, outside.environment)
    try:
        questions = AskedOnce(outside.processes)
        guarded = SystemGuardedProcesses(state.folder / ENGINES)
        workbench = workbench_for(outside, reading.repository, state, LocalRunner(guarded), questions)
        opened = Working(reading, state, Runs(state, workbench, ThreadCarriers()), outside, questions, guarded)
        try:
            yield opened
        finally:
            opened.settle()
    finally:
        state.close()

"""Runs on a live repository: the stores, the workbench and the carrier, put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from towpath.changes import find_changes_since_ledger, select_units
from towpath.engines.choosing import engines_of
from towpath.engines.terraform.binary import find_engine
from towpath.live import Live
from towpath.model.changes import Action, ChangeSet
from towpath.model.paths import UnitPath
from towpath.model.runs import Commit, RunKind
from towpath.planning import Walk, plan_walk
from towpath.problems import ProblemError, has_errors
from towpath.runners import LocalRunner
from towpath.runs import Runs, RunView, settings_of
from towpath.runs.carrier import ThreadCarriers
from towpath.runs.workbench import TerraformWorkbench, Tools
from towpath.service.outside import Outside
from towpath.service.reading import Reading
from towpath.service.state import state_folder
from towpath.stores import ENGINES, State, open_state
from towpath.stores.keys import KEY_VARIABLE
from towpath.system import Processes
from towpath.system.aws import BotoAws
from towpath.system.guarded import SystemGuardedProcesses
from towpath.system.questions import AskedOnce

__all__ = ["Asked", "Working", "open_working"]

_MOST_COMMITS = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: `kind`; the named units, none meaning all that differ; the commit to compare with, None
    meaning what each unit was last applied from."""

    kind: RunKind
    units: tuple[UnitPath, ...] = ()
    since: str | None = None


@dataclass(frozen=True)
class Working:
    """One live repository and its runs."""

    reading: Reading
    state: State
    runs: Runs
    outside: Outside
    questions: Processes | None = None
    """What engines are asked for their versions with, where that is not the outside's processes."""

    def walk(self, asked: Asked) -> Walk:
        """What a run would do. Raises `ProblemError` when the configuration as a whole is broken, and when what
        is to be destroyed may not be."""
        head = self.reading.live()
        whole = [problem for problem in head.problems if problem.unit is None]
        if has_errors(whole):
            raise ProblemError(*whole)
        if asked.kind is RunKind.DESTROY:
            return self._destroying(head, asked.units)
        changes, bases = self._differing(head, asked.since)
        if asked.units:
            changes = _with_reasons(select_units(head, asked.units, Action.APPLY), changes)
        return plan_walk(changes, head, bases)

    def _differing(self, head: Live, since: str | None) -> tuple[ChangeSet, Live | Callable[[str], Live]]:
        if since is not None:
            comparison = self.reading.compare(since)
            return comparison.changes, comparison.base
        changes = find_changes_since_ledger(head, self.state.ledger.entries(), self.reading.live)
        return changes, self.reading.live

    def _destroying(self, head: Live, units: Sequence[UnitPath]) -> Walk:
        changes = select_units(head, units, Action.DESTROY)
        if has_errors(changes.problems):
            raise ProblemError(*changes.problems)
        return plan_walk(changes, head, head)

    def retire_runs(self, asked: Asked, walk: Walk) -> None:
        """All that was asked for is done already: runs that wait to do something else are no longer wanted. Does
        nothing when only a part was asked about, or something is broken."""
        if asked == Asked(RunKind.APPLY) and not has_errors(walk.problems):
            self.runs.give_way(walk.head)

    def create(self, walk: Walk, kind: RunKind) -> str:
        """Keeps a run for the walk. Raises `engine-missing` and `engine-version` before anything is begun."""
        self.require_engine()
        settings = settings_of(self.reading.config())
        return self.runs.create(walk, kind, self.who(), self._commits(walk), settings)

    def take_up(self, run: str) -> RunView:
        """Makes a run that rests ready to be driven on to its end: a plan run applies its plans from now on."""
        found = self.runs.view(run)
        return self.runs.resume(run) if found.snapshot.run.applies else self.runs.begin_apply(run)

    def require_engine(self) -> None:
        """Raises `ProblemError` (`engine-missing`, `engine-version`) when nothing could be planned or applied."""
        engines_of(self.reading.settings(), self.questions or self.outside.processes)

    def who(self) -> str:
        """Who sits here: git's user, for want of a better witness."""
        return self.reading.repository.current_author()

    def _commits(self, walk: Walk) -> list[Commit]:
        """The commits the walk brings, newest first; those of a base that is no longer there are left out."""
        found: dict[str, Commit] = {}
        for base in {walk.base} if walk.base else self._ledger_commits(walk):
            try:
                commits = self.reading.repository.commits_between(base, walk.head)
            except ProblemError:
                continue
            for commit in commits[:_MOST_COMMITS]:
                found.setdefault(commit.sha, Commit(commit.sha, commit.subject, commit.author_email))
        return list(found.values())[:_MOST_COMMITS]

    def _ledger_commits(self, walk: Walk) -> set[str]:
        entries = self.state.ledger.entries()
        return {entries[step.unit].commit for step in walk.steps() if step.unit in entries}


def _with_reasons(selected: ChangeSet, differing: ChangeSet) -> ChangeSet:
    """The selected units; those that differ as well say why."""
    known = {unit.path: unit.reasons for unit in differing.units}
    return replace(selected, units=tuple(replace(unit, reasons=known.get(unit.path, ())) for unit in selected.units))


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
        workbench = TerraformWorkbench(_tools(outside, reading, state, questions))
        yield Working(reading, state, Runs(state, workbench, ThreadCarriers()), outside, questions)
    finally:
        state.close()


def _tools(outside: Outside, reading: Reading, state: State, questions: Processes) -> Tools:
    return Tools(
        commits=reading.repository,
        state=state.folder,
        # What plans are encrypted with is no business of engines, hooks and commands.
        environment={name: value for name, value in outside.environment.all().items() if name != KEY_VARIABLE},
        processes=outside.processes,
        runner=LocalRunner(SystemGuardedProcesses(state.folder / ENGINES)),
        aws=BotoAws(outside.clock),
        plan_files=state.plans,
        find_engine=find_engine,
        clock=outside.clock,
        ids=outside.ids,
        output_key=state.output_key,
        questions=questions,
    )

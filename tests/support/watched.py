"""A repository to watch that is all in memory, beside real rows: commits, a remote, and what is applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from run_house import House, step, walk

from towpath.config.server import RepositorySettings
from towpath.model.paths import UnitPath
from towpath.model.runs import Commit, Run, RunKind, RunStatus
from towpath.planning import Walk
from towpath.problems import Problem, ProblemError
from towpath.runs.changing import Changes
from towpath.service.watching import Found, WatchedRepository, Watcher
from towpath.stores.heads import HeadStore

__all__ = ["MAIN", "DiedError", "FakeCommit", "WatchedWorld"]

MAIN = "refs/heads/main"
BROKEN = Problem("yaml-syntax", "The file cannot be read", "Something is missing.", hint="Mend it.")


class DiedError(BaseException):
    """The process that looks is gone: nothing of it runs any more."""


@dataclass(frozen=True)
class FakeCommit:
    """`units` maps each unit to what it says."""

    id: str
    parent: str | None
    units: Mapping[str, int]
    broken: bool = False


@dataclass
class WatchedWorld:
    """Everything together; `meanwhile` is done once, in the middle of the next call that leaves the process."""

    folder: Path
    settings: RepositorySettings = field(default_factory=lambda: RepositorySettings(name="live", url="/live"))
    commits: dict[str, FakeCommit] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    applied: dict[str, int] = field(default_factory=dict)
    down: bool = False
    calls: int = 0
    meanwhile: Callable[[], None] | None = None
    found: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.house = House(self.folder)
        self.clock = self.house.clock
        self.store = HeadStore(self.house.state.database)
        self.watcher = self.new_watcher()
        self.watcher.enter()

    def new_watcher(self) -> Watcher:
        """Another process."""
        repository = WatchedRepository(self.settings, self, self, self.house.runs)
        return Watcher(self.store, {"": repository}, self.clock)

    # What people and time do.

    def push(self, units: Mapping[str, int], ref: str = MAIN, *, onto: str | None = None, broken: bool = False) -> str:
        """A commit on top of the branch, or of another commit: then the branch is rewritten."""
        parent = onto or self.refs.get(ref)
        made = FakeCommit(f"{len(self.commits) + 1:040x}", parent, dict(units), broken)
        self.commits[made.id] = made
        self.refs[ref] = made.id
        return made.id

    def tick(self, seconds: float = 120) -> None:
        """So many seconds later it is looked whether something is due."""
        self.clock.advance(seconds)
        self.watcher.tick()

    def runs(self) -> list[Run]:
        """All runs, oldest first."""
        return list(reversed(self.house.state.runs.runs()))

    def end(self, run: str, status: RunStatus = RunStatus.SUCCEEDED) -> None:
        """The run comes to rest; when it succeeded, all of it is applied."""
        changes = Changes(self.house.state.runs, self.clock)
        with changes.transaction() as transaction:
            before = changes.load(transaction, run)
            changes.keep(transaction, before, replace(before, run=replace(before.run, status=status)))
        if status is RunStatus.SUCCEEDED and before.run.applies:
            there = self.commits[before.run.head].units
            self.applied |= {unit: there[unit] for unit in before.units if unit in there}

    # The remote.

    def heads(self, refs: Sequence[str]) -> Mapping[str, str]:
        self._leave()
        prefixes = tuple(refs)
        return {ref: oid for ref, oid in self.refs.items() if ref.startswith(prefixes)}

    def fetch(self, ref: str) -> str:
        self._leave()
        if ref not in self.refs:
            raise ProblemError(Problem("unknown-branch", "There is no such branch", hint="Push it."))
        return self.refs[ref]

    # The grounds.

    def between(self, base: str | None, head: str) -> Sequence[str]:
        self._leave()
        if base is None:
            return [head]
        known = set(self.history(base))
        return [commit for commit in reversed(self.history(head)) if commit not in known]

    def is_on(self, commit: str, head: str) -> bool:
        self._leave()
        return commit in self.history(head)

    def since_ledger(self, commit: str) -> Found:
        seen = dict(self.applied)
        self._leave()
        return self._found("apply", commit, seen)

    def since_branching(self, commit: str, trunk: str) -> Found:
        self._leave()
        shared = next(one for one in self.history(commit) if one in self.history(trunk))
        return self._found("plan", commit, self.commits[shared].units)

    def history(self, commit: str) -> list[str]:
        """The commit and all before it, newest first."""
        found = []
        at: str | None = commit
        while at is not None:
            found.append(at)
            at = self.commits[at].parent
        return found

    def _found(self, kind: str, commit: str, base: Mapping[str, int]) -> Found:
        self.found.append((kind, commit))
        made = self.commits[commit]
        if made.broken:
            return Found(None, (BROKEN,))
        differing = [unit for unit, value in sorted(made.units.items()) if base.get(unit) != value]
        steps = [step(unit, commit=commit) for unit in differing]
        return Found(_walk(steps, commit), commits=(Commit(commit, "A change", "ann@example.com"),))

    def _leave(self) -> None:
        """A call that leaves the process: anything may happen in between."""
        if self.down:
            raise ProblemError(Problem("remote-unreachable", "The remote cannot be reached", hint="Wait."))
        self.calls += 1
        do, self.meanwhile = self.meanwhile, None
        if do is not None:
            do()


def _walk(steps: Sequence[object], head: str) -> Walk:
    return walk(*steps, head=head)  # type: ignore[arg-type]  # steps, as `step` makes them


def units_of(run: Run, world: WatchedWorld) -> set[UnitPath]:
    """The units of a run."""
    snapshot = world.house.state.runs.snapshot(run.id)
    assert snapshot is not None
    return set(snapshot.units)


def applying(runs: Sequence[Run]) -> list[Run]:
    """Those that apply."""
    return [run for run in runs if run.kind is RunKind.APPLY]

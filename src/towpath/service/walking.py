"""What a run of one commit would do: all that differs from what is applied, from another commit, or what was named."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from towpath.changes import find_changes_since_ledger, select_units
from towpath.config import Globs
from towpath.live import Live
from towpath.model.changes import Action, ChangeSet
from towpath.model.gates import OUTSIDE_ENVIRONMENT
from towpath.model.ledger import LedgerEntry
from towpath.model.paths import UnitPath
from towpath.model.runs import Commit, RunKind, Snapshot, UnitStatus
from towpath.planning import Walk, plan_drift, plan_walk, walk_back
from towpath.problems import Problem, ProblemError, has_errors
from towpath.service.reading import Reading

__all__ = ["Asked", "Walking"]

_MOST_COMMITS = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: `kind`; the named units, none meaning all that differ; the commit to compare with, None
    meaning what each unit was last applied from."""

    kind: RunKind
    units: tuple[UnitPath, ...] = ()
    since: str | None = None


@dataclass(frozen=True)
class Walking:
    """One commit (`head`, a revision) of a repository, beside its ledger."""

    reading: Reading
    ledger: Callable[[], Mapping[UnitPath, LedgerEntry]]
    head: str = "HEAD"

    def broken(self) -> tuple[Problem, ...]:
        """What is wrong with the configuration as a whole, so that nothing can be said of any unit."""
        whole = tuple(problem for problem in self.reading.live(self.head).problems if problem.unit is None)
        return whole if has_errors(whole) else ()

    def walk(self, asked: Asked) -> Walk:
        """What a run would do. Raises `ProblemError` when the configuration as a whole is broken, and when what
        is to be destroyed may not be."""
        head = self.reading.live(self.head)
        if broken := self.broken():
            raise ProblemError(*broken)
        if asked.kind is RunKind.DESTROY:
            return self._destroying(head, asked.units)
        changes, bases = self._differing(head, asked.since)
        if asked.units:
            changes = _with_reasons(select_units(head, asked.units, Action.APPLY), changes)
        return plan_walk(changes, head, bases)

    def drift(self, units: Collection[str] = (), accounts: Collection[str] = ()) -> Walk:
        """What a drift run compares: all that was applied, or what fits patterns of paths and of accounts' names."""
        paths, names = Globs(units), Globs(accounts)

        def wanted(path: UnitPath, account: str | None) -> bool:
            return (not units or paths.fits(path)) and (not accounts or names.fits(account or OUTSIDE_ENVIRONMENT))

        return plan_drift(self.ledger(), self.reading.live, wanted, self.reading.repository.resolve(self.head))

    def _differing(self, head: Live, since: str | None) -> tuple[ChangeSet, Live | Callable[[str], Live]]:
        if since is not None:
            comparison = self.reading.compare(since, self.head)
            return comparison.changes, comparison.base
        changes = find_changes_since_ledger(head, self.ledger(), self.reading.live)
        return changes, self.reading.live

    def _destroying(self, head: Live, units: Sequence[UnitPath]) -> Walk:
        changes = select_units(head, units, Action.DESTROY)
        if has_errors(changes.problems):
            raise ProblemError(*changes.problems)
        return plan_walk(changes, head, head)

    def again(self, snapshot: Snapshot) -> Walk:
        """What a run of the same units would do now. Raises as `walk` does."""
        head = self.reading.live(self.head)
        units = tuple(path for path, unit in snapshot.units.items() if unit.joined and path in head.units)
        return self.walk(Asked(snapshot.run.kind, units)) if units else Walk(None, head.commit)

    def back(self, snapshot: Snapshot, stood_at: Callable[[UnitPath], str | None]) -> Walk:
        """What takes back what a run applied; `stood_at` gives the commit that each unit stood at before it, None where
        it was not there. Raises `ProblemError` (`unknown-commit`) when a commit is no longer in the repository."""
        done = [unit for unit in snapshot.units.values() if unit.status in (UnitStatus.APPLIED, UnitStatus.DESTROYED)]
        commits = {unit.unit: stood_at(unit.unit) for unit in done}
        former = {path: self.reading.live(commit) if commit else None for path, commit in commits.items()}
        return walk_back(self.reading.live(self.head), self.reading.live(snapshot.run.head), former)

    def commits(self, walk: Walk) -> tuple[Commit, ...]:
        """The commits the walk brings, newest first; those of a base that is no longer there are left out."""
        found: dict[str, Commit] = {}
        for base in {walk.base} if walk.base else self._ledger_commits(walk):
            try:
                commits = self.reading.repository.commits_between(base, walk.head)
            except ProblemError:
                continue
            for commit in commits[:_MOST_COMMITS]:
                found.setdefault(commit.sha, Commit(commit.sha, commit.subject, commit.author_email))
        return tuple(found.values())[:_MOST_COMMITS]

    def _ledger_commits(self, walk: Walk) -> set[str]:
        entries = self.ledger()
        return {entries[step.unit].commit for step in walk.steps() if step.unit in entries}


def _with_reasons(selected: ChangeSet, differing: ChangeSet) -> ChangeSet:
    """The selected units; those that differ as well say why."""
    known = {unit.path: unit.reasons for unit in differing.units}
    return replace(selected, units=tuple(replace(unit, reasons=known.get(unit.path, ())) for unit in selected.units))

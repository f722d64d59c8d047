"""Runs that somebody begins by hand on a server.

1. They are about what the server has seen: the head of the deploy branch, compared with what is applied, or of another
   branch that is watched, compared with where it branched off. Only the deploy branch is applied.
2. What differs is worked out outside any transaction. In the one in which the run is kept it is looked once more
   whether the branch still stands there, and whether a run is at work on the same units.
3. A run of all that differs carries the commits that came, as one that the server begins itself would, so that no
   second run follows for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from towpath.git.mirror import HEADS
from towpath.model.paths import UnitPath
from towpath.model.runs import RunKind, RunStatus
from towpath.model.watching import Arrival, Head, Outcome
from towpath.planning import Walk
from towpath.problems import Problem, ProblemError
from towpath.runs import Agreed, RunRequest
from towpath.runs.watching import accounted, settled
from towpath.service.watching import Found
from towpath.stores import RunTransaction

__all__ = ["Beginner", "Beginning", "Commits", "Wanted", "nothing_seen"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks for: `kind` is plan or apply; the named units, none meaning all that differ; `branch` by its
    short name, None being the deploy branch."""

    kind: RunKind
    units: tuple[UnitPath, ...] = ()
    branch: str | None = None


class Commits(Protocol):
    """Commits of one repository, compared. Raises `ProblemError` (`unknown-unit`, and as git does)."""

    def is_on(self, commit: str, head: str) -> bool: ...

    def since_ledger(self, commit: str, kind: RunKind, units: tuple[UnitPath, ...]) -> Found: ...

    def since_branching(self, commit: str, trunk: str, units: tuple[UnitPath, ...]) -> Found: ...


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a run would do; where there is anything, what it begins with, and what is looked at and written with it.
    `agreed` raises `ProblemError`: `branch-moved`, `run-at-work`."""

    walk: Walk
    request: RunRequest
    agreed: Agreed


@dataclass(frozen=True)
class Beginner:
    """Of one repository: `deploys` is its deploy branch by its short name; `heads` gives what is known of branches by
    their full names, `arrivals` the commits that nothing was decided of."""

    name: str
    deploys: str
    commits: Commits
    heads: Callable[[], Mapping[str, Head]]
    arrivals: Callable[[], tuple[Arrival, ...]]

    def begin(self, wanted: Wanted, author: str) -> Beginning:
        """Raises `ProblemError`: `nothing-seen`, `unknown-branch`, `only-the-deploy-branch`, `unknown-unit`, and what
        is wrong with the configuration as a whole.
        """
        branch = wanted.branch or self.deploys
        if branch != self.deploys and wanted.kind is not RunKind.PLAN:
            raise ProblemError(_only_deployed(branch, self.deploys))
        heads = self.heads()
        trunk = heads.get(f"{HEADS}{self.deploys}")
        if trunk is None:
            raise ProblemError(nothing_seen(self.name, self.deploys))
        head = heads.get(f"{HEADS}{branch}")
        if head is None:
            raise ProblemError(_not_watched(self.name, branch))
        is_deployed = head.ref == trunk.ref
        found = (
            self.commits.since_ledger(head.commit, wanted.kind, wanted.units)
            if is_deployed
            else self.commits.since_branching(head.commit, trunk.commit, wanted.units)
        )
        if found.walk is None:
            raise ProblemError(*found.problems)
        request = RunRequest(
            found.walk, wanted.kind, author, found.commits, found.settings, branch=head.ref, plan_only=not is_deployed
        )
        carries = wanted.kind is RunKind.APPLY and not wanted.units and not head.is_settled
        return Beginning(found.walk, request, self._agreed(head, found.walk, wanted.kind, carries=carries))

    def _agreed(self, head: Head, walk: Walk, kind: RunKind, *, carries: bool) -> Agreed:
        arrivals = self.arrivals() if carries else ()
        on_branch = {one.commit for one in arrivals if self.commits.is_on(one.commit, head.commit)}

        def agreed(transaction: RunTransaction, run: str | None) -> bool:
            rows = transaction.watched()
            if rows.head(head.ref) != head or (carries and tuple(rows.open_arrivals()) != arrivals):
                raise ProblemError(_moved(head))
            if kind is RunKind.APPLY and (busy := _at_work(transaction, walk)) is not None:
                raise ProblemError(_run_at_work(busy))
            if carries:
                rows.put_head(settled(head, run))
                rows.put_arrivals(accounted(arrivals, head.commit, on_branch.__contains__, Outcome.CARRIED, run))
            return True

        return agreed


def _at_work(transaction: RunTransaction, walk: Walk) -> str | None:
    """A run that is applying units of the walk."""
    units = {step.unit for step in walk.steps()}
    for run in transaction.open_runs():
        if run.status is RunStatus.RUNNING and run.applies:
            snapshot = transaction.snapshot(run.id)
            if snapshot is not None and not units.isdisjoint(snapshot.units):
                return run.id
    return None


def nothing_seen(repository: str, branch: str) -> Problem:
    detail = f"The server has not seen branch {branch} of {repository} yet, or it is gone."
    return Problem("nothing-seen", "The repository has not been seen yet", detail, hint="The settings say where it is.")


def _not_watched(repository: str, branch: str) -> Problem:
    detail = f"The server does not watch a branch {branch} of {repository}, or has not seen it yet."
    hint = "`branches` of the repository, in the server's configuration, says which ones it watches."
    return Problem("unknown-branch", "There is no such branch", detail, hint=hint)


def _only_deployed(branch: str, deploys: str) -> Problem:
    detail = f"Branch {branch} is only planned: what is applied comes from {deploys}."
    return Problem("only-the-deploy-branch", "This branch is not applied", detail, hint="Merge it, or plan it.")


def _moved(head: Head) -> Problem:
    detail = f"{head.ref.removeprefix(HEADS)} moved on from {head.commit[:12]} while that was looked at. Nothing began."
    return Problem("branch-moved", "The branch moved meanwhile", detail, hint="Ask once more.")


def _run_at_work(run: str) -> Problem:
    detail = f"Run {run} is applying some of these units at this moment. Nothing began."
    hint = "Ask once more when it is done; or name other units."
    return Problem("run-at-work", "A run is at work on the same units", detail, hint=hint)

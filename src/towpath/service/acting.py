"""What people decide about runs: looked at by the rules of access first, and written down in the audit log with
what it changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from towpath.access import Act, Place, may
from towpath.model.audit import AuditRecord
from towpath.model.people import Caller
from towpath.model.runs import Run, RunKind, RunStatus, Snapshot
from towpath.planning import Walk
from towpath.problems import Problem, ProblemError
from towpath.runs import Answer, Noting, RunRequest, Runs
from towpath.runs.changing import no_such_run
from towpath.service.allowed import refusal, refusal_anywhere, refusal_at_gate, refusal_to_begin
from towpath.service.beginning import Beginning, Wanted
from towpath.stores import RunTransaction
from towpath.stores.audit import append_audit
from towpath.stores.listing import Lists
from towpath.system import Clock

__all__ = ["Deciding", "Repository", "Started"]


@dataclass(frozen=True, slots=True)
class Repository:
    """One live repository, as far as deciding about its runs needs it. `again` gives the walk over the units of a run
    at the newest commit, `back` the one that undoes it; `asked` makes of a walk what a run begins with, in somebody's
    name. `begins` is for a run that somebody begins by hand, again in their name.
    """

    runs: Runs
    again: Callable[[Snapshot], Walk]
    back: Callable[[Snapshot], Walk]
    asked: Callable[[Walk, RunKind, str], RunRequest]
    begins: Callable[[Wanted, str], Beginning]


@dataclass(frozen=True, slots=True)
class Started:
    """The run that was begun at `commit`; None where nothing differs, or where the problems say what stands in the
    way."""

    run: str | None
    commit: str
    problems: tuple[Problem, ...] = ()


class Deciding:
    """Implements `web.port.Acting`. Every act raises `ProblemError`: `no-such-run`, `not-allowed`, `account-disabled`,
    and as the use cases of runs do. `repositories` are by name.
    """

    def __init__(self, repositories: Mapping[str, Repository], lists: Lists, clock: Clock) -> None:
        self._repositories = repositories
        self._lists = lists
        self._clock = clock

    def start(self, caller: Caller, repository: str, wanted: Wanted) -> Started:
        """Raises `no-such-repository`, and as `Beginner` and what it gives do, besides."""
        found = self._repositories.get(repository)
        if found is None:
            raise ProblemError(_no_such_repository(repository))
        act = Act.PLAN if wanted.kind is RunKind.PLAN else Act.OPERATE
        _require(refusal_anywhere(caller, act, repository))
        beginning = found.begins(wanted, caller.who)
        walk, problems = beginning.walk, beginning.walk.problems
        if not may(caller, Act.SEE, Place(repository)):
            problems = tuple(problem for problem in problems if problem.unit is None)
        if walk.is_empty:
            return Started(None, walk.head, problems)
        _require(refusal_to_begin(caller, act, repository, walk))

        def written_down(transaction: RunTransaction, made: str | None) -> bool:
            detail = {"kind": wanted.kind.value, "repository": repository, "units": list(wanted.units)}
            self._write(transaction, caller, "run-started", made or "", detail)
            return beginning.agreed(transaction, made)

        return Started(found.runs.start(beginning.request, written_down), walk.head, problems)

    def answer(self, caller: Caller, run: str, answer: Answer) -> None:
        name, repository = self._find(run)
        snapshot = repository.runs.view(run).snapshot
        gate = snapshot.gates.get(answer.gate)
        if gate is not None:
            _require(refusal_at_gate(caller, name, gate, snapshot))
        action = "run-approved" if answer.approved else "run-rejected"
        covers = dict(gate.covers) if gate is not None else {}
        detail = {"gate": gate.environment or "hold" if gate is not None else "", "plans": covers}
        detail |= {"reason": answer.reason} if answer.reason else {}
        answer = replace(answer, groups=caller.person.groups)
        repository.runs.noted(self._noting(caller, action, detail)).answer(run, caller.who, answer)

    def resume(self, caller: Caller, run: str) -> None:
        self._allowed(caller, Act.OPERATE, run).runs.noted(self._noting(caller, "run-resumed")).resume(run)

    def cancel(self, caller: Caller, run: str) -> None:
        repository = self._allowed(caller, Act.OPERATE, run)
        repository.runs.noted(self._noting(caller, "run-cancelled")).cancel(run, caller.who)

    def apply(self, caller: Caller, run: str) -> None:
        repository = self._allowed(caller, Act.OPERATE, run)
        repository.runs.noted(self._noting(caller, "run-applied")).begin_apply(run)

    def plan_again(self, caller: Caller, run: str) -> str:
        """Of a run that looked for drift: applies the code again to what had drifted. A run that waits gives way. Who
        may only plan starts no run that applies."""
        name, repository = self._find(run)
        snapshot = _to_do_again(repository.runs.view(run).snapshot)
        act = Act.OPERATE if snapshot.run.applies else Act.PLAN
        _require(refusal(caller, act, name, snapshot))
        action = "run-superseded" if snapshot.run.status is RunStatus.WAITING else "run-planned-again"
        return self._begin(repository, repository.again(snapshot), caller, action, snapshot.run)

    def thaw(self, caller: Caller, run: str, reason: str) -> None:
        repository = self._allowed(caller, Act.ADMINISTER, run)
        repository.runs.noted(self._noting(caller, "run-thawed", {"reason": reason})).thaw(run, caller.who, reason)

    def roll_back(self, caller: Caller, run: str) -> str:
        repository = self._allowed(caller, Act.OPERATE, run)
        snapshot = repository.runs.view(run).snapshot
        walk = repository.back(snapshot)
        applying = replace(snapshot.run, kind=RunKind.APPLY)
        return self._begin(repository, walk, caller, "run-rolled-back", applying)

    def _begin(self, repository: Repository, walk: Walk, caller: Caller, action: str, run: Run) -> str:
        if walk.is_empty:
            raise ProblemError(_nothing_left(run.id))

        def written_down(transaction: RunTransaction, made: str | None) -> bool:
            self._write(transaction, caller, action, made or "", {"of": run.id})
            return True

        made = repository.runs.start(repository.asked(walk, run.kind, caller.who), written_down)
        return made or run.id

    def _find(self, run: str) -> tuple[str, Repository]:
        name = self._lists.repository_of(run)
        if name is None or name not in self._repositories:
            raise ProblemError(no_such_run(run))
        return name, self._repositories[name]

    def _allowed(self, caller: Caller, act: Act, run: str) -> Repository:
        name, repository = self._find(run)
        _require(refusal(caller, act, name, repository.runs.view(run).snapshot))
        return repository

    def _noting(self, caller: Caller, action: str, detail: Mapping[str, object] | None = None) -> Noting:
        def note(transaction: RunTransaction, snapshot: Snapshot) -> None:
            self._write(transaction, caller, action, snapshot.run.id, detail or {})

        return note

    def _write(
        self, transaction: RunTransaction, caller: Caller, action: str, run: str, detail: Mapping[str, object]
    ) -> None:
        record = AuditRecord(self._clock.now(), caller.who, action, run, caller.address, detail=detail)
        append_audit(transaction.connection, record)


def _to_do_again(snapshot: Snapshot) -> Snapshot:
    """The units that are planned again, and what for."""
    if snapshot.run.kind is not RunKind.DRIFT:
        return snapshot
    drifted = {
        path: unit for path, unit in snapshot.units.items() if unit.plan is not None and not unit.plan.changes_nothing
    }
    return replace(snapshot, run=replace(snapshot.run, kind=RunKind.APPLY), units=drifted)


def _no_such_repository(name: str) -> Problem:
    detail = f"No repository {name!r} is watched here."
    return Problem("no-such-repository", "There is no such repository", detail, hint="The settings name them all.")


def _require(refused: Problem | None) -> None:
    if refused is not None:
        raise ProblemError(refused)


def _nothing_left(run: str) -> Problem:
    detail = f"Nothing of run {run} differs any more: there is nothing that a new run could do."
    return Problem(
        "nothing-differs", "There is nothing to do", detail, hint="Look at the estate for what stands where."
    )

"""What people decide about runs: looked at by the rules of access first, and written down in the audit log with
what it changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from towpath.access import Act
from towpath.model.audit import AuditRecord
from towpath.model.people import Caller
from towpath.model.runs import Run, RunKind, Snapshot
from towpath.planning import Walk
from towpath.problems import Problem, ProblemError
from towpath.runs import Answer, Noting, Runs
from towpath.runs.changing import no_such_run
from towpath.service.allowed import refusal, refusal_at_gate
from towpath.service.working import Working
from towpath.stores import RunTransaction
from towpath.stores.audit import append_audit
from towpath.stores.listing import Lists
from towpath.system import Clock

__all__ = ["Deciding", "Repository"]


@dataclass(frozen=True, slots=True)
class Repository:
    """One live repository, as far as deciding about its runs needs it. `again` gives the walk over the units of a run
    at the newest commit, `back` the one that undoes it; `create` keeps a run for a walk, in somebody's name.
    """

    runs: Runs
    again: Callable[[Snapshot], Walk]
    back: Callable[[Snapshot], Walk]
    create: Callable[[Walk, RunKind, str, Runs], str]

    @staticmethod
    def of(name: str, working: Working, lists: Lists) -> Repository:
        """The repository that `working` works with, under the name that its runs are kept with."""

        def back(snapshot: Snapshot) -> Walk:
            return working.back(snapshot, lambda unit: lists.stood_at(name, snapshot.run.id, unit))

        return Repository(working.runs, working.again, back, working.create)


class Deciding:
    """Implements `web.port.Acting`. Every act raises `ProblemError`: `no-such-run`, `not-allowed`, `account-disabled`,
    and as the use cases of runs do. `repositories` are by name.
    """

    def __init__(self, repositories: Mapping[str, Repository], lists: Lists, clock: Clock) -> None:
        self._repositories = repositories
        self._lists = lists
        self._clock = clock

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
        repository = self._allowed(caller, Act.PLAN, run)
        snapshot = repository.runs.view(run).snapshot
        walk = repository.again(snapshot)
        return self._make(repository, walk, caller, "run-planned-again", snapshot.run)

    def roll_back(self, caller: Caller, run: str) -> str:
        repository = self._allowed(caller, Act.OPERATE, run)
        snapshot = repository.runs.view(run).snapshot
        walk = repository.back(snapshot)
        applying = replace(snapshot.run, kind=RunKind.APPLY)
        return self._make(repository, walk, caller, "run-rolled-back", applying)

    def _make(self, repository: Repository, walk: Walk, caller: Caller, action: str, run: Run) -> str:
        if walk.is_empty:
            raise ProblemError(_nothing_left(run.id))
        noted = repository.runs.noted(self._noting(caller, action, {"of": run.id}))
        return repository.create(walk, run.kind, caller.who, noted)

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
            record = AuditRecord(
                self._clock.now(), caller.who, action, snapshot.run.id, caller.address, detail=detail or {}
            )
            append_audit(transaction.connection, record)

        return note


def _require(refused: Problem | None) -> None:
    if refused is not None:
        raise ProblemError(refused)


def _nothing_left(run: str) -> Problem:
    detail = f"Nothing of run {run} differs any more: there is nothing that a new run could do."
    return Problem(
        "nothing-differs", "There is nothing to do", detail, hint="Look at the estate for what stands where."
    )

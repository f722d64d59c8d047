"""The use cases of runs: what a person can ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from towpath.model.commands import Cancellation
from towpath.model.events import Event, EventKind
from towpath.model.paths import UnitPath
from towpath.model.plans import Plan
from towpath.model.runs import (
    Approval,
    Commit,
    Gate,
    GateStatus,
    Run,
    RunKind,
    RunSettings,
    RunStatus,
    Snapshot,
)
from towpath.model.work import Workbench
from towpath.planning import Walk
from towpath.problems import Problem, ProblemError
from towpath.runs.carrying import Carriers
from towpath.runs.changing import Changes, no_such_run
from towpath.runs.driving import Driver, Watcher
from towpath.runs.gating import may_approve
from towpath.runs.making import once_more, to_be_applied
from towpath.runs.plan_files import forget_plan_files
from towpath.runs.starting import RunRequest, new_run
from towpath.runs.superseding import end_instead, retire, take_place
from towpath.runs.telling import created, stop_requested
from towpath.runs.view import RunView
from towpath.stores import RunTransaction, State

__all__ = ["Agreed", "Answer", "Noting", "Runs"]

Agreed = Callable[[RunTransaction, "str | None"], bool]
"""Says in the transaction in which something begins whether it may, and writes down what goes with it; it gets the id
of the run, None where nothing needs one."""

Noting = Callable[[RunTransaction, Snapshot], None]
"""Called in the transaction of what a person decides, with the run as it stood before: for whoever writes it down."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says at one gate; `reason` may be empty, `groups` are those that the person is in."""

    gate: str
    approved: bool
    reason: str = ""
    groups: tuple[str, ...] = ()


class Runs:
    """All use cases of runs on one state folder.

    Everything raises `ProblemError`: `no-such-run` for an id that is not kept, and as the stores do. A run may be named
    by the beginning of its id where that is unambiguous.
    """

    def __init__(self, state: State, workbench: Workbench, carriers: Carriers, noting: Noting | None = None) -> None:
        self._state = state
        self._noting = noting
        self._workbench = workbench
        self._carriers = carriers
        self._changes = Changes(state.runs, state.clock)

    def noted(self, noting: Noting) -> Runs:
        """The same use cases, with a note taken of whatever somebody decides through them."""
        return Runs(self._state, self._workbench, self._carriers, noting)

    def _note(self, transaction: RunTransaction, snapshot: Snapshot) -> None:
        if self._noting is not None:
            self._noting(transaction, snapshot)

    def create(
        self,
        walk: Walk,
        kind: RunKind | str,
        author: str,
        commits: Sequence[Commit] = (),
        settings: RunSettings | None = None,
    ) -> str:
        """Keeps a run for the walk; it is `running` from now on, and goes on when it is driven. Returns its id."""
        request = RunRequest(walk, RunKind(kind), author, tuple(commits), settings or RunSettings())
        snapshot = new_run(request, self._state.ids.short(), self._state.clock.now())
        with self._changes.transaction() as transaction:
            self._save_new(transaction, snapshot)
        return snapshot.run.id

    def transaction(self) -> AbstractContextManager[RunTransaction]:
        """For what has to be written together with rows of runs."""
        return self._changes.transaction()

    def start(self, request: RunRequest, agreed: Agreed) -> str | None:
        """Keeps a run and lets older ones that rest give way to it, all in one transaction, in which `agreed` has the
        last word: it gets the run's id. Returns the id, None when it did not agree.
        """
        snapshot = new_run(request, self._state.ids.short(), self._state.clock.now())
        with self._changes.transaction() as transaction:
            if not agreed(transaction, snapshot.run.id):
                return None
            self._save_new(transaction, snapshot)
            given = take_place(self._changes, transaction, snapshot.run.id)
            if request.instead_of is not None:
                given += end_instead(self._changes, transaction, request.instead_of, snapshot.run)
        for run in given:
            forget_plan_files(self._state, run)
        return snapshot.run.id

    def _save_new(self, transaction: RunTransaction, snapshot: Snapshot) -> None:
        joined = [unit.unit for unit in snapshot.units.values() if unit.joined]
        transaction.save(None, snapshot, [created(snapshot.run, joined)])

    def drive(self, run: str, cancellation: Cancellation, watcher: Watcher | None = None) -> RunView:
        """Works on the run until it has ended, waits for a person, or was halted. Blocks.

        When another process works with the state, waits for it, which the watcher hears of. Ctrl-C (the cancellation)
        lets nothing more begin, and leaves the run halted, to be resumed.
        """
        run = self._find(run)
        Driver(self._state, self._workbench, self._carriers, run, cancellation, watcher).drive()
        for row in self._state.runs.runs():
            if row.status.is_terminal and run in (row.id, row.superseded_by):
                forget_plan_files(self._state, row.id)
        return self.view(run)

    def begin_apply(self, run: str) -> RunView:
        """Makes an apply run of a plan run whose plans are made; they are what is applied. Raises `not-planned`, and
        `plans-only-shown` where they are not meant to be.
        """
        with self._changes.transaction() as transaction:
            before = self._load(transaction, run)
            if before.run.applies and not before.run.status.is_terminal:
                return self._seen(before)
            if before.run.status is not RunStatus.PLANNED:
                raise ProblemError(_not_planned(before.run))
            if before.run.plan_only:
                raise ProblemError(_only_shown(before.run))
            self._note(transaction, before)
            begun = replace(before.run, kind=RunKind.APPLY, status=RunStatus.RUNNING, finished_at=None)
            units = {path: to_be_applied(unit) for path, unit in before.units.items()}
            return self._seen(self._changes.keep(transaction, before, replace(before, run=begun, units=units)))

    def approve(
        self, run: str, who: str, environment: str | None = None, reason: str = "", groups: Sequence[str] = ()
    ) -> RunView:
        """Says yes at the gate of the environment, or at every open gate and hold that takes the word of this person,
        who is in these groups.

        Raises `nothing-to-approve`, `approver-not-allowed`. What was approved goes on when the run is driven.
        """
        now = self._state.clock.now()
        return self._say(run, environment, Approval("", "", "", who, now, True, reason, groups=tuple(groups)))

    def reject(
        self, run: str, who: str, environment: str | None = None, reason: str = "", groups: Sequence[str] = ()
    ) -> RunView:
        """Says no: the run is cancelled. Raises as `approve` does."""
        now = self._state.clock.now()
        return self._say(run, environment, Approval("", "", "", who, now, False, reason, groups=tuple(groups)))

    def answer(self, run: str, who: str, answer: Answer) -> RunView:
        """Says yes or no at one gate, which asks about exact plans. Raises as `approve` does, when the gate is closed
        as well."""
        now = self._state.clock.now()
        word = Approval("", "", answer.gate, who, now, answer.approved, answer.reason, groups=answer.groups)
        return self._say(run, None, word)

    def _say(self, run: str, environment: str | None, word: Approval) -> RunView:
        with self._changes.transaction() as transaction:
            before = self._load(transaction, run)
            gates = _gates_to_answer(before, word, environment)
            self._note(transaction, before)
            said = [self._word(word, gate) for gate in gates]
            events = [_said_event(vote, gate) for vote, gate in zip(said, gates, strict=True)]
            after = replace(before, approvals=(*before.approvals, *said))
            if word.approved:
                return self._seen(self._changes.keep(transaction, before, after, events))
            closed = {gate.id: replace(gate, status=GateStatus.REJECTED, closed_at=word.at) for gate in gates}
            reason = f"Rejected by {word.who}: {word.reason}" if word.reason else f"Rejected by {word.who}."
            cancelled = replace(before.run, cancel_requested=True, reason=reason)
            after = replace(after, run=cancelled, gates={**before.gates, **closed})
            return self._seen(self._changes.settle(transaction, before, after, events))

    def _word(self, word: Approval, gate: Gate) -> Approval:
        return replace(word, id=self._state.ids.short(), run=gate.run, gate=gate.id, digests=gate.covers)

    def resume(self, run: str) -> RunView:
        """Makes a halted run ready to be driven on: what failed or was skipped is planned again, what is done stays.

        Raises `run-has-ended` for a run that can not go on.
        """
        with self._changes.transaction() as transaction:
            before = self._load(transaction, run)
            if before.run.status.is_terminal:
                raise ProblemError(_has_ended(before.run))
            if before.run.status is not RunStatus.HALTED:
                return self._seen(before)
            self._note(transaction, before)
            resumed = replace(before.run, status=RunStatus.RUNNING, reason=None, stopping=False, finished_at=None)
            units = {path: once_more(unit) for path, unit in before.units.items()}
            return self._seen(self._changes.keep(transaction, before, replace(before, run=resumed, units=units)))

    def cancel(self, run: str, who: str = "") -> RunView:
        """Lets nothing more begin. What runs finishes; then, or at once when nothing runs, the run is cancelled."""
        with self._changes.transaction() as transaction:
            before = self._load(transaction, run)
            if before.run.status.is_terminal:
                return self._seen(before)
            self._note(transaction, before)
            reason = f"Cancelled by {who}." if who else "The run was cancelled."
            flagged = replace(before, run=replace(before.run, cancel_requested=True, reason=reason))
            event = stop_requested(before.run.id, reason, self._state.clock.now())
            after = self._changes.settle(transaction, before, flagged, [event])
        if after.run.status.is_terminal:
            forget_plan_files(self._state, after.run.id)
        return self._seen(after)

    def thaw(self, run: str, who: str, reason: str = "") -> RunView:
        """Lets a run go on although its environments are frozen. Raises `run-has-ended`."""
        with self._changes.transaction() as transaction:
            before = self._load(transaction, run)
            if before.run.status.is_terminal:
                raise ProblemError(_has_ended(before.run))
            self._note(transaction, before)
            thawed = replace(before, run=replace(before.run, thawed_by=who))
            data = {"who": who, "reason": reason}
            event = Event(0, before.run.id, self._state.clock.now(), EventKind.FREEZE_OVERRIDDEN, None, data)
            return self._seen(self._changes.keep(transaction, before, thawed, [event]))

    def give_way(self, head: str, agreed: Agreed = lambda *_: True) -> tuple[str, ...]:
        """For a commit from which nothing differs, so that it needs no run: runs of other commits that wait or were
        halted are superseded by it all the same, unless `agreed` says no in the same transaction. Returns their ids.
        """
        with self._changes.transaction() as transaction:
            if not agreed(transaction, None):
                return ()
            given = retire(self._changes, transaction, head)
        for run in given:
            forget_plan_files(self._state, run)
        return given

    def view(self, run: str) -> RunView:
        snapshot = self._state.runs.snapshot(self._find(run))
        if snapshot is None:
            raise ProblemError(no_such_run(run))
        return self._seen(snapshot)

    def _seen(self, snapshot: Snapshot) -> RunView:
        return RunView(snapshot, self._state.lock().current())

    def list(self) -> tuple[Run, ...]:
        """Every run, newest first."""
        return self._state.runs.runs()

    def logs(self, run: str, unit: UnitPath) -> Iterator[str]:
        """The lines of a unit's log. Raises `unit-not-in-run`."""
        view = self.view(run)
        if unit not in view.snapshot.units:
            raise ProblemError(_not_in_run(unit, view.id))
        return self._state.logs.read(view.id, unit)

    def plan(self, run: str, unit: UnitPath) -> Plan | None:
        """The latest plan of a unit in full; None when it was not planned. Raises `unit-not-in-run`."""
        return self.plan_seen(self.view(run), unit)

    def plan_seen(self, view: RunView, unit: UnitPath) -> Plan | None:
        """The same, of a run that was looked at already."""
        if unit not in view.snapshot.units:
            raise ProblemError(_not_in_run(unit, view.id))
        summary = view.snapshot.units[unit].plan
        return self._state.runs.plan(summary.attempt) if summary is not None else None

    def events(self, run: str, after: int = 0) -> tuple[Event, ...]:
        """What happened in a run, in order, after the event with this sequence."""
        return self._state.runs.events(self._find(run), after)

    def _find(self, run: str) -> str:
        if self._state.runs.version(run) is not None:
            return run
        ids = [row.id for row in self._state.runs.runs()]
        fitting = [candidate for candidate in ids if run and candidate.startswith(run)]
        if len(fitting) != 1:
            raise ProblemError(no_such_run(run))
        return fitting[0]

    def _load(self, transaction: RunTransaction, run: str) -> Snapshot:
        return self._changes.load(transaction, self._find(run))


def _gates_to_answer(snapshot: Snapshot, word: Approval, environment: str | None) -> Sequence[Gate]:
    """Those of the environment, or the one that the word is said at, as far as they take it."""
    waiting = [gate for gate in snapshot.gates.values() if gate.status is GateStatus.OPEN]
    asked = [gate for gate in waiting if environment is None or gate.environment == environment]
    asked = [gate for gate in asked if not word.gate or gate.id == word.gate]
    if not asked or snapshot.run.status.is_terminal:
        raise ProblemError(_nothing_to_approve(snapshot.run, environment, waiting))
    allowed = [gate for gate in asked if may_approve(gate, word.who, snapshot.run, word.groups)]
    if not allowed:
        raise ProblemError(_not_allowed(asked[0], word, snapshot.run))
    return allowed


def _said_event(vote: Approval, gate: Gate) -> Event:
    data = {"gate": gate.id, "environment": gate.environment, "who": vote.who}
    return Event(
        0, gate.run, vote.at, EventKind.APPROVAL, None, {**data, "approved": vote.approved, "reason": vote.reason}
    )


def _not_planned(run: Run) -> Problem:
    detail = f"Run {run.id} is {run.status.value}; only a plan run whose plans were all made can be applied."
    return Problem("not-planned", "The run has no plans to apply", detail, hint="Plan again: `towpath plan`.")


def _only_shown(run: Run) -> Problem:
    detail = f"Run {run.id} planned what {run.branch or 'a branch'} would change; that is not what is to be applied."
    hint = "Merge it into the deploy branch."
    return Problem("plans-only-shown", "These plans are not to be applied", detail, hint=hint)


def _has_ended(run: Run) -> Problem:
    detail = f"Run {run.id} is {run.status.value}. {run.reason or ''}".strip()
    return Problem("run-has-ended", "The run has ended", detail, hint="`towpath apply` starts a new one.")


def _not_in_run(unit: UnitPath, run: str) -> Problem:
    hint = f"`towpath status {run}` lists its units."
    return Problem("unit-not-in-run", "The unit is not part of the run", f"{unit} is not part of run {run}.", hint=hint)


def _nothing_to_approve(run: Run, environment: str | None, waiting: Sequence[Gate]) -> Problem:
    where = f" for {environment}" if environment else ""
    names = ", ".join(sorted({gate.environment or "hold" for gate in waiting})) or "nothing"
    detail = f"Run {run.id} is {run.status.value} and asks for no approval{where}. It asks for: {names}."
    hint = f"`towpath status {run.id}` says what it waits for."
    return Problem("nothing-to-approve", "There is nothing to approve", detail, hint=hint)


def _not_allowed(gate: Gate, word: Approval, run: Run) -> Problem:
    who = word.who
    if may_approve(replace(gate, not_author=False), who, run, word.groups):
        detail = f"{who} wrote what is to be approved for {gate.environment}; somebody else has to."
    else:
        detail = f"{who} is not among those who may approve for {gate.environment}: {', '.join(gate.approvers)}."
    hint = "Ask somebody who may; the run waits as long as it takes."
    return Problem("approver-not-allowed", "This person may not approve here", detail, hint=hint)

"""Carrying out one attempt: begin, let the workbench work, record how it ended."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol, Self

from towpath.model.changes import Action
from towpath.model.commands import Cancellation
from towpath.model.events import EventKind
from towpath.model.ledger import LedgerEntry
from towpath.model.paths import UnitPath
from towpath.model.plans import Plan, ResourceAction
from towpath.model.runs import Attempt, AttemptKind, AttemptStatus, PlanSummary, Run, RunKind, Snapshot, UnitRun
from towpath.model.work import ApplyJob, ApplyOutcome, PlanJob, Workbench
from towpath.planning.compare import Verdict, compare
from towpath.planning.losses import holds_for_plan
from towpath.problems import Problem, ProblemError
from towpath.runs.admission import Limits
from towpath.runs.changing import Changes
from towpath.runs.telling import attempt_event, attempt_started, stop_requested
from towpath.stores import State

__all__ = ["AttemptWork", "End", "LineWatcher", "WorkHooks"]

_OUTCOMES = {
    ApplyOutcome.APPLIED: AttemptStatus.APPLIED,
    ApplyOutcome.FAILED: AttemptStatus.FAILED,
    ApplyOutcome.STALE: AttemptStatus.STALE,
    ApplyOutcome.LOCKED: AttemptStatus.LOCKED,
    ApplyOutcome.INTERRUPTED: AttemptStatus.INTERRUPTED,
}


class LineWatcher(Protocol):
    """Sees every line of every log as it is written, from several threads."""

    def line(self, unit: UnitPath, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class WorkHooks:
    """What differs between the ways to work: who watches the logs, how much may be at work at once, and how hard to try
    to record what was done.
    """

    watcher: LineWatcher | None = None
    limits: Limits = field(default_factory=Limits)
    insist: Callable[[Callable[[], None]], None] = lambda record: record()


@dataclass(frozen=True, slots=True)
class _Begun:
    """An attempt that has begun, and what it needs to know. `known_outputs` are those the ledger has; `is_read` tells
    that other units of the run read them.
    """

    attempt: Attempt
    run: Run
    unit: UnitRun
    plan: Plan | None
    approved: Plan | None
    known_outputs: dict[str, str] | None
    is_read: bool


@dataclass(frozen=True, slots=True)
class End:
    """How it ended; `plan` is the plan that was made."""

    attempt: Attempt
    plan: Plan | None = None


class AttemptWork:
    """Carries out attempts on this worker's behalf. Thread-safe."""

    def __init__(
        self,
        state: State,
        workbench: Workbench,
        changes: Changes,
        worker: str,
        cancellation: Cancellation,
        hooks: WorkHooks | None = None,
    ) -> None:
        self._state = state
        self._workbench = workbench
        self._changes = changes
        self._worker = worker
        self._cancellation = cancellation
        self._hooks = hooks or WorkHooks()

    def carry_out(self, attempt: str) -> None:
        """Does nothing when the attempt is not queued any more, or not admitted. Raises `ProblemError` when its end
        cannot be recorded: then it counts as unknown once this process is gone.
        """
        begun = self._begin(attempt)
        if begun is not None:
            end = self._work(begun)
            self._hooks.insist(partial(self._record, end))

    def _begin(self, attempt_id: str) -> _Begun | None:
        now = self._state.clock.now()
        with self._changes.transaction() as transaction:
            queued = transaction.attempt(attempt_id)
            if queued is None or queued.status is not AttemptStatus.QUEUED:
                return None
            before = self._changes.load(transaction, queued.run)
            if before.run.stopping or before.run.cancel_requested:
                dropped = replace(queued, status=AttemptStatus.DROPPED, finished_at=now)
                self._changes.settle(transaction, before, _with(before, dropped))
                return None
            if not self._hooks.limits.admits(transaction, before.units[queued.unit]):
                return None
            begun = transaction.begin_attempt(queued, self._worker, now)
            if begun is None:
                refused = replace(queued, status=AttemptStatus.LOCKED, finished_at=now, problems=(_other_run(queued),))
                self._changes.settle(transaction, before, _with(before, refused))
                return None
            unit = before.units[begun.unit]
            event = attempt_started(begun, unit.action, now)
            self._changes.note(transaction, before, _with(before, begun), event)
            base = unit.approved or unit.shown
            ledger = transaction.ledger_entry(unit.unit)
            return _Begun(
                attempt=begun,
                run=before.run,
                unit=unit,
                plan=transaction.plan(begun.plan) if begun.plan else None,
                approved=transaction.plan(base.attempt) if base else None,
                known_outputs=dict(ledger.outputs) if ledger and not begun.look_first else None,
                is_read=any(unit.unit in other.reads_from for other in before.units.values()),
            )

    def _work(self, begun: _Begun) -> End:
        """Expected failures come back as a failed attempt; a defect does too, and is raised besides. When the process
        is being torn down nothing is recorded: then the end is unknown.
        """
        end: End | None = None
        try:
            with _Log(self._state, begun.attempt, self._hooks.watcher) as log:
                work = self._plan if begun.attempt.kind is AttemptKind.PLAN else self._apply
                end = work(begun, log)
        except ProblemError as error:
            end = End(replace(begun.attempt, status=AttemptStatus.FAILED, problems=error.problems))
        finally:
            if end is None and isinstance(sys.exception(), Exception):
                failed = replace(begun.attempt, status=AttemptStatus.FAILED, problems=(_defect(begun.attempt),))
                self._record(End(failed))
        return end

    def _plan(self, begun: _Begun, log: _Log) -> End:
        unit, attempt = begun.unit, begun.attempt
        job = PlanJob(attempt.run, unit.unit, unit.commit, unit.fingerprint, unit.action, frozenset(attempt.pending))
        outputs = self._outputs(job) if begun.known_outputs is None and begun.is_read else begun.known_outputs
        report = self._workbench.plan(job, log, self._cancellation)
        if report.plan is None or report.interrupted:
            status = AttemptStatus.INTERRUPTED if report.interrupted else AttemptStatus.FAILED
            return End(replace(attempt, status=status, problems=report.problems))
        if outputs is None and report.plan.changes_nothing:
            outputs = self._outputs(job)
        summary = _summary(begun, report.plan)
        ended = replace(
            attempt, status=AttemptStatus.PLANNED, summary=summary, outputs=outputs, problems=report.problems
        )
        return End(ended, report.plan)

    def _outputs(self, job: PlanJob) -> dict[str, str]:
        """As they stand now. Reading them costs about as much as a small plan, so it is done where they are needed: to
        see whether an apply changes them, and for the ledger when there is nothing to apply.
        """
        return {} if job.action is Action.DESTROY else dict(self._workbench.outputs(job))

    def _apply(self, begun: _Begun, log: _Log) -> End:
        unit, attempt = begun.unit, begun.attempt
        if begun.plan is None:
            raise ValueError(f"{attempt.id} has no plan to apply")
        job = ApplyJob(attempt.run, unit.unit, unit.commit, unit.action, begun.plan)
        if attempt.look_first:
            reality = self._workbench.reality(job, self._cancellation)
            if reality.locked_by is not None:
                return End(replace(attempt, status=AttemptStatus.LOCKED, problems=(_locked_by(reality.locked_by),)))
            if not reality.matches_plan:
                return End(replace(attempt, status=AttemptStatus.STALE))
        report = self._workbench.apply(job, log, self._cancellation)
        outputs = dict(report.outputs)
        return End(replace(attempt, status=_OUTCOMES[report.outcome], outputs=outputs, problems=report.problems))

    def _record(self, end: End) -> None:
        """Writes the end, unless somebody took over, and goes on from there."""
        now = self._state.clock.now()
        ended = replace(end.attempt, finished_at=now)
        with self._changes.transaction() as transaction:
            before = self._changes.load(transaction, ended.run)
            entry = transaction.ledger_entry(ended.unit)
            ended = replace(ended, overtaken=_is_overtaken(before.run, before.units[ended.unit], entry))
            if not transaction.end_attempt(ended):
                return
            if end.plan is not None:
                transaction.keep_plan(ended, end.plan)
            events = [attempt_event(EventKind.ATTEMPT_FINISHED, ended, now)]
            after = _with(before, ended)
            if ended.status is AttemptStatus.INTERRUPTED and self._cancellation.level() > 0 and not before.run.stopping:
                # It was this process that was interrupted, and the loop that drives has not noted it yet.
                events.append(stop_requested(ended.run, "interrupted", now))
                after = replace(after, run=replace(after.run, stopping=True))
            self._changes.settle(transaction, before, after, events)


class _Log:
    """The unit's log, seen by the watcher as well."""

    def __init__(self, state: State, attempt: Attempt, watcher: LineWatcher | None) -> None:
        self._unit = attempt.unit
        self._file = state.logs.open(attempt.run, attempt.unit)
        self._watcher = watcher

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def line(self, text: str) -> None:
        self._file.line(text)
        if self._watcher is not None:
            self._watcher.line(self._unit, text)


def _with(snapshot: Snapshot, attempt: Attempt) -> Snapshot:
    return replace(snapshot, attempts={**snapshot.attempts, attempt.id: attempt})


def _is_overtaken(run: Run, unit: UnitRun, entry: LedgerEntry | None) -> bool:
    """Whether the unit no longer stands at the commit that a drift run compares it with."""
    return run.kind is RunKind.DRIFT and (entry is None or entry.commit != unit.commit)


def _summary(begun: _Begun, plan: Plan) -> PlanSummary:
    comparison = compare(begun.approved, plan) if begun.approved is not None else None
    return PlanSummary(
        attempt=begun.attempt.id,
        digest=plan.binding.digest,
        exactness=plan.exactness,
        counts=plan.counts,
        changes_nothing=plan.changes_nothing,
        is_destroy=plan.is_destroy,
        pending=begun.attempt.pending,
        holds=holds_for_plan(plan, begun.run.settings.data_types),
        covered=comparison.verdict is not Verdict.MORE or _may_grow(begun, plan) if comparison else None,
        differences=comparison.differences if comparison else (),
    )


def _may_grow(begun: _Begun, fresh: Plan) -> bool:
    """Where nobody had to say anything, and the plan was made before its upstreams were applied, what they really put
    out may bring more, as long as no more is destroyed.
    """
    unit, approved = begun.unit, begun.approved
    base = unit.approved or unit.shown
    if approved is None or base is None or not base.pending or unit.by_people or unit.shown is not None:
        return False
    return _destroyed(fresh) <= _destroyed(approved) and fresh.is_destroy == approved.is_destroy


def _destroyed(plan: Plan) -> frozenset[str]:
    lost = (r for r in plan.resources if r.action.is_destructive or r.action is ResourceAction.FORGET)
    return frozenset(resource.address for resource in lost)


def _locked_by(holder: str) -> Problem:
    hint = "It goes on by itself when the lock is freed."
    return Problem("state-locked", "The state is locked", f"The state is locked by {holder}.", hint=hint)


def _other_run(attempt: Attempt) -> Problem:
    detail, hint = f"Another run works on {attempt.unit}; this one waits for it.", "`towpath runs` shows the other one."
    return Problem("state-locked", "The state is locked", detail, hint=hint)


def _defect(attempt: Attempt) -> Problem:
    error = sys.exception()
    said = f"{type(error).__name__}: {error}" if error else "no reason is known"
    detail = f"Working on {attempt.unit} ended in a way that should not happen: {said}."
    return Problem("internal-error", "A defect of Towpath", detail, hint="Please report it.", unit=attempt.unit)

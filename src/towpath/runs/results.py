"""What the end of an attempt means for its unit."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import replace

from towpath.model.changes import Action
from towpath.model.ledger import LedgerEntry
from towpath.model.plans import Exactness
from towpath.model.runs import Attempt, AttemptKind, AttemptStatus, PlanSummary, Run, RunKind, UnitRun, UnitStatus
from towpath.problems import Problem

__all__ = ["REPLANS", "ledger_entry", "take_result"]

REPLANS = 5
"""How often a plan is made again because the state had moved on, before the unit fails."""

_BACKOFF = (2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds between tries to get a state lock that somebody else holds; the last one repeats."""


def take_result(run: Run, unit: UnitRun, attempt: Attempt, now: datetime.datetime) -> UnitRun:
    """The unit after the attempt's end."""
    unit = replace(unit, seconds=unit.seconds + _duration(attempt))
    if _met_lock(attempt):
        return _locked(run, unit, attempt, now)
    unit = replace(unit, retry_at=None, locked_since=None, lock_waits=0)
    table = _PLAN_ENDS if attempt.kind is AttemptKind.PLAN else _APPLY_ENDS
    return table[attempt.status](run, unit, attempt)


def _duration(attempt: Attempt) -> float:
    if attempt.started_at is None or attempt.finished_at is None:
        return 0.0
    return max(0.0, (attempt.finished_at - attempt.started_at).total_seconds())


def _met_lock(attempt: Attempt) -> bool:
    if attempt.status is AttemptStatus.LOCKED:
        return True
    return attempt.status is AttemptStatus.FAILED and any(problem.id == "state-locked" for problem in attempt.problems)


def _locked(run: Run, unit: UnitRun, attempt: Attempt, now: datetime.datetime) -> UnitRun:
    since = unit.locked_since or now
    waited = (now - since).total_seconds()
    left = run.settings.lock_timeout - waited
    if left <= 0:
        detail = (
            " ".join(problem.detail for problem in attempt.problems) or "Somebody else holds the lock of its state."
        )
        problem = Problem(
            "state-locked",
            "The state is locked",
            f"{detail} Towpath waited {waited:.0f} seconds for it.",
            hint="Wait until the other one is done, or, if nobody is, remove the lock with the engine's force-unlock.",
            unit=unit.unit,
        )
        return replace(_failed(unit, (problem,)), retry_at=None, locked_since=None, lock_waits=0)
    pause = min(_BACKOFF[min(unit.lock_waits, len(_BACKOFF) - 1)], left)
    return replace(
        unit,
        retry_at=now + datetime.timedelta(seconds=pause),
        locked_since=since,
        lock_waits=unit.lock_waits + 1,
        reason=" ".join(problem.detail for problem in attempt.problems) or "Its state is locked by somebody else.",
    )


def _failed(unit: UnitRun, problems: tuple[Problem, ...]) -> UnitRun:
    reason = "; ".join(problem.summary for problem in problems if problem.is_error) or "It failed."
    return replace(unit, status=UnitStatus.FAILED, problems=problems, reason=reason, must_replan=True)


def _planned(run: Run, unit: UnitRun, attempt: Attempt) -> UnitRun:
    plan = attempt.summary
    if plan is None:
        raise ValueError(f"{attempt.id} is planned and brought no plan")
    before = attempt.outputs if unit.outputs_before is None else unit.outputs_before
    unit = replace(
        unit,
        status=UnitStatus.PLANNED,
        plan=plan,
        must_replan=False,
        look_first=False,
        outputs_before=before,
        reason=None,
        problems=attempt.problems,
    )
    exact = plan.exactness is Exactness.EXACT
    if unit.held is not None:
        return _shown(unit)
    if unit.unsure and plan.changes_nothing and exact:
        return _nothing_left(unit, attempt.outputs)
    if run.kind is RunKind.DRIFT:
        return _compared(unit, plan, attempt, exact=exact)
    if not run.applies:
        done = exact and plan.changes_nothing
        return replace(unit, status=UnitStatus.UNCHANGED if done else UnitStatus.PLANNED)
    if not exact and not attempt.pending:
        return _failed(unit, (_stays_provisional(unit),))
    return unit


def _compared(unit: UnitRun, plan: PlanSummary, attempt: Attempt, *, exact: bool) -> UnitRun:
    """What it was applied from would change it now: so something else did. Mocked outputs would prove nothing, and
    neither does a commit that it does not stand at any more.
    """
    if attempt.overtaken:
        reason = "Another commit of it was applied meanwhile; that one is compared the next time."
        return replace(unit, status=UnitStatus.UNCHANGED, reason=reason)
    if not exact:
        return _failed(unit, (_stays_provisional(unit),))
    return replace(unit, status=UnitStatus.UNCHANGED if plan.changes_nothing else UnitStatus.DRIFTED)


def _shown(unit: UnitRun) -> UnitRun:
    if unit.plan is not None and unit.plan.changes_nothing:
        return replace(unit, status=UnitStatus.HELD, reason="It is protected; there is nothing to do.")
    return replace(unit, status=UnitStatus.HELD, reason="It is protected: apply it by hand.")


def _stays_provisional(unit: UnitRun) -> Problem:
    upstreams = ", ".join(unit.reads_from) or "its upstreams"
    return Problem(
        "plan-stays-provisional",
        "The plan cannot become exact",
        f"{unit.unit} reads outputs of {upstreams} that do not exist, and nothing in this run will make them. "
        "A plan with mocked outputs is never applied.",
        hint="Apply the unit it reads from first.",
        unit=unit.unit,
    )


def _nothing_left(unit: UnitRun, outputs: Mapping[str, str] | None) -> UnitRun:
    """An apply whose end was not seen had done everything: the plan made after it changes nothing."""
    return _applied(unit, outputs or {})


def _applied(unit: UnitRun, outputs: Mapping[str, str]) -> UnitRun:
    destroyed = unit.action is Action.DESTROY
    return replace(
        unit,
        status=UnitStatus.DESTROYED if destroyed else UnitStatus.APPLIED,
        outputs_before=outputs,
        changed_outputs=() if destroyed else _changed(unit.outputs_before or {}, outputs),
        unsure=False,
        look_first=False,
        must_replan=False,
        problems=(),
        reason=None,
    )


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name in sorted({*before, *after}) if before.get(name) != after.get(name))


def ledger_entry(unit: UnitRun, now: datetime.datetime) -> LedgerEntry | None:
    """What the ledger says of a unit that is done; None when it is gone."""
    if unit.action is Action.DESTROY:
        return None
    outputs = unit.outputs_before or {}
    return LedgerEntry(unit.unit, unit.commit, unit.fingerprint, unit.run, outputs, now)


def _plan_failed(run: Run, unit: UnitRun, attempt: Attempt) -> UnitRun:
    del run
    return _failed(unit, attempt.problems)


def _apply_ended(run: Run, unit: UnitRun, attempt: Attempt) -> UnitRun:
    del run
    return _applied(unit, attempt.outputs or {})


def _apply_failed(run: Run, unit: UnitRun, attempt: Attempt) -> UnitRun:
    del run
    return replace(_failed(unit, attempt.problems), unsure=True, look_first=False)


def _stale(run: Run, unit: UnitRun, attempt: Attempt) -> UnitRun:
    del run, attempt
    if unit.replans < REPLANS:
        return replace(unit, must_replan=True, look_first=False, replans=unit.replans + 1)
    detail = f"Each of the {REPLANS + 1} plans of {unit.unit} had gone stale before it could be applied."
    hint = "Find out what else changes this unit's state, then resume."
    problem = Problem("state-keeps-changing", "The state keeps changing", detail, hint=hint, unit=unit.unit)
    return _failed(unit, (problem,))


def _plan_interrupted(run: Run, unit: UnitRun, attempt: Attempt) -> UnitRun:
    if run.stopping or run.cancel_requested:
        return replace(unit, reason="Its planning was interrupted.")
    return _failed(unit, (*attempt.problems, _interrupted(unit)))


def _apply_interrupted(run: Run, unit: UnitRun, attempt: Attempt) -> UnitRun:
    unit = replace(unit, unsure=True, must_replan=True, look_first=False)
    if run.stopping or run.cancel_requested:
        reason = "It was interrupted while it was applied: part of it may have been done."
        return replace(unit, status=UnitStatus.PENDING, reason=reason, problems=attempt.problems)
    return _failed(unit, (*attempt.problems, _interrupted(unit)))


def _interrupted(unit: UnitRun) -> Problem:
    detail = f"The engine working on {unit.unit} was stopped from outside: part of it may have been done."
    hint = "Resume the run: the unit is planned again, and only what is left is applied."
    return Problem("interrupted", "The work was interrupted", detail, hint=hint, unit=unit.unit)


def _apply_unknown(run: Run, unit: UnitRun, attempt: Attempt) -> UnitRun:
    del run, attempt
    reason = "The process that applied it died: what it did is looked up before anything else is done."
    return replace(unit, unsure=True, look_first=True, reason=reason)


def _nothing_happened(run: Run, unit: UnitRun, attempt: Attempt) -> UnitRun:
    del run, attempt
    return unit


_End = Callable[[Run, UnitRun, Attempt], UnitRun]

_PLAN_ENDS: Mapping[AttemptStatus, _End] = {
    AttemptStatus.PLANNED: _planned,
    AttemptStatus.FAILED: _plan_failed,
    AttemptStatus.INTERRUPTED: _plan_interrupted,
    AttemptStatus.UNKNOWN: _nothing_happened,
    AttemptStatus.DROPPED: _nothing_happened,
}
_APPLY_ENDS: Mapping[AttemptStatus, _End] = {
    AttemptStatus.APPLIED: _apply_ended,
    AttemptStatus.FAILED: _apply_failed,
    AttemptStatus.STALE: _stale,
    AttemptStatus.INTERRUPTED: _apply_interrupted,
    AttemptStatus.UNKNOWN: _apply_unknown,
    AttemptStatus.DROPPED: _nothing_happened,
}

"""The one function that decides what happens next in a run."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence

from towpath.model.changes import Action as UnitAction
from towpath.model.runs import GateStatus, RunKind, RunStatus, Snapshot, UnitRun, UnitStatus
from towpath.problems import Problem
from towpath.runs.actions import (
    Action,
    Fail,
    Join,
    SetStatus,
    Skip,
    StartApply,
    StartPlan,
    TakeResult,
    Unchanged,
)
from towpath.runs.calendar import ALWAYS, Calendar
from towpath.runs.gating import gate_actions
from towpath.runs.position import Position

__all__ = ["advance"]


def advance(snapshot: Snapshot, now: datetime.datetime, calendar: Calendar = ALWAYS) -> tuple[Action, ...]:
    """What to do next, given the rows as they are. Pure, and idempotent: nothing to do gives nothing.

    It is called again after its actions were taken, until it gives none. Each rule below either has something to say or
    leaves it to the next.
    """
    position = Position(snapshot, now, calendar)
    for rule in _RULES:
        actions = rule(position)
        if actions is not None:
            return tuple(actions)
    return ()


Rule = Callable[[Position], "Sequence[Action] | None"]


def _take_results(position: Position) -> Sequence[Action] | None:
    """What ended is dealt with first."""
    attempts = position.snapshot.attempts.values()
    return [TakeResult(one.id) for one in attempts if not (one.status.is_active or one.settled)] or None


def _stop(position: Position) -> Sequence[Action] | None:
    """Cancelled: nothing begins, what runs finishes, the rest is skipped. Ctrl-C: the same, but resumable."""
    run = position.run
    if run.status.is_terminal:
        return ()
    if run.cancel_requested:
        if position.busy:
            return ()
        reason = run.reason or "The run was cancelled."
        return [*_skip_open(position, "The run was cancelled."), SetStatus(RunStatus.CANCELLED, reason)]
    if run.status in (RunStatus.HALTED, RunStatus.PLANNED):
        return ()
    if run.stopping:
        return () if position.busy else _set_status(position, RunStatus.HALTED, "The run was interrupted.")
    return None


def _skip_open(position: Position, reason: str) -> Sequence[Action]:
    return [Skip(unit.unit, reason) for unit in position.members if not unit.status.is_terminal]


def _join(position: Position) -> Sequence[Action] | None:
    """Units that may follow follow, once an upstream really changed an output."""
    found: list[Action] = []
    for unit in position.units.values():
        if unit.joined:
            continue
        changed = [(path, position.units[path].changed_outputs) for path in unit.reads_from if path in position.units]
        really = tuple((path, names) for path, names in changed if names)
        if really:
            found.append(Join(unit.unit, really))
    return found or None


def _refuse(position: Position) -> Sequence[Action] | None:
    """What may not be done fails before any engine is asked."""
    tier = None if not position.run.applies else position.tier
    refused = [
        unit
        for unit in position.members
        if unit.prevent_destroy
        and unit.action is UnitAction.DESTROY
        and unit.status is UnitStatus.PENDING
        and (unit.tier == tier or not position.run.applies)
    ]
    return [Fail(unit.unit, _prevented(unit)) for unit in refused] or None


def _prevented(unit: UnitRun) -> Problem:
    return Problem(
        "prevent-destroy",
        "The unit may not be destroyed",
        f"{unit.unit} would be destroyed, but its configuration at {unit.commit[:12]} says `prevent_destroy = true`. "
        "It was not touched.",
        hint="Set `prevent_destroy` to false, apply that, then remove the unit.",
        unit=unit.unit,
    )


def _plan_all(position: Position) -> Sequence[Action] | None:
    """A plan run, or a drift run: every unit of every tier; one that fails does not stop the others."""
    if position.run.applies:
        return None
    members = position.members
    starts = _plans_to_start(position, members)
    if starts or position.busy or any(position.wants_plan(unit) for unit in members):
        return starts
    if position.failed:
        return [SetStatus(RunStatus.HALTED, _failed_in_words(position))]
    if position.run.kind is RunKind.DRIFT:
        return [SetStatus(RunStatus.SUCCEEDED, _drifted_in_words(position))]
    if any(unit.status is UnitStatus.PLANNED for unit in members):
        return [SetStatus(RunStatus.PLANNED)]
    return [SetStatus(RunStatus.SUCCEEDED)]


def _drifted_in_words(position: Position) -> str | None:
    drifted = [unit.unit for unit in position.members if unit.status is UnitStatus.DRIFTED]
    return f"{_names(drifted)} drifted." if drifted else None


def _plans_to_start(position: Position, units: Iterable[UnitRun]) -> Sequence[Action]:
    wanting = [unit for unit in units if position.wants_plan(unit) and position.may_start(unit)]
    return [StartPlan(unit.unit, position.pending_for(unit)) for unit in wanting[: position.free_slots]]


def _halt(position: Position) -> Sequence[Action] | None:
    """A unit failed: its dependents are skipped, what runs finishes, nothing else begins."""
    if not position.failed:
        return None
    skipped = [Skip(unit.unit, f"{cause} failed.") for unit, cause in position.dependents_of_failed()]
    if skipped or position.busy:
        return skipped
    return [SetStatus(RunStatus.HALTED, _failed_in_words(position))]


def _failed_in_words(position: Position) -> str:
    return f"{_names([unit.unit for unit in position.failed])} failed."


def _names(units: Sequence[str]) -> str:
    shown = ", ".join(units[:3])
    return shown if len(units) <= 3 else f"{shown} and {len(units) - 3} more"


def _finish(position: Position) -> Sequence[Action] | None:
    return [SetStatus(RunStatus.SUCCEEDED)] if position.tier is None else None


def _gates(position: Position) -> Sequence[Action] | None:
    return (gate_actions(position, position.tier) or None) if position.tier is not None else None


def _nothing_to_apply(position: Position) -> Sequence[Action] | None:
    """Plans that change nothing are not applied."""
    ready = [unit for unit in _of_current_tier(position) if position.is_ready(unit)]
    return [Unchanged(unit.unit) for unit in ready if unit.plan is not None and unit.plan.changes_nothing] or None


def _work(position: Position) -> Sequence[Action] | None:
    """Apply what is ready, plan what wants a plan, as many at once as the settings let."""
    units = _of_current_tier(position)
    ready = [unit for unit in _startable(position) if position.freeze_of(unit) is None]
    applies = [StartApply(unit.unit, unit.look_first) for unit in ready]
    plans = _plans_to_start(position, units)
    starts = [*applies, *plans][: position.free_slots]
    if not starts:
        return None
    return [*starts, *_set_status(position, RunStatus.RUNNING, None)]


def _startable(position: Position) -> Sequence[UnitRun]:
    return [unit for unit in _of_current_tier(position) if position.is_ready(unit) and position.may_start(unit)]


def _of_current_tier(position: Position) -> Sequence[UnitRun]:
    return position.in_tier(position.tier) if position.tier is not None else []


def _rest(position: Position) -> Sequence[Action] | None:
    """Nothing can begin: something is at work, or waited for, or a person has to say something."""
    if position.busy or any(unit.retry_at is not None and not unit.status.is_terminal for unit in position.members):
        return _set_status(position, RunStatus.RUNNING, None)
    if any(gate.status is GateStatus.OPEN for gate in position.snapshot.gates.values()):
        return _set_status(position, RunStatus.WAITING, None)
    frozen = {freeze for unit in _startable(position) if (freeze := position.freeze_of(unit)) is not None}
    if frozen:
        words = "; ".join(freeze.in_words() for freeze in sorted(frozen, key=lambda freeze: freeze.name))
        return _set_status(position, RunStatus.WAITING, f"Nothing is applied now: {words}.")
    return [SetStatus(RunStatus.HALTED, "Nothing can go on, and nothing failed: this is a defect of Towpath.")]


def _set_status(position: Position, status: RunStatus, reason: str | None) -> Sequence[Action]:
    run = position.run
    return [] if (run.status, run.reason) == (status, reason) else [SetStatus(status, reason)]


_RULES: tuple[Rule, ...] = (
    _take_results,
    _stop,
    _join,
    _refuse,
    _plan_all,
    _halt,
    _gates,
    _finish,
    _nothing_to_apply,
    _work,
    _rest,
)

"""What waits for what, in words, as somebody in particular is told it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from towpath.model.gates import HoldKind
from towpath.model.people import Person
from towpath.model.runs import AttemptKind, AttemptStatus, Gate, GateStatus, Run, RunKind, RunStatus, UnitRun
from towpath.runs import RunView
from towpath.runs.gating import may_approve, voters
from towpath.views.text import plural

__all__ = ["Standing", "at_gate", "gate_name", "holds_in_words", "unit_waits", "waits"]

_MOST_NAMED = 3


def gate_name(gate: Gate) -> str:
    return gate.environment or "hold"


class Standing:
    """Where an approver stands at a gate."""

    def __init__(self, view: RunView, gate: Gate, person: Person) -> None:
        run, who, groups = view.snapshot.run, person.email, person.groups
        said = voters(gate, view.snapshot.approvals, run)
        self.have = len(said)
        self.missing = max(0, gate.approvals - self.have)
        self.has_said_yes = who.lower() in said
        self.is_author = gate.not_author and not may_approve(gate, who, run, groups) and _is_named(gate, person, run)
        self.is_open = gate.status is GateStatus.OPEN
        self.may = self.is_open and self.missing > 0 and not self.has_said_yes and may_approve(gate, who, run, groups)


def _is_named(gate: Gate, person: Person, run: Run) -> bool:
    return may_approve(replace(gate, not_author=False), person.email, run, person.groups)


def at_gate(view: RunView, gate: Gate, person: Person, *, is_refused: bool) -> str:
    """`prod waits for 1 more approval from grace; you cannot give it: you wrote a commit in this run.`"""
    stands = Standing(view, gate, person)
    name = gate.environment or f"Tier {gate.tier}"
    if stands.missing == 0:
        goes_on = f"waits for its window: {gate.window}" if gate.window is not None else "goes on"
        return f"{name} has its approvals and {goes_on}." if gate.approvals else f"{name} {goes_on}."
    more = " more" if stands.have else ""
    whom = f" from {_listed(gate.approvers)}" if gate.approvers else ""
    if gate.environment is None:
        return f"{name} is on hold until somebody{whom} says yes{_you(stands, is_refused=is_refused)}."
    count = f"{stands.missing}{more} approval{'' if stands.missing == 1 else 's'}"
    return f"{name} waits for {count}{whom}{_you(stands, is_refused=is_refused)}."


def _you(stands: Standing, *, is_refused: bool) -> str:
    if stands.has_said_yes:
        return "; you gave yours"
    if stands.is_author:
        return "; you cannot give it: you wrote a commit in this run"
    if not stands.may:
        return "; you are not among those who can"
    if is_refused:
        return "; you cannot give it: your role is not enough here"
    return "; you can give it"


def _listed(names: Sequence[str]) -> str:
    if len(names) <= _MOST_NAMED:
        return " or ".join(names)
    return f"{', '.join(names[:_MOST_NAMED])} or {len(names) - _MOST_NAMED} others"


def waits(view: RunView) -> Iterator[str]:
    """What else than gates the run waits for."""
    run = view.snapshot.run
    if view.status.is_terminal:
        return
    if run.cancel_requested:
        yield "It is being cancelled: what is at work finishes, nothing new begins."
    if view.status is RunStatus.PLANNED:
        yield _planned(run)
    yield from _at_work(view)
    for unit in view.units:
        if unit.row.retry_at is not None and not unit.row.status.is_terminal:
            at = unit.row.retry_at.strftime("%H:%M:%S")
            yield f"{unit.row.unit}: {unit.row.reason or 'The state is locked.'} It is tried again at {at} UTC."


def _planned(run: Run) -> str:
    if run.kind is RunKind.DRIFT:
        return "It looked at what stands there, and applies nothing."
    if run.plan_only:
        return "The plans are made, to be looked at. They are not to be applied."
    return "The plans are made. They wait until somebody applies them, or a newer run takes their place."


def _at_work(view: RunView) -> Iterator[str]:
    busy = [attempt for attempt in view.snapshot.attempts.values() if attempt.status is AttemptStatus.RUNNING]
    queued = [attempt for attempt in view.snapshot.attempts.values() if attempt.status is AttemptStatus.QUEUED]
    for kind, doing in ((AttemptKind.PLAN, "planned"), (AttemptKind.APPLY, "applied")):
        count = sum(attempt.kind is kind for attempt in busy)
        if count:
            yield f"{plural(count, 'unit')} {'is' if count == 1 else 'are'} being {doing}."
    if queued:
        yield f"{plural(len(queued), 'unit')} {'waits' if len(queued) == 1 else 'wait'} for a worker."


def unit_waits(view: RunView, row: UnitRun) -> str:
    """What stands before the unit may be applied, "" when nothing of this run does."""
    if row.status.is_terminal or not view.snapshot.run.applies:
        return ""
    units = view.snapshot.units
    before = [path for path in row.waits_for if path in units and not units[path].status.is_done]
    if not before:
        return ""
    named = ", ".join(before[:_MOST_NAMED])
    rest = f" and {plural(len(before) - _MOST_NAMED, 'other')}" if len(before) > _MOST_NAMED else ""
    return f"waits for {named}{rest}"


def holds_in_words(gate: Gate) -> tuple[str, ...]:
    """Why the run holds; destroyed data first."""
    ordered = sorted(gate.holds, key=lambda hold: (hold.kind is not HoldKind.DATA, hold.unit or "", hold.detail))
    return tuple(f"{hold.unit}: {hold.detail}" if hold.unit else hold.detail for hold in ordered)

"""Statuses as they are shown: a shape, a word and a tone. The shape and the word say it; the tone only helps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from towpath.model.changes import Action
from towpath.model.plans import PlanCounts
from towpath.model.runs import AttemptKind, AttemptStatus, GateStatus, RunStatus, UnitRun, UnitStatus
from towpath.views.text import plural

__all__ = ["Counts", "Mark", "attempt_mark", "counts_of", "gate_mark", "run_mark", "unit_mark"]


@dataclass(frozen=True, slots=True)
class Mark:
    """`tone` is one of good, warn, bad, info, faint."""

    shape: str
    word: str
    tone: str


_RUNS: Final[Mapping[RunStatus, Mark]] = {
    RunStatus.PLANNED: Mark("planned", "planned", "good"),
    RunStatus.RUNNING: Mark("working", "running", "info"),
    RunStatus.WAITING: Mark("waiting", "waiting", "warn"),
    RunStatus.SUCCEEDED: Mark("done", "succeeded", "good"),
    RunStatus.HALTED: Mark("failed", "halted", "bad"),
    RunStatus.CANCELLED: Mark("cancelled", "cancelled", "faint"),
    RunStatus.SUPERSEDED: Mark("superseded", "superseded", "faint"),
}
_UNITS: Final[Mapping[UnitStatus, Mark]] = {
    UnitStatus.PENDING: Mark("pending", "pending", "faint"),
    UnitStatus.PLANNED: Mark("planned", "planned", "info"),
    UnitStatus.UNCHANGED: Mark("unchanged", "unchanged", "faint"),
    UnitStatus.APPLIED: Mark("done", "applied", "good"),
    UnitStatus.DESTROYED: Mark("destroyed", "destroyed", "good"),
    UnitStatus.FAILED: Mark("failed", "failed", "bad"),
    UnitStatus.SKIPPED: Mark("skipped", "skipped", "faint"),
    UnitStatus.HELD: Mark("held", "held", "warn"),
    UnitStatus.DRIFTED: Mark("warning", "drifted", "warn"),
}
_GATES: Final[Mapping[GateStatus, Mark]] = {
    GateStatus.OPEN: Mark("waiting", "waiting", "warn"),
    GateStatus.PASSED: Mark("done", "passed", "good"),
    GateStatus.REJECTED: Mark("failed", "rejected", "bad"),
    GateStatus.VOID: Mark("skipped", "void", "faint"),
}
_ATTEMPTS: Final[Mapping[AttemptStatus, Mark]] = {
    AttemptStatus.QUEUED: Mark("pending", "queued", "faint"),
    AttemptStatus.RUNNING: Mark("working", "running", "info"),
    AttemptStatus.PLANNED: Mark("planned", "planned", "good"),
    AttemptStatus.APPLIED: Mark("done", "applied", "good"),
    AttemptStatus.FAILED: Mark("failed", "failed", "bad"),
    AttemptStatus.STALE: Mark("skipped", "the state had moved on", "warn"),
    AttemptStatus.LOCKED: Mark("waiting", "the state was locked", "warn"),
    AttemptStatus.INTERRUPTED: Mark("cancelled", "interrupted", "warn"),
    AttemptStatus.UNKNOWN: Mark("warning", "its process died", "warn"),
    AttemptStatus.DROPPED: Mark("skipped", "never began", "faint"),
}


def run_mark(status: RunStatus) -> Mark:
    return _RUNS[status]


def gate_mark(status: GateStatus) -> Mark:
    return _GATES[status]


def attempt_mark(status: AttemptStatus) -> Mark:
    return _ATTEMPTS[status]


def unit_mark(unit: UnitRun, at_work: AttemptKind | None = None) -> Mark:
    """`at_work` is what is being attempted at this moment, if anything is."""
    if at_work is None:
        return _UNITS[unit.status]
    if at_work is AttemptKind.PLAN:
        return Mark("working", "planning", "info")
    return Mark("working", "destroying" if unit.action is Action.DESTROY else "applying", "info")


@dataclass(frozen=True, slots=True)
class Counts:
    """`parts` are (kind, sign, number) to be seen, `words` to be heard."""

    parts: tuple[tuple[str, str, int], ...]
    words: str


def counts_of(counts: PlanCounts | None) -> Counts | None:
    if counts is None:
        return None
    parts = [("add", "+", counts.add), ("change", "~", counts.change), ("destroy", "\u2212", counts.destroy)]
    if counts.replace:
        parts.append(("replace", "±", counts.replace))
    return Counts(tuple(parts), _words(counts))


def _words(counts: PlanCounts) -> str:
    named = (
        (counts.add, "to add"),
        (counts.change, "to change"),
        (counts.destroy, "to destroy"),
        (counts.replace, "to replace"),
    )
    said = [f"{plural(number, 'resource')} {verb}" for number, verb in named if number]
    return ", ".join(said) or "nothing to change"

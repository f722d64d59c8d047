"""What a run asks to be done to one unit, as request and result pairs.

`runs` decides; a `Workbench` does. The workbench evaluates the unit for real, gets its credentials, and lets an engine
plan or apply it through a runner. Each call blocks until the engine's process is gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from towpath.model.changes import Action
from towpath.model.commands import Cancellation, LogSink
from towpath.model.paths import UnitPath
from towpath.model.plans import Plan
from towpath.problems import Problem

__all__ = ["ApplyJob", "ApplyOutcome", "ApplyReport", "PlanFiles", "PlanJob", "PlanReport", "Reality", "Workbench"]


@dataclass(frozen=True, slots=True)
class PlanJob:
    """Plan one unit at `commit`. `pending` are the units whose outputs are not final yet, because this run is still to
    apply them: what is read from them may be mocked, and then the plan is provisional.
    """

    run: str
    unit: UnitPath
    commit: str
    fingerprint: str
    action: Action
    pending: frozenset[UnitPath] = frozenset()


@dataclass(frozen=True, slots=True)
class PlanReport:
    """`plan` is None when planning failed (then `problems` says why) or was interrupted."""

    plan: Plan | None
    problems: tuple[Problem, ...] = ()
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class ApplyJob:
    """Apply exactly the plan file that `plan.binding.digest` names."""

    run: str
    unit: UnitPath
    commit: str
    action: Action
    plan: Plan


class ApplyOutcome(StrEnum):
    """How an apply ended. STALE: the state moved on since the plan was made, nothing was done. LOCKED: somebody else
    holds the state's lock, nothing was done. INTERRUPTED: asked to stop; part of it may have been done.
    """

    APPLIED = "applied"
    FAILED = "failed"
    STALE = "stale"
    LOCKED = "locked"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """`outputs` maps each output's name to `sha256:` of its canonical JSON after the apply (never the value itself)."""

    outcome: ApplyOutcome
    outputs: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Reality:
    """What the unit's state says now, looked at before an attempt whose predecessor's end is unknown.

    `matches_plan` tells that lineage and serial are still those the plan was bound to: it was not applied.
    `locked_by` describes the state lock's holder, None when nobody holds it.
    """

    matches_plan: bool
    locked_by: str | None = None


class Workbench(Protocol):
    """Does the work on one unit. Expected failures come back in the report, never as exceptions."""

    def plan(self, job: PlanJob, log: LogSink, cancellation: Cancellation) -> PlanReport: ...

    def apply(self, job: ApplyJob, log: LogSink, cancellation: Cancellation) -> ApplyReport: ...

    def reality(self, job: ApplyJob, cancellation: Cancellation) -> Reality: ...

    def outputs(self, job: PlanJob) -> Mapping[str, str]:
        """The outputs as they stand in its state, name to `sha256:` of the canonical JSON; empty without state."""
        ...


class PlanFiles(Protocol):
    """Keeps plan files, encrypted at rest. `get` raises `ProblemError` (`plan-file-missing`, `plan-file-damaged`) when
    the digest is unknown, or what is stored does not match it."""

    def put(self, content: bytes) -> str:
        """Stores the bytes; returns their digest, `sha256:…`."""
        ...

    def get(self, digest: str) -> bytes: ...

    def delete(self, digest: str) -> None: ...

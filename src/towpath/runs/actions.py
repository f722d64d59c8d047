"""What `advance` may decide. Each action is a value; `evolve` says what it does to the rows."""

from __future__ import annotations

from dataclasses import dataclass

from towpath.model.gates import GateSpec, Hold
from towpath.model.paths import UnitPath
from towpath.model.runs import RunStatus
from towpath.problems import Problem

__all__ = [
    "Action",
    "Clear",
    "Fail",
    "Join",
    "OpenGate",
    "PassGate",
    "SetStatus",
    "Skip",
    "StartApply",
    "StartPlan",
    "TakeResult",
    "Unchanged",
    "VoidGate",
]


@dataclass(frozen=True, slots=True)
class TakeResult:
    """Deal with the end of an attempt."""

    attempt: str


@dataclass(frozen=True, slots=True)
class StartPlan:
    """Plan the unit; `pending` are the units whose outputs are not final yet."""

    unit: UnitPath
    pending: tuple[UnitPath, ...] = ()


@dataclass(frozen=True, slots=True)
class StartApply:
    """Apply the unit's plan; with `look_first` only if reality shows that it was not applied yet."""

    unit: UnitPath
    look_first: bool = False


@dataclass(frozen=True, slots=True)
class Unchanged:
    """There is nothing to apply: the unit is as its commit says."""

    unit: UnitPath


@dataclass(frozen=True, slots=True)
class Fail:
    """The unit cannot be worked on."""

    unit: UnitPath
    problem: Problem


@dataclass(frozen=True, slots=True)
class Skip:
    """The unit will not be worked on, for a reason in words."""

    unit: UnitPath
    reason: str


@dataclass(frozen=True, slots=True)
class Join:
    """A unit that may follow follows: these upstreams changed these outputs."""

    unit: UnitPath
    changed: tuple[tuple[UnitPath, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class OpenGate:
    """Ask for approval of the latest plans of these units. Without an environment in `spec` it is a hold."""

    tier: int
    spec: GateSpec | None
    units: tuple[UnitPath, ...]
    holds: tuple[Hold, ...] = ()


@dataclass(frozen=True, slots=True)
class PassGate:
    """Enough people said yes."""

    gate: str


@dataclass(frozen=True, slots=True)
class VoidGate:
    """What it asks for is no longer the question."""

    gate: str


@dataclass(frozen=True, slots=True)
class Clear:
    """The unit's latest plan may be applied."""

    unit: UnitPath


@dataclass(frozen=True, slots=True)
class SetStatus:
    """The run stands like this now, for a reason in words."""

    status: RunStatus
    reason: str | None = None


Action = (
    TakeResult
    | StartPlan
    | StartApply
    | Unchanged
    | Fail
    | Skip
    | Join
    | OpenGate
    | PassGate
    | VoidGate
    | Clear
    | SetStatus
)

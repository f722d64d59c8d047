"""What there is to see of one repository or many: runs, units, what stands where, what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from towpath.model.ledger import LedgerEntry
from towpath.model.listing import PastUnitRun
from towpath.model.paths import UnitPath
from towpath.model.plans import Plan
from towpath.model.runs import Attempt, Run, UnitRun
from towpath.model.watching import Drift
from towpath.runs import RunView

__all__ = ["LogPart", "SeenRun", "SeenUnitRun", "Standing"]


@dataclass(frozen=True, slots=True)
class SeenRun:
    """A run, at the moment when `event` was the last that had been told. `newer` are runs of the same repository that
    take its place as soon as they go on; `older` are those whose place it takes.
    """

    repository: str
    view: RunView
    event: int
    newer: tuple[Run, ...] = ()
    older: tuple[Run, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenUnitRun:
    """One unit's part of a run, with its latest plan in full (None when it was not planned) and every attempt."""

    repository: str
    view: RunView
    event: int
    row: UnitRun
    plan: Plan | None
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class LogPart:
    """Lines of a log. `is_whole` is False where there are lines before them; `next` is where reading goes on."""

    lines: tuple[str, ...]
    next: int
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands where in one repository: the ledger, the latest thing that a run did to each unit, and the units that
    are not any more as they were applied."""

    repository: str
    ledger: Mapping[UnitPath, LedgerEntry]
    latest: Mapping[UnitPath, PastUnitRun]
    drifts: Mapping[UnitPath, Drift] = field(default_factory=dict)

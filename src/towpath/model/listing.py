"""Lists of runs and of what happened to units: what is asked for, and one page of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from towpath.model.runs import Run, RunStatus, UnitRun, UnitStatus

__all__ = ["MOST_PAST", "ListedRun", "PastUnitRun", "RunsPage", "RunsRequest", "TierCount"]

MOST_PAST = 50
"""How many runs a page of a unit's past has."""


@dataclass(frozen=True, slots=True)
class RunsRequest:
    """Which runs. `repositories` are those to look in. `author` is a whole address; `text` stands somewhere in a
    branch, in a commit's id or first line, or at the beginning of the run's id; both without regard to case. `before`
    is where the page before ended; `most` how many runs a page has.
    """

    repositories: tuple[str, ...]
    status: RunStatus | None = None
    author: str = ""
    text: str = ""
    before: int | None = None
    most: int = 50


@dataclass(frozen=True, slots=True)
class TierCount:
    """How many units of a tier stand where."""

    tier: int
    accounts: tuple[str, ...]
    units: Mapping[UnitStatus, int]

    @property
    def total(self) -> int:
        return sum(self.units.values())

    @property
    def done(self) -> int:
        return sum(count for status, count in self.units.items() if status.is_done)


@dataclass(frozen=True, slots=True)
class ListedRun:
    """A run in a list. `ordinal` grows from run to run of the whole database."""

    repository: str
    ordinal: int
    run: Run
    tiers: tuple[TierCount, ...] = ()


@dataclass(frozen=True, slots=True)
class RunsPage:
    """Runs, newest first. `older` is what to ask for as `before` to see more; None at the end."""

    runs: tuple[ListedRun, ...]
    older: int | None = None


@dataclass(frozen=True, slots=True)
class PastUnitRun:
    """What one run did to one unit."""

    ordinal: int
    run: Run
    unit: UnitRun

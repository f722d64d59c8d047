"""Repositories that are watched: where their branches stand, what came there and which run carried it, what drifted.

Each noun here is a row of the store. A row is never changed in place: the next state is a new value.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum

from towpath.model.paths import UnitPath
from towpath.model.plans import PlanCounts
from towpath.problems import Problem

__all__ = ["Arrival", "Drift", "Head", "Outcome", "Schedule", "Watch"]


@dataclass(frozen=True, slots=True)
class Watch:
    """One repository that is looked at from time to time.

    `next_at` is when the next look is due; whoever takes it moves it on, and `taken` counts that, so that what a
    process found out which slept for long is not written over what another one found. `failures` counts looks in a row
    that failed, with the `problem` of the last one. `changed_at` is when something new was seen last.
    """

    repository: str
    next_at: datetime.datetime
    taken: int = 0
    failures: int = 0
    problem: Problem | None = None
    looked_at: datetime.datetime | None = None
    changed_at: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """One branch or tag that is watched, by its full name.

    `standing` is what the remote said last: an object id. `commit` is the commit that was fetched for it, `settled` the
    last one of which it was decided what follows from it; as long as they differ something is to be decided. `run` is
    the run that was started last for it, `problem` why the commit could not be planned.
    """

    ref: str
    standing: str
    commit: str
    settled: str | None = None
    run: str | None = None
    problem: Problem | None = None

    @property
    def is_settled(self) -> bool:
        return self.commit == self.settled


class Outcome(StrEnum):
    """What became of a commit that came to the deploy branch.

    `waiting`: for the end of a run that is at work, or for somebody to look. `broken`: its configuration cannot be
    read; the next commit may mend that. `carried`: by a run. `nothing`: what it brought differs in nothing from what is
    applied. `gone`: the branch was rewritten without it before it was planned.
    """

    WAITING = "waiting"
    BROKEN = "broken"
    CARRIED = "carried"
    NOTHING = "nothing"
    GONE = "gone"

    @property
    def is_open(self) -> bool:
        return self in (Outcome.WAITING, Outcome.BROKEN)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A commit that came to the deploy branch, and what became of it. `run` is the one that carried it."""

    commit: str
    seen_at: datetime.datetime
    outcome: Outcome = Outcome.WAITING
    run: str | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a repository is looked at for drift. `run` is the run that was started last."""

    repository: str
    name: str
    next_at: datetime.datetime
    run: str | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Drift:
    """A unit that is not any more as it was applied. `since` is when that was found first, `at` when last and by which
    run; `commit` is what it was compared with, `counts` what applying that again would do."""

    unit: UnitPath
    since: datetime.datetime
    at: datetime.datetime
    run: str
    commit: str
    counts: PlanCounts

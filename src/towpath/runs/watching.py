"""What follows from where a branch stands: pure decisions of whoever watches repositories.

1. A head is settled once it was decided what follows from its commit; nothing is decided twice.
2. While a run is at work that applies, later commits of the deploy branch wait; what they bring is part of the next
   run, since that compares with what is applied then. A run that rests does not keep anybody waiting: it gives way.
3. Another branch waits for nothing but its own last plan.
4. Of a commit whose configuration is broken the head keeps the problem; the next commit is looked at again.
5. Every commit that came is accounted for: carried by a run, found to change nothing, or gone with a rewritten branch.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from enum import StrEnum

from towpath.model.runs import Run, RunStatus
from towpath.model.watching import Arrival, Head, Outcome, Watch
from towpath.problems import Problem

__all__ = ["Next", "accounted", "failed", "looked", "settled", "what_next"]

_LONGEST = 3600
"""Seconds between two looks at a remote that cannot be reached, at most; its own interval, where that is longer."""
_QUIET = ((24 * 3600, 4), (3600, 2))
"""For so many seconds nothing came: looks are so many times rarer, but not rarer than `_QUIETEST` for that alone."""
_QUIETEST = 300


class Next(StrEnum):
    """`rest`: there is nothing to decide. `wait`: a run is at work. `look`: what differs has to be found out."""

    REST = "rest"
    WAIT = "wait"
    LOOK = "look"


def what_next(head: Head, open_runs: Iterable[Run], *, deploys: bool) -> Next:
    """What follows for a head, given the runs of its repository that have not ended."""
    if head.is_settled:
        return Next.REST
    at_work = [run for run in open_runs if run.status is RunStatus.RUNNING]
    waits_for = [run for run in at_work if (run.applies if deploys else run.id == head.run)]
    return Next.WAIT if waits_for else Next.LOOK


def accounted(
    arrivals: Sequence[Arrival], head: str, is_on: Callable[[str], bool], outcome: Outcome, run: str | None = None
) -> tuple[Arrival, ...]:
    """The open arrivals that change, once `outcome` was decided of the head's commit: what one commit brings that
    differs is all that came up to it. A broken one says nothing of those before it. `is_on` tells whether a commit is
    on the branch.
    """
    changed = []
    for arrival in arrivals:
        if not is_on(arrival.commit):
            changed.append(replace(arrival, outcome=Outcome.GONE))
        elif outcome is not Outcome.BROKEN or arrival.commit == head:
            changed.append(replace(arrival, outcome=outcome, run=run))
    return tuple(changed)


def settled(head: Head, run: str | None, problem: Problem | None = None) -> Head:
    """The head once it was decided what follows from its commit; it keeps its last run where none began."""
    return replace(head, settled=head.commit, run=run or head.run, problem=problem)


def looked(watch: Watch, interval: int, now: datetime.datetime, *, changed: bool) -> Watch:
    """The watch after a look that went well, with the time of the next one. `interval` is in seconds."""
    changed_at = now if changed or watch.changed_at is None else watch.changed_at
    quiet = (now - changed_at).total_seconds()
    factor = next((factor for seconds, factor in _QUIET if quiet >= seconds), 1)
    pause = max(interval, min(interval * factor, _QUIETEST))
    return replace(
        watch, next_at=_later(watch, now, pause), failures=0, problem=None, looked_at=now, changed_at=changed_at
    )


def failed(watch: Watch, interval: int, now: datetime.datetime, problem: Problem) -> Watch:
    """The watch after a look that failed: the next one comes later with each failure."""
    failures = watch.failures + 1
    pause = min(interval * 2 ** min(failures, 16), max(interval, _LONGEST))
    return replace(watch, next_at=_later(watch, now, pause), failures=failures, problem=problem, looked_at=now)


def _later(watch: Watch, now: datetime.datetime, pause: float) -> datetime.datetime:
    """A tenth earlier or later, other for each repository and look, so that they do not all come at once."""
    digest = hashlib.sha256(f"{watch.repository} {watch.taken}".encode()).digest()
    fraction = int.from_bytes(digest[:4], "big") / 2**32
    return now + datetime.timedelta(seconds=pause * (0.9 + 0.2 * fraction))

"""What happens to the attempts of a process that died."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from towpath.model.events import Event, EventKind
from towpath.model.runs import Attempt, AttemptStatus, Snapshot
from towpath.runs.changing import Changes
from towpath.runs.telling import attempt_event
from towpath.stores import RunTransaction

__all__ = ["Burial"]


@dataclass(frozen=True, slots=True)
class Burial:
    """Gives up attempts on behalf of somebody who died. Whatever still comes from there is refused: its fence is past.

    An attempt that had begun ended unknown: the next one looks at reality first. One that was queued never began.
    """

    changes: Changes
    transaction: RunTransaction

    def give_up(self, attempt: Attempt) -> Snapshot:
        """Writes it, and decides nothing: that is for whoever drives the run."""
        before, after, events = self._given_up(attempt)
        return self.changes.keep(self.transaction, before, after, events)

    def give_up_and_go_on(self, attempts: Collection[Attempt]) -> None:
        """Writes them, and goes on from there."""
        for attempt in attempts:
            before, after, events = self._given_up(attempt)
            self.changes.settle(self.transaction, before, after, events)

    def _given_up(self, attempt: Attempt) -> tuple[Snapshot, Snapshot, list[Event]]:
        now = self.changes.now()
        begun = attempt.status is AttemptStatus.RUNNING
        before = self.changes.load(self.transaction, attempt.run)
        ended = replace(attempt, status=AttemptStatus.UNKNOWN if begun else AttemptStatus.DROPPED, finished_at=now)
        self.transaction.free_lock(attempt)
        events = [attempt_event(EventKind.ATTEMPT_FINISHED, ended, now)]
        if begun:
            events.insert(0, Event(0, attempt.run, now, EventKind.WORKER_LOST, None, {"worker": attempt.worker}))
        return before, replace(before, attempts={**before.attempts, ended.id: ended}), events

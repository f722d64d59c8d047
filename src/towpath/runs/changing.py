"""The thin shell around `advance`: load, decide, write, tell, all in one transaction; then enqueue."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial

from towpath.model.events import Event
from towpath.model.runs import RunStatus, Snapshot
from towpath.problems import Problem, ProblemError
from towpath.runs.calendar import ALWAYS, Calendar
from towpath.runs.carrying import Queue
from towpath.runs.evolve import settle
from towpath.runs.telling import events_of
from towpath.stores import RunStore, RunTransaction
from towpath.system import Clock

__all__ = ["Changes", "no_such_run"]


class Changes:
    """Changes the rows of runs. Without a carrier, nothing may be decided that must be carried out."""

    def __init__(
        self, store: RunStore, clock: Clock, carrier: Queue | None = None, calendar: Calendar = ALWAYS
    ) -> None:
        self._store = store
        self._clock = clock
        self._carrier = carrier
        self._calendar = calendar
        self._decided: tuple[str, int] | None = None

    def now(self) -> datetime.datetime:
        return self._clock.now()

    def transaction(self) -> AbstractContextManager[RunTransaction]:
        return self._store.transaction()

    def load(self, transaction: RunTransaction, run: str) -> Snapshot:
        snapshot = transaction.snapshot(run)
        if snapshot is None:
            raise ProblemError(no_such_run(run))
        return snapshot

    def advance(self, run: str, *, again: bool = True) -> Snapshot:
        """Decides whatever can be decided now; unless `again`, only if something changed since it was decided last."""
        with self.transaction() as transaction:
            before = self.load(transaction, run)
            if not again and self._decided == (run, before.run.version):
                return before
            return self.settle(transaction, before)

    def settle(
        self,
        transaction: RunTransaction,
        before: Snapshot,
        changed: Snapshot | None = None,
        events: Iterable[Event] = (),
    ) -> Snapshot:
        """Goes on from `changed` until nothing is left to decide; writes what differs from `before`, which was read in
        this transaction. `events` tell what changed before anything was decided.
        """
        now = self._clock.now()
        settled = settle(changed or before, now, self._calendar)
        steps = (before, *settled.steps) if changed else settled.steps
        after = self._write(transaction, before, settled.snapshot, [*events, *events_of(steps, now)])
        self._decided = (after.run.id, after.run.version)
        transaction.write_ledger(settled.ledger)
        transaction.write_drift(settled.drift)
        self._enqueue(transaction, [attempt.id for attempt in settled.queued])
        return after

    def keep(
        self, transaction: RunTransaction, before: Snapshot, after: Snapshot, events: Iterable[Event] = ()
    ) -> Snapshot:
        """Writes what differs and decides nothing: that is for whoever drives the run."""
        told = [*events, *events_of((before, after), self._clock.now())]
        return self._write(transaction, before, after, told)

    def note(self, transaction: RunTransaction, before: Snapshot, after: Snapshot, event: Event) -> Snapshot:
        """Writes what differs where nothing follows from it: there is no more to decide than before."""
        was_decided = self._decided == (before.run.id, before.run.version)
        written = self._write(transaction, before, after, [event])
        if was_decided:
            self._decided = (written.run.id, written.run.version)
        return written

    def _write(
        self, transaction: RunTransaction, before: Snapshot, after: Snapshot, events: Sequence[Event]
    ) -> Snapshot:
        if after == before and not events:
            return before
        after = replace(after, run=replace(after.run, version=before.run.version + 1))
        transaction.save(before, after, events)
        if before.run.status is RunStatus.RUNNING and after.run.status is not RunStatus.RUNNING:
            # Commits may have waited for this run.
            transaction.hurry_watch(self._clock.now())
        return after

    def _enqueue(self, transaction: RunTransaction, attempts: Sequence[str]) -> None:
        if attempts and self._carrier is None:
            raise ValueError(f"nobody is there to carry out {attempts[0]}")
        if attempts and self._carrier is not None:
            transaction.afterwards(partial(self._carrier.enqueue, attempts))


def no_such_run(run: str) -> Problem:
    return Problem("no-such-run", "There is no such run", f"No run {run} is kept.", hint="`towpath runs` lists them.")

"""Driving a run in this process: lock, lease, carrier, and the loop around `advance`."""

from __future__ import annotations

import contextlib
import datetime
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from towpath.model.commands import Cancellation
from towpath.model.events import Event, EventKind
from towpath.model.paths import UnitPath
from towpath.model.runs import RunStatus, Snapshot, Worker
from towpath.model.work import Workbench
from towpath.problems import Problem, ProblemError
from towpath.runs.burying import Burial
from towpath.runs.carrying import Carrier, Carriers
from towpath.runs.changing import Changes
from towpath.runs.lease import WorkerLease
from towpath.runs.superseding import take_place
from towpath.runs.telling import stop_requested
from towpath.runs.work import AttemptWork, WorkHooks
from towpath.runs.workbench.leftovers import remove_leftovers, remove_old_work
from towpath.stores import Holder, RunTransaction, State, WorkQueue

__all__ = ["Driver", "Watcher"]

LOOK_SECONDS = 0.125
"""How often to look whether there is news to tell, somebody else changed the run, or the lock is free."""


class Watcher(Protocol):
    """Sees a run go on. `event` is called in the thread that drives, `line` in others as well."""

    def event(self, event: Event) -> None: ...

    def line(self, unit: UnitPath, text: str) -> None: ...


@dataclass(frozen=True)
class Driver:
    """Drives one run until it rests. At most one process does so on one state folder; others wait for it."""

    state: State
    workbench: Workbench
    carriers: Carriers
    run: str
    cancellation: Cancellation
    watcher: Watcher | None = None

    def drive(self) -> None:
        """Returns when the run has ended, waits for a person, or was halted, and nothing of it is at work.

        Raises `ProblemError` with `state-in-use` when asked to stop while another process had the state, and as the
        stores do.
        """
        with self._locked(), self._enrolled() as (worker, lease):
            with self._plain().transaction() as transaction:
                self._bury_the_dead(transaction)
                take_place(self._plain(), transaction, self.run)
            remove_old_work(self.state.folder, self.state.clock.now().timestamp())
            self._carry(worker, lease)
            self._tidy()

    def _tidy(self) -> None:
        """The lock is held and nothing is at work: what only a killed process can have left goes."""
        with self.state.runs.transaction() as transaction:
            open_runs = transaction.open_runs()
            commits = {
                unit.commit for run in open_runs for unit in self._plain().load(transaction, run.id).units.values()
            }
        remove_leftovers(self.state.folder, commits, self.state.clock.now().timestamp())

    def _plain(self) -> Changes:
        return Changes(self.state.runs, self.state.clock)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        lock = self.state.lock()
        told: Holder | None = None
        while not lock.try_take(self.run):
            holder = lock.holder()
            if holder is not None and holder != told:
                self._tell_queued(holder)
                told = holder
            if self.cancellation.wait(0, LOOK_SECONDS) > 0:
                raise ProblemError(_in_use(holder, self.run))
        try:
            yield
        finally:
            lock.release()

    def _tell_queued(self, holder: Holder) -> None:
        if self.watcher is not None:
            data = {"run": holder.run, "pid": holder.pid, "host": holder.host}
            self.watcher.event(Event(0, self.run, self.state.clock.now(), EventKind.QUEUED_BEHIND, None, data))

    @contextlib.contextmanager
    def _enrolled(self) -> Iterator[tuple[Worker, WorkerLease]]:
        now = self.state.clock.now()
        worker = Worker(self.state.ids.short(), os.getpid(), self.state.host, now, now, True, self.run)
        queue = WorkQueue(self.state.database, self.state.clock)
        lease = WorkerLease(queue, worker, self.state.clock)
        lease.start()
        queue.bury_others(worker)
        try:
            yield worker, lease
        finally:
            lease.give_back()

    def _bury_the_dead(self, transaction: RunTransaction) -> None:
        """Whoever drove before is dead, since the lock is ours: what it had begun ended unknown, what it had queued
        never began, and the runs it drove are halted.
        """
        now = self.state.clock.now()
        for attempt in transaction.active_attempts():
            Burial(self._plain(), transaction).give_up(attempt)
        for run in transaction.open_runs():
            if run.id != self.run and run.status is RunStatus.RUNNING:
                before = self._plain().load(transaction, run.id)
                reason = "The process that drove it ended."
                halted = replace(run, status=RunStatus.HALTED, reason=reason, finished_at=now)
                self._plain().keep(transaction, before, replace(before, run=halted))

    def _carry(self, worker: Worker, lease: WorkerLease) -> None:
        with self.state.runs.transaction() as transaction:
            settings = self._plain().load(transaction, self.run).run.settings
        carrier = self.carriers.open(worker.id, settings.parallelism)
        changes = Changes(self.state.runs, self.state.clock, carrier)
        work = AttemptWork(self.state, self.workbench, changes, worker.id, self.cancellation, WorkHooks(self.watcher))
        teller = _Teller(self.state, self.run, self.watcher)
        carrier.start(work.carry_out)
        try:
            self._loop(changes, carrier, teller, lease)
        finally:
            carrier.close()
            teller.tell()

    def _loop(self, changes: Changes, carrier: Carrier, teller: _Teller, lease: WorkerLease) -> None:
        seen: int | None = None
        while True:
            self._pass_on_stop(changes)
            if self.state.runs.version(self.run) != seen or teller.wake_is_due():
                snapshot = changes.advance(self.run, again=teller.wake_is_due())
                seen = snapshot.run.version
                teller.tell(snapshot)
                if _rests(snapshot):
                    return
            if lease.is_lost:
                raise ProblemError(_declared_dead(self.run))
            carrier.wait(teller.pause())

    def _pass_on_stop(self, changes: Changes) -> None:
        """Ctrl-C is written down, so that nothing more begins; whoever works hears of it from the cancellation."""
        if self.cancellation.level() == 0:
            return
        with changes.transaction() as transaction:
            before = changes.load(transaction, self.run)
            if before.run.status is RunStatus.RUNNING and not before.run.stopping:
                stopping = replace(before, run=replace(before.run, stopping=True))
                event = stop_requested(self.run, "interrupted", self.state.clock.now())
                changes.keep(transaction, before, stopping, [event])


class _Teller:
    """Passes new events on to the watcher, and knows when a state lock is to be tried again."""

    def __init__(self, state: State, run: str, watcher: Watcher | None) -> None:
        self._state = state
        self._run = run
        self._watcher = watcher
        self._last = max((event.sequence for event in state.runs.events(run)), default=0)
        self._wake: datetime.datetime | None = None

    def tell(self, snapshot: Snapshot | None = None) -> None:
        if snapshot is not None:
            open_units = (unit for unit in snapshot.units.values() if not unit.status.is_terminal)
            self._wake = min((unit.retry_at for unit in open_units if unit.retry_at is not None), default=None)
        for event in self._state.runs.events(self._run, self._last):
            self._last = event.sequence
            if self._watcher is not None:
                self._watcher.event(event)

    def wake_is_due(self) -> bool:
        return self._wake is not None and self._wake <= self._state.clock.now()

    def pause(self) -> float:
        """Seconds until the next look."""
        if self._wake is None:
            return LOOK_SECONDS
        return min(LOOK_SECONDS, max(0.0, (self._wake - self._state.clock.now()).total_seconds()))


def _rests(snapshot: Snapshot) -> bool:
    busy = any(attempt.status.is_active for attempt in snapshot.attempts.values())
    return snapshot.run.status is not RunStatus.RUNNING and not busy


def _in_use(holder: Holder | None, run: str) -> Problem:
    who = f"Process {holder.pid} on {holder.host} works on run {holder.run}" if holder else "Another process works"
    detail = f"{who} with the same state. Run {run} was not begun."
    return Problem("state-in-use", "The state is in use", detail, hint=f"When it is done: `towpath resume {run}`.")


def _declared_dead(run: str) -> Problem:
    detail = f"This process was declared dead while it drove run {run}; what it does is no longer recorded."
    return Problem("lease-lost", "The lease was lost", detail, hint=f"`towpath resume {run}` goes on.")

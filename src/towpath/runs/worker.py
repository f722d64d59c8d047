"""A process's share in the work on all runs of a database.

1. It enters itself with a lease, and renews it. Whoever does not renew in time counts as dead after a grace; any worker
   buries them and gives up their attempts, so that others go on.
2. It looks at each open run whose rows changed since it looked last, or for which a time has come, and lets `advance`
   decide. Deciding twice does no harm: the second one finds nothing to decide.
3. It begins attempts that are queued, those of the oldest runs first, as many as it has room for and the limits admit.
4. Asked to stop it begins nothing more and waits for what it has begun. Asked again, it interrupts; then it kills.
5. What was done is recorded even if the database is away for a while: as long as the lease stands, nobody else takes
   the attempt over. When the lease is lost, its guards stop what runs, and its ends are refused.
"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from towpath.model.commands import Cancellation
from towpath.model.runs import AttemptStatus, GateStatus, RunStatus, Snapshot, Worker
from towpath.model.work import Workbench
from towpath.problems import Problem, ProblemError
from towpath.runs.admission import Limits
from towpath.runs.burying import Burial
from towpath.runs.calendar import ALWAYS, Calendar
from towpath.runs.carrying import Carrier, Carriers, LeftInRows
from towpath.runs.changing import Changes
from towpath.runs.lease import LEASE_SECONDS, WorkerLease
from towpath.runs.plan_files import forget_plan_files
from towpath.runs.superseding import take_place
from towpath.runs.work import AttemptWork, WorkHooks
from towpath.stores import OpenRun, QueuedAttempt, State, WorkQueue
from towpath.system import Clock

__all__ = ["Place", "RunWorker", "WorkerSettings", "WorkerWatcher", "Workshop"]

GRACE_SECONDS = 60.0
"""How long after the end of its lease a worker counts as dead. Longer than its guards take to stop what it began."""
LOOK_SECONDS = 1.0
"""How often to look whether other processes left something to do."""
AGAIN_SECONDS = 60.0
"""How often every open run is looked at although its rows did not change."""
FORGET_SECONDS = 7 * 24 * 3600.0
"""How long the rows of dead workers are kept for those who want to know."""


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """`room` is how many units this process works on at once; `limits` are those of all processes together."""

    room: int = 4
    limits: Limits = field(default_factory=Limits)
    lease_seconds: float = LEASE_SECONDS
    grace_seconds: float = GRACE_SECONDS
    look_seconds: float = LOOK_SECONDS


@dataclass(frozen=True, slots=True)
class Place:
    """One repository as a worker needs it."""

    state: State
    workbench: Workbench
    calendar: Calendar = ALWAYS


class WorkerWatcher:
    """Hears what a worker meets. Does nothing; made to be overridden."""

    def entered(self, worker: Worker, lease: WorkerLease) -> None: ...

    def buried(self, worker: Worker) -> None: ...

    def trouble(self, problem: Problem) -> None: ...


@dataclass(frozen=True, slots=True)
class Workshop:
    """All that the workers of one process share. `places` are the repositories, by name."""

    places: Mapping[str, Place]
    queue: WorkQueue
    carriers: Carriers
    clock: Clock
    settings: WorkerSettings = field(default_factory=WorkerSettings)
    watcher: WorkerWatcher = field(default_factory=WorkerWatcher)


class RunWorker:
    """Works under one lease until it is asked to stop."""

    def __init__(self, shop: Workshop, me: Worker, stop: Cancellation) -> None:
        self._shop = shop
        self._me = me
        self._stop = stop
        self._lease = WorkerLease(shop.queue, me, shop.clock, shop.settings.lease_seconds)
        hooks = WorkHooks(limits=shop.settings.limits, insist=self._insist)
        self._desks = {name: _Desk(place, me, _Drain(stop), hooks) for name, place in shop.places.items()}
        self._room = _Room()
        self._settled_doubts = 0
        self._watch = _Watch()

    def work(self, *, alone: bool = False) -> None:
        """Blocks until `stop` was asked for and nothing is at work. `alone`: no other process has the database, so that
        all others in it are dead.

        Raises `ProblemError` with `lease-lost` when somebody declared this worker dead, and as the stores do when they
        cannot be reached in the beginning.
        """
        self._lease.start()
        self._shop.watcher.entered(self._me, self._lease)
        carrier = self._shop.carriers.open(self._me.id, self._shop.settings.room)
        carrier.start(self._carry_out)
        try:
            if alone:
                self._shop.queue.bury_others(self._me)
            while not (self._stop.level() > 0 and self._room.is_empty):
                if self._lease.is_lost:
                    raise ProblemError(_declared_dead(self._me))
                self._turn(carrier)
                carrier.wait(self._shop.settings.look_seconds)
        finally:
            carrier.close()
            self._lease.give_back()

    def _turn(self, carrier: Carrier) -> None:
        """One look at everything. What keeps it from looking is told, and tried again at the next turn."""
        try:
            self._reap()
            self._decide()
            if self._stop.level() == 0:
                self._begin(carrier)
        except ProblemError as error:
            for problem in error.problems:
                self._shop.watcher.trouble(problem)

    def _reap(self) -> None:
        for worker in self._shop.queue.bury_late(self._shop.settings.grace_seconds):
            self._shop.watcher.buried(worker)
        for orphan in self._shop.queue.orphaned():
            self._give_up(orphan)
        self._reap_own()

    def _reap_own(self) -> None:
        """What this worker has begun, as far as the rows say, and nobody is at work on: a transaction whose connection
        was lost while it committed may have been committed, and an end that could not be recorded was given up.
        """
        doubts = self._room.doubts
        if doubts > self._settled_doubts:
            for item in self._shop.queue.running_on(self._me.id):
                if not self._room.holds(item):
                    self._give_up(item)
            self._settled_doubts = doubts

    def _give_up(self, orphan: QueuedAttempt) -> None:
        if orphan.repository in self._desks:
            self._desks[orphan.repository].give_up(orphan)

    def _decide(self) -> None:
        now, steady = self._shop.clock.now(), self._shop.clock.steady()
        last = self._shop.queue.last_event()
        if not self._watch.is_due(last, now, steady):
            return
        for run in self._shop.queue.open_runs():
            if run.repository in self._desks and self._watch.wants(run, now):
                snapshot = self._desks[run.repository].advance(run, is_new=self._watch.is_new(run))
                self._watch.saw(snapshot, now, self._shop.places[run.repository].calendar)
        if self._watch.looked(last, steady):
            self._shop.queue.forget_workers(FORGET_SECONDS)

    def _begin(self, carrier: Carrier) -> None:
        free = self._shop.settings.room - self._room.taken
        if free <= 0:
            return
        for item in self._shop.queue.queued():
            if free > 0 and item.repository in self._desks and self._room.take(item):
                carrier.enqueue([item.attempt])
                free -= 1

    def _carry_out(self, attempt: str) -> None:
        in_doubt = True
        try:
            self._desks[self._room.repository_of(attempt)].carry_out(attempt)
            in_doubt = False
        except ProblemError as error:
            for problem in error.problems:
                self._shop.watcher.trouble(problem)
        finally:
            self._room.leave(attempt, in_doubt=in_doubt)

    def _insist(self, record: Callable[[], None]) -> None:
        """Tries until it is recorded, or until this worker counts as dead and others will find out."""
        while True:
            try:
                record()
            except ProblemError as error:
                if self._lease.is_lost or self._shop.clock.steady() >= self._lease.deadline():
                    raise
                for problem in error.problems:
                    self._shop.watcher.trouble(problem)
                self._shop.clock.sleep(self._shop.settings.look_seconds)
            else:
                return


class _Desk:
    """The work on one repository's runs."""

    def __init__(self, place: Place, me: Worker, drain: Cancellation, hooks: WorkHooks) -> None:
        self._state = place.state
        self._changes = Changes(place.state.runs, place.state.clock, LeftInRows(), place.calendar)
        self._work = AttemptWork(place.state, place.workbench, self._changes, me.id, drain, hooks)

    def carry_out(self, attempt: str) -> None:
        self._work.carry_out(attempt)

    def give_up(self, orphan: QueuedAttempt) -> None:
        with self._changes.transaction() as transaction:
            attempt = transaction.attempt(orphan.attempt)
            if attempt is not None and attempt.status is AttemptStatus.RUNNING:
                Burial(self._changes, transaction).give_up_and_go_on([attempt])

    def advance(self, run: OpenRun, *, is_new: bool) -> Snapshot:
        """Lets the run go on as far as it can; a new one takes the place of older ones that rest."""
        ended: tuple[str, ...] = ()
        if is_new:
            with self._changes.transaction() as transaction:
                ended = take_place(self._changes, transaction, run.run)
        snapshot = self._changes.advance(run.run)
        if snapshot.run.status.is_terminal:
            ended = (*ended, run.run)
        for one in ended:
            forget_plan_files(self._state, one)
        return snapshot


class _Watch:
    """What was decided at which version of a run, and when to look again."""

    def __init__(self) -> None:
        self._last_event = -1
        self._everything_at = float("-inf")
        self._everything = True
        self._versions: dict[str, int] = {}
        self._wakes: dict[str, datetime.datetime] = {}
        self._met: set[str] = set()

    def is_due(self, last_event: int, now: datetime.datetime, steady: float) -> bool:
        self._everything = steady >= self._everything_at
        return self._everything or last_event != self._last_event or any(at <= now for at in self._wakes.values())

    def wants(self, run: OpenRun, now: datetime.datetime) -> bool:
        wake = self._wakes.get(run.run)
        is_due = wake is not None and wake <= now
        return self._everything or is_due or self._versions.get(run.run) != run.version

    def is_new(self, run: OpenRun) -> bool:
        """Whether it is met at work for the first time."""
        if run.status is not RunStatus.RUNNING or run.run in self._met:
            return False
        self._met.add(run.run)
        return True

    def saw(self, snapshot: Snapshot, now: datetime.datetime, calendar: Calendar) -> None:
        run = snapshot.run.id
        self._wakes.pop(run, None)
        self._versions[run] = snapshot.run.version
        if snapshot.run.status.is_terminal:
            self._met.discard(run)
            del self._versions[run]
            return
        wake = min(_times(snapshot, now, calendar), default=None)
        if wake is not None:
            self._wakes[run] = wake

    def looked(self, last_event: int, steady: float) -> bool:
        """Everything was looked at as far as the event; whether it was the look at everything."""
        self._last_event = last_event
        if self._everything:
            self._everything_at = steady + AGAIN_SECONDS
        return self._everything


def _times(snapshot: Snapshot, now: datetime.datetime, calendar: Calendar) -> Iterator[datetime.datetime]:
    """When something can be decided that cannot now, although no row changes until then."""
    for unit in snapshot.units.values():
        if unit.retry_at is not None and not unit.status.is_terminal:
            yield unit.retry_at
    for gate in snapshot.gates.values():
        if gate.status is GateStatus.OPEN and gate.window is not None and not gate.window.is_open(now):
            yield gate.window.opens_at(now)
    yield from calendar.turns(now)


class _Drain:
    """What attempts hear of a request to stop: the first one only keeps the worker from beginning more."""

    def __init__(self, stop: Cancellation) -> None:
        self._stop = stop

    def level(self) -> int:
        return max(0, self._stop.level() - 1)

    def wait(self, level: int, seconds: float) -> int:
        return max(0, self._stop.wait(level + 1, seconds) - 1)


class _Room:
    """What this process is at work on. `doubts` counts what ended so that the rows may not tell of it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._items: dict[str, QueuedAttempt] = {}
        self.doubts = 0

    def take(self, item: QueuedAttempt) -> bool:
        with self._lock:
            if item.attempt in self._items:
                return False
            self._items[item.attempt] = item
            return True

    def holds(self, item: QueuedAttempt) -> bool:
        with self._lock:
            return item.attempt in self._items

    def repository_of(self, attempt: str) -> str:
        with self._lock:
            return self._items[attempt].repository

    def leave(self, attempt: str, *, in_doubt: bool) -> None:
        with self._lock:
            del self._items[attempt]
            self.doubts += in_doubt

    @property
    def taken(self) -> int:
        with self._lock:
            return len(self._items)

    @property
    def is_empty(self) -> bool:
        return self.taken == 0


def _declared_dead(me: Worker) -> Problem:
    detail = (
        f"Worker {me.id} did not renew its lease in time; what it does is no longer recorded, and others took over."
    )
    hint = "It enters again by itself. If that happens often: is the machine paused, or is the database far away?"
    return Problem("lease-lost", "The lease was lost", detail, hint=hint)

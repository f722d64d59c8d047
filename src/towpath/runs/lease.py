"""The lease of the process that drives runs: a row that says until when it counts as alive."""

from __future__ import annotations

import datetime
import threading
from dataclasses import replace

from towpath.model.runs import Worker
from towpath.problems import ProblemError
from towpath.stores import RunStore
from towpath.system import Clock

__all__ = ["LEASE_SECONDS", "WorkerLease"]

LEASE_SECONDS = 60.0
"""How long a worker counts as alive after its last heartbeat. A heartbeat comes every third of it."""


class WorkerLease:
    """Renews the lease of one worker from a thread of its own until it is given back.

    `is_lost` tells that somebody declared the worker dead: then it must begin nothing more.
    """

    def __init__(self, store: RunStore, worker: Worker, clock: Clock, beat_seconds: float = LEASE_SECONDS / 3) -> None:
        self._beat_seconds = beat_seconds
        self._store = store
        self._worker = worker
        self._clock = clock
        self._ended = threading.Event()
        self._lost = False
        self._deadline = clock.steady() + LEASE_SECONDS
        self._thread = threading.Thread(target=self._beat, name="towpath-lease", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def is_lost(self) -> bool:
        return self._lost

    def deadline(self) -> float:
        """Until when, on the steady clock, the worker counts as alive. Read before the row was written, so that this
        moment comes first whatever the clocks of others say.
        """
        return self._deadline

    def give_back(self) -> None:
        """The worker ends in good order."""
        self._ended.set()
        self._thread.join()
        with self._store.transaction() as transaction:
            transaction.bury(self._worker)

    def _beat(self) -> None:
        while not self._ended.wait(self._beat_seconds):
            before = self._clock.steady()
            until = self._clock.now() + datetime.timedelta(seconds=LEASE_SECONDS)
            try:
                with self._store.transaction() as transaction:
                    kept = transaction.renew_lease(replace(self._worker, lease_until=until))
            except ProblemError:
                # The next heartbeat may succeed; until then the lease just runs on towards its end.
                continue
            if not kept:
                self._lost = True
                return
            self._deadline = before + LEASE_SECONDS

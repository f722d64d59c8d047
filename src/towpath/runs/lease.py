"""The lease of a process that does attempts: a row that says until when it counts as alive."""

from __future__ import annotations

import threading

from towpath.model.runs import Worker
from towpath.problems import ProblemError
from towpath.stores import WorkQueue
from towpath.system import Clock

__all__ = ["LEASE_SECONDS", "WorkerLease"]

LEASE_SECONDS = 60.0
"""How long a worker counts as alive after its last heartbeat, unless somebody says otherwise."""
BEATS = 3
"""Heartbeats in the time of one lease."""


class WorkerLease:
    """Takes the lease of one worker, and renews it from a thread of its own until it is given back.

    `is_lost` tells that somebody declared the worker dead: then it must begin nothing more.
    """

    def __init__(
        self,
        queue: WorkQueue,
        worker: Worker,
        clock: Clock,
        seconds: float = LEASE_SECONDS,
        beat_seconds: float | None = None,
    ) -> None:
        self._beat_seconds = beat_seconds or seconds / BEATS
        self._queue = queue
        self._worker = worker
        self._clock = clock
        self._seconds = seconds
        self._ended = threading.Event()
        self._lost = False
        self._deadline = clock.steady() + seconds
        self._thread = threading.Thread(target=self._beat, name="towpath-lease", daemon=True)

    def start(self) -> None:
        self._deadline = self._clock.steady() + self._seconds
        self._queue.enter(self._worker, self._seconds)
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
        self._queue.leave(self._worker)

    def _beat(self) -> None:
        while not self._ended.wait(self._beat_seconds):
            before = self._clock.steady()
            try:
                kept = self._queue.renew(self._worker, self._seconds)
            except ProblemError:
                # The next heartbeat may succeed; until then the lease just runs on towards its end.
                continue
            if not kept:
                self._lost = True
                return
            self._deadline = before + self._seconds

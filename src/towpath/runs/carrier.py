"""Carries attempts from the rows to threads of this process.

1. A queued attempt is a row; its id comes here when the transaction that wrote it has committed.
2. As many threads as the carrier was opened for take one after the other, in the order they came.
3. What was not begun when the carrier closes stays a row that says `queued`: whoever works next deals with it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from towpath.runs.carrying import Carrier, CarryOut

__all__ = ["ThreadCarriers"]


class ThreadCarriers:
    """Opens carriers in this process."""

    def open(self, worker: str, parallelism: int) -> Carrier:
        return _ThreadCarrier(worker, parallelism)


class _ThreadCarrier:
    def __init__(self, worker: str, parallelism: int) -> None:
        self._threads = ThreadPoolExecutor(parallelism, thread_name_prefix=f"towpath-{worker}")
        self._carry_out: CarryOut | None = None
        self._waiting: list[str] = []
        self._news = threading.Condition()
        self._ended = 0
        self._failures: list[BaseException] = []

    def start(self, carry_out: CarryOut) -> None:
        with self._news:
            self._carry_out = carry_out
            waiting, self._waiting = self._waiting, []
        self.enqueue(waiting)

    def enqueue(self, attempts: Sequence[str]) -> None:
        with self._news:
            carry_out = self._carry_out
            if carry_out is None:
                self._waiting.extend(attempts)
                return
        for attempt in attempts:
            self._threads.submit(carry_out, attempt).add_done_callback(self._note)

    def _note(self, carried: Future[None]) -> None:
        if carried.cancelled():
            return
        failure = carried.exception()
        with self._news:
            self._ended += 1
            if failure is not None:
                self._failures.append(failure)
            self._news.notify_all()

    def wait(self, seconds: float) -> None:
        with self._news:
            self._news.wait_for(lambda: self._ended > 0, seconds)
            self._ended = 0
            if self._failures:
                raise self._failures[0]

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)

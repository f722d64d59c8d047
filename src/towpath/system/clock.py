"""The clock: wall time for people, a steady count of seconds for deadlines."""

from __future__ import annotations

import datetime
import time
from typing import Protocol

__all__ = ["Clock", "FakeClock", "SystemClock"]


class Clock(Protocol):
    """`now` is aware and in UTC; `steady` counts seconds, never goes back, and goes on while the machine sleeps."""

    def now(self) -> datetime.datetime: ...

    def steady(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime.datetime:
        return datetime.datetime.now(datetime.UTC)

    def steady(self) -> float:
        return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class FakeClock:
    """A clock that stands still until it is told to move; `sleep` moves it."""

    def __init__(self, start: datetime.datetime = datetime.datetime(2026, 1, 5, 9, tzinfo=datetime.UTC)) -> None:
        self._start = start
        self._passed = 0.0

    def now(self) -> datetime.datetime:
        return self._start + datetime.timedelta(seconds=self._passed)

    def steady(self) -> float:
        return self._passed

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self._passed += seconds

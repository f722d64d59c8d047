"""Ctrl-C, and the polite request to end: counted, not raised, so that work can stop in order."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["Interrupts", "interrupts_counted"]

_LOOK_EVERY = 0.1
HIGHEST = 2
"""Stop politely, then kill."""


class Interrupts:
    """How often somebody asked to stop: 0 go on, 1 stop politely, 2 kill. Never goes back down.

    A signal handler must not take a lock, so that waiting looks every tenth of a second instead of being woken.
    """

    def __init__(self, told: Callable[[int], None] = lambda _: None, highest: int = HIGHEST) -> None:
        self._level = 0
        self._told = told
        self._highest = highest

    def level(self) -> int:
        return self._level

    def wait(self, level: int, seconds: float) -> int:
        """Returns the level as soon as it is above `level`, after `seconds` at the latest."""
        end = time.monotonic() + seconds
        while self._level <= level and (left := end - time.monotonic()) > 0:
            time.sleep(min(_LOOK_EVERY, left))
        return self._level

    def raise_level(self) -> None:
        """One more request to stop; `told` hears of each new level."""
        if self._level < self._highest:
            self._level += 1
            self._told(self._level)


@contextmanager
def interrupts_counted(told: Callable[[int], None] = lambda _: None, highest: int = HIGHEST) -> Iterator[Interrupts]:
    """While inside, Ctrl-C and SIGTERM raise the level instead of ending the process. Elsewhere than in the main thread
    no signal can be caught, and nothing ever raises the level."""
    interrupts = Interrupts(told, highest)

    def handle(number: int, frame: FrameType | None) -> None:
        del number, frame
        interrupts.raise_level()

    if threading.current_thread() is not threading.main_thread():
        yield interrupts
        return
    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield interrupts
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

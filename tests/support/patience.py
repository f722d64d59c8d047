"""Waiting for what another process does: there is nothing to be woken by, so it is looked at again and again."""

from __future__ import annotations

import time
from collections.abc import Callable


def until(holds: Callable[[], bool], seconds: float = 10.0, pause: float = 0.02) -> bool:
    """Whether it comes to hold within so many seconds. It may assert that waiting still makes sense."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() >= deadline:
            return holds()
        time.sleep(pause)
    return True

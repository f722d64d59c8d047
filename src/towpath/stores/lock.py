"""The lock on the state folder: one process at a time works with it."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path

from towpath.stores.failures import keeping_state

__all__ = ["ENGINES", "Holder", "StateLock"]

ENGINES = "engines"
"""The file in the state folder that whoever works for a process holds a shared lock on."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who works with the state: the process, its machine, and the run it drives."""

    pid: int
    host: str
    run: str


class StateLock:
    """An advisory lock of the operating system: it falls when its process ends, however it ends. Then the engines that
    it had started are being stopped; until the last one is gone the lock cannot be taken.
    """

    def __init__(self, folder: Path, host: str) -> None:
        self._file = folder / "lock"
        self._engines = folder / ENGINES
        self._host = host
        self._handle: int | None = None

    def try_take(self, run: str) -> bool:
        """Takes the lock for driving `run` if nobody has it and nothing is at work. Taking what this object holds
        already is an error.
        """
        if self._handle is not None:
            raise ValueError("the lock is held already")
        with keeping_state(self._file.parent):
            handle = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        if self._an_engine_works():
            os.close(handle)
            return False
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps({"pid": os.getpid(), "host": self._host, "run": run}).encode(), 0)
        self._handle = handle
        return True

    def _an_engine_works(self) -> bool:
        if not self._engines.exists():
            return False
        handle = os.open(self._engines, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False

    def release(self) -> None:
        """Gives the lock back. Releasing what is not held does nothing."""
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None

    def current(self) -> Holder | None:
        """Who has it at this moment, None when nobody does; what a dead process left written does not count."""
        if not self._file.exists():
            return None
        handle = os.open(self._file, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return self.holder()
        finally:
            os.close(handle)
        return None

    def holder(self) -> Holder | None:
        """Who has it, as that process wrote; None when nobody did, or it was just about to."""
        try:
            said = json.loads(self._file.read_bytes())
            return Holder(int(said["pid"]), str(said["host"]), str(said["run"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

"""Logs: one file per run and unit, appended to, readable by their owner alone."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from towpath.model.paths import UnitPath
from towpath.stores.failures import keeping_state
from towpath.system.private_files import private_folder

__all__ = ["LogFile", "LogFiles"]


class LogFile:
    """The log of one unit in one run, open for appending. A line is there as soon as it was written. Thread-safe."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        with keeping_state(file.parent):
            self._handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def line(self, text: str) -> None:
        with self._lock, keeping_state(self._file.parent):
            content = f"{text}\n".encode(errors="replace")
            while content:
                content = content[os.write(self._handle, content) :]

    def close(self) -> None:
        os.close(self._handle)


class LogFiles:
    """All logs of a state folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, run: str, unit: UnitPath) -> LogFile:
        """Raises `ProblemError` as `keeping_state` says."""
        file = self.path(run, unit)
        with keeping_state(self._folder):
            private_folder(self._folder)
            private_folder(file.parent)
        return LogFile(file)

    def read(self, run: str, unit: UnitPath) -> Iterator[str]:
        """The lines written so far, without their ends; none when nothing was written."""
        file = self.path(run, unit)
        if file.exists():
            with file.open(encoding="utf-8", errors="replace", newline="\n") as stream:
                for line in stream:
                    yield line.rstrip("\n")

    def path(self, run: str, unit: UnitPath) -> Path:
        """Where the log is. The name tells the unit to a reader; its hash keeps alike names apart."""
        readable = unit.replace("/", "--")
        readable = "".join(letter if letter.isalnum() or letter in "-._" else "_" for letter in readable)
        # File systems count bytes: a letter may have four.
        readable = readable.encode(errors="replace")[:120].decode(errors="ignore")
        digest = hashlib.sha256(unit.encode(errors="surrogateescape")).hexdigest()
        return self._folder / run / f"{readable}.{digest[:8]}.log"

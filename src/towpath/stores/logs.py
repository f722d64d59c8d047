"""Logs: what engines printed, by run and unit; in files that their owner alone can read."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from towpath.model.paths import UnitPath
from towpath.stores.failures import keeping_state
from towpath.system.private_files import private_folder

__all__ = ["PART_BYTES", "Log", "LogFile", "LogFiles", "LogPart", "Logs"]

PART_BYTES = 256 * 1024
"""A part of a log is about as long at most; a single line may be longer."""


@dataclass(frozen=True, slots=True)
class LogPart:
    """Some lines of a log, without their ends; `position` is where the next part begins. No lines: no more yet."""

    lines: tuple[str, ...]
    position: int


class Log(Protocol):
    """The log of one unit in one run, open for appending. Thread-safe."""

    def line(self, text: str) -> None: ...

    def close(self) -> None: ...


class Logs(Protocol):
    """The logs of one repository.

    Laws: lines come back as they were written (what is no text as `?`), in their order, from every process. A line is
    there for readers at most a second after it was written, and when its log was closed, while what keeps it can be
    reached. A log that is opened again is appended to. Parts read one after the other give every line once, also while
    it is written to. A run's logs are gone when they were deleted; deleting what is not there does nothing.
    """

    def open(self, run: str, unit: UnitPath) -> Log: ...

    def read(self, run: str, unit: UnitPath) -> Iterator[str]:
        """The lines written so far, without their ends; none when nothing was written."""
        ...

    def part(self, run: str, unit: UnitPath, position: int = 0) -> LogPart:
        """The lines from the position that an earlier part gave, 0 being the beginning."""
        ...

    def near_end(self, run: str, unit: UnitPath) -> int:
        """A position from which a part or two reach the end, at the beginning of a line; 0 where the log is short."""
        ...

    def delete(self, run: str) -> None: ...


class LogFile:
    """One file, open for appending. A line is there as soon as it was written."""

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
    """One file per run and unit. Raises `ProblemError` as `keeping_state` says."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, run: str, unit: UnitPath) -> LogFile:
        file = self.path(run, unit)
        with keeping_state(self._folder):
            private_folder(self._folder)
            private_folder(file.parent)
        return LogFile(file)

    def read(self, run: str, unit: UnitPath) -> Iterator[str]:
        file = self.path(run, unit)
        if file.exists():
            with file.open(encoding="utf-8", errors="replace", newline="\n") as stream:
                for line in stream:
                    yield line.rstrip("\n")

    def part(self, run: str, unit: UnitPath, position: int = 0) -> LogPart:
        """The position counts bytes."""
        file, lines, start = self.path(run, unit), [], position
        if file.exists():
            with file.open("rb") as stream:
                stream.seek(position)
                # The last line may still be being written.
                while position - start < PART_BYTES and (line := stream.readline()).endswith(b"\n"):
                    lines.append(line[:-1].decode(errors="replace"))
                    position += len(line)
        return LogPart(tuple(lines), position)

    def near_end(self, run: str, unit: UnitPath) -> int:
        file = self.path(run, unit)
        if not file.exists():
            return 0
        with file.open("rb") as stream:
            start = stream.seek(0, os.SEEK_END) - PART_BYTES
            if start <= 0:
                return 0
            stream.seek(start - 1)
            return start - 1 + len(stream.readline())

    def delete(self, run: str) -> None:
        folder = self._folder / run
        if folder.is_dir():
            with keeping_state(self._folder):
                shutil.rmtree(folder)

    def path(self, run: str, unit: UnitPath) -> Path:
        """Where the log is. The name tells the unit to a reader; its hash keeps alike names apart."""
        readable = unit.replace("/", "--")
        readable = "".join(letter if letter.isalnum() or letter in "-._" else "_" for letter in readable)
        # File systems count bytes: a letter may have four.
        readable = readable.encode(errors="replace")[:120].decode(errors="ignore")
        digest = hashlib.sha256(unit.encode(errors="surrogateescape")).hexdigest()
        return self._folder / run / f"{readable}.{digest[:8]}.log"

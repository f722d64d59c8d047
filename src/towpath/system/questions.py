"""Programs that are asked about themselves, once."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock

from towpath.system.processes import Processes, ProcessResult

__all__ = ["AskedOnce"]


class AskedOnce:
    """Processes whose answers are remembered as long as the program's file stays as it is: for questions that a program
    always answers alike, such as which version it is. Threads may share it; two that ask the same wait for one answer.
    """

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self._lock = Lock()
        self._answers: dict[object, ProcessResult] = {}

    def run(
        self,
        argv: Sequence[str],
        *,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        timeout: float | None = None,
    ) -> ProcessResult:
        asked = (tuple(argv), folder, tuple(sorted((environment or {}).items())), stdin, _file(argv[0]))
        with self._lock:
            if asked not in self._answers:
                self._answers[asked] = self._processes.run(
                    argv, folder=folder, environment=environment, stdin=stdin, timeout=timeout
                )
            return self._answers[asked]

    def which(self, name: str) -> str | None:
        return self._processes.which(name)


def _file(program: str) -> tuple[int, int, int] | None:
    with contextlib.suppress(OSError):
        found = Path(program).stat()
        return found.st_ino, found.st_size, found.st_mtime_ns
    return None

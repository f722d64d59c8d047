"""Short processes whose whole output is wanted: git, `--version`, `run_cmd`. Engines run under a guard instead."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from towpath.problems import Problem, ProblemError

__all__ = ["FakeProcesses", "ProcessResult", "Processes", "SystemProcesses", "cannot_start"]


@dataclass(frozen=True, slots=True)
class ProcessResult:
    """`status` is the exit status, negative for the signal that ended the process."""

    status: int
    stdout: bytes = field(default=b"", repr=False)
    stderr: bytes = field(default=b"", repr=False)

    @property
    def ok(self) -> bool:
        return self.status == 0


class Processes(Protocol):
    """Runs a process to its end. `environment` is the whole environment, None for this process's own.

    Raises `ProblemError` with `executable-not-found`, `cannot-start` or `process-timeout` (the process is dead then).
    """

    def run(
        self,
        argv: Sequence[str],
        *,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        timeout: float | None = None,
    ) -> ProcessResult: ...

    def which(self, name: str) -> str | None:
        """Where on PATH the program is, None when it is not."""
        ...


class SystemProcesses:
    """The machine's processes."""

    def run(
        self,
        argv: Sequence[str],
        *,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        timeout: float | None = None,
    ) -> ProcessResult:
        try:
            done = subprocess.run(
                list(argv), cwd=folder, env=environment, input=stdin, capture_output=True, timeout=timeout, check=False
            )
        except FileNotFoundError as error:
            raise ProblemError(_cannot_start(argv[0], folder, error)) from error
        except OSError as error:
            raise ProblemError(cannot_start(f"{argv[0]}: {error.strerror}.")) from error
        except subprocess.TimeoutExpired as error:
            detail = f"{argv[0]} did not end within {timeout:g} seconds and was killed."
            hint = "Type it yourself to see what it waits for."
            raise ProblemError(Problem("process-timeout", "A program took too long", detail, hint=hint)) from error
        return ProcessResult(done.returncode, done.stdout, done.stderr)

    def which(self, name: str) -> str | None:
        return shutil.which(name)


def cannot_start(detail: str) -> Problem:
    """Something is there, and the machine does not run it."""
    hint = "Look whether it may be executed, and is made for this machine."
    return Problem("cannot-start", "A program cannot be started", detail, hint=hint)


def _cannot_start(program: str, folder: Path | None, error: FileNotFoundError) -> Problem:
    if folder is not None and not folder.is_dir():
        return cannot_start(f"The folder {folder} does not exist.")
    return Problem(
        "executable-not-found",
        "A program is not installed",
        f"{program} was not found: {error.strerror}.",
        hint=f"Install {program}, or put it on PATH.",
    )


class FakeProcesses:
    """Answers what was scripted, by the leading words of the command; anything else fails the test."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []
        self._scripts: list[tuple[tuple[str, ...], Callable[[Sequence[str]], ProcessResult]]] = []
        self._paths: dict[str, str] = {}

    def script(self, *argv: str, status: int = 0, stdout: bytes = b"", stderr: bytes = b"") -> None:
        """Commands that begin with `argv` end like this. The longest script that fits is used."""
        self._scripts.append((argv, lambda _: ProcessResult(status, stdout, stderr)))

    def install(self, name: str, where: str) -> None:
        self._paths[name] = where

    def run(
        self,
        argv: Sequence[str],
        *,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        timeout: float | None = None,
    ) -> ProcessResult:
        del folder, environment, stdin, timeout
        self.calls.append(tuple(argv))
        fitting = [(words, answer) for words, answer in self._scripts if tuple(argv[: len(words)]) == words]
        if not fitting:
            raise AssertionError(f"a process nobody scripted: {' '.join(argv)}")
        _, answer = max(fitting, key=lambda script: len(script[0]))
        return answer(argv)

    def which(self, name: str) -> str | None:
        return self._paths.get(name)

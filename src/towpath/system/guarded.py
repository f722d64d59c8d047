"""Long processes under a guard: engines, hooks, anything that must not outlive the process that started it.

`guard.py` has the guard's rules; here is the worker's end of it.
"""

from __future__ import annotations

import fcntl
import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from towpath.problems import Problem, ProblemError
from towpath.system.processes import cannot_start

__all__ = ["FakeGuardedProcesses", "GuardedEnd", "GuardedProcess", "GuardedProcesses", "SystemGuardedProcesses"]

_GUARD = Path(__file__).with_name("guard.py")


@dataclass(frozen=True, slots=True)
class GuardedEnd:
    """How a guarded process ended. `status` is its exit status, negative for the signal that ended it; `stopped` tells
    that the guard made it stop: because it was asked to, because a deadline passed, or because the guard died.
    """

    status: int
    stopped: bool = False


class GuardedProcess(Protocol):
    """A process under a guard.

    `stdout` and `stderr` must both be read to their ends; `wait` returns when the process and all that it started are
    gone. `deadline` (of the steady clock) replaces the one before. `stop` asks politely, `kill` does not ask.
    """

    stdout: io.BufferedIOBase
    stderr: io.BufferedIOBase

    def deadline(self, moment: float) -> None: ...

    def stop(self) -> None: ...

    def kill(self) -> None: ...

    def wait(self) -> GuardedEnd: ...


class GuardedProcesses(Protocol):
    """Starts processes under guards. `grace` is how many seconds lie between the polite signal and the kill.

    Raises `ProblemError` with `executable-not-found` or `cannot-start`.
    """

    def start(
        self, argv: Sequence[str], *, folder: Path, environment: Mapping[str, str], stdin: bytes, grace: float
    ) -> GuardedProcess: ...


class SystemGuardedProcesses:
    """The machine's processes. As long as one of them, or its guard, is there, the file `engines` is locked (shared):
    also when the process that started it has died.
    """

    def __init__(self, engines: Path) -> None:
        self._engines = engines

    def start(
        self, argv: Sequence[str], *, folder: Path, environment: Mapping[str, str], stdin: bytes, grace: float
    ) -> GuardedProcess:
        control, control_end = os.pipe()
        report, report_end = os.pipe()
        output, output_end = os.pipe()
        errors, errors_end = os.pipe()
        lock = _locked(self._engines)
        options = [str(control), str(report_end), f"{output},{errors}", str(lock), f"{grace:g}"]
        command = [sys.executable, "-I", "-S", str(_GUARD), *options, "--", *argv]
        try:
            guard = subprocess.Popen(
                command,
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=output_end,
                stderr=errors_end,
                pass_fds=(control, report_end, output, errors, lock),
                start_new_session=True,
            )
        except OSError as error:
            for end in (control_end, report, output, errors):
                os.close(end)
            raise ProblemError(_cannot_start(argv[0], folder, error)) from error
        finally:
            for end in (control, report_end, output_end, errors_end, lock):
                os.close(end)
        return _SystemGuardedProcess(guard, (output, errors), control_end, report, argv[0]).started(stdin)


class _SystemGuardedProcess:
    def __init__(
        self, guard: subprocess.Popen[bytes], outputs: tuple[int, int], control: int, report: int, program: str
    ) -> None:
        self.stdout: io.BufferedIOBase = os.fdopen(outputs[0], "rb")
        self.stderr: io.BufferedIOBase = os.fdopen(outputs[1], "rb")
        self._stdin = _buffered(guard.stdin)
        self._guard = guard
        self._control: int | None = control
        self._lock = threading.Lock()
        self._reports = _lines(report)
        self._program = program
        self._child = 0

    def started(self, stdin: bytes) -> GuardedProcess:
        """Waits for the guard's first report; then feeds standard input."""
        words = next(self._reports, "failed 0").split()
        if words[0] == "failed":
            self._reports.close()
            self._release()
            for stream in (self._stdin, self.stdout, self.stderr):
                stream.close()
            self._guard.wait()
            raise ProblemError(_not_executed(self._program, int(words[1])))
        self._child = int(words[1])
        threading.Thread(target=self._feed, args=(stdin,), daemon=True).start()
        return self

    def _feed(self, content: bytes) -> None:
        try:
            with self._stdin:
                self._stdin.write(content)
        except BrokenPipeError:
            # The process ended without reading all of it, which is its right.
            return

    def deadline(self, moment: float) -> None:
        self._order(f"deadline {moment:.6f}")

    def stop(self) -> None:
        self._order("stop")

    def kill(self) -> None:
        self._order("kill")

    def _order(self, line: str) -> None:
        with self._lock:
            if self._control is None:
                return
            try:
                os.write(self._control, line.encode() + b"\n")
            except BrokenPipeError:
                # The guard has ended; `wait` tells how.
                return

    def wait(self) -> GuardedEnd:
        words = next(self._reports, "").split()
        self._reports.close()
        self._release()
        self._guard.wait()
        if words[:1] == ["exited"]:
            return GuardedEnd(int(words[1]), stopped=words[2] != "-")
        self._bury()
        return GuardedEnd(-signal.SIGKILL, stopped=True)

    def _bury(self) -> None:
        """The guard was killed before it could report: what it guarded is killed here."""
        try:
            os.killpg(self._child, signal.SIGKILL)
        except ProcessLookupError:
            return

    def _release(self) -> None:
        with self._lock:
            if self._control is not None:
                os.close(self._control)
                self._control = None


def _locked(file: Path) -> int:
    """The file, opened and locked (shared): the lock stands until everybody who was given the handle has closed it."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


def _buffered(stream: object) -> io.BufferedIOBase:
    if not isinstance(stream, io.BufferedIOBase):
        raise AssertionError("a guard is started with buffered pipes")
    return stream


def _lines(descriptor: int) -> Generator[str]:
    with open(descriptor, encoding="ascii") as file:
        yield from file


def _cannot_start(program: str, folder: Path, error: OSError) -> Problem:
    if not folder.is_dir():
        return cannot_start(f"The folder {folder} does not exist.")
    return cannot_start(f"{program}: {error.strerror}.")


def _not_executed(program: str, number: int) -> Problem:
    reason = os.strerror(number) if number else "its guard ended before it started"
    if isinstance(OSError(number, reason), FileNotFoundError):
        return Problem(
            "executable-not-found",
            "A program is not installed",
            f"{program} was not found: {reason}.",
            hint=f"Install {program}, or put it on PATH.",
        )
    return cannot_start(f"{program}: {reason}.")


@dataclass(frozen=True, slots=True)
class _Scripted:
    status: int = 0
    stdout: bytes = b""
    stderr: bytes = b""


@dataclass(slots=True)
class _FakeGuardedProcess:
    """Has printed everything already; ends with its scripted status, or as stopped."""

    stdout: io.BufferedIOBase
    stderr: io.BufferedIOBase
    status: int
    orders: list[str]

    def deadline(self, moment: float) -> None:
        self.orders.append(f"deadline {moment:g}")

    def stop(self) -> None:
        self.orders.append("stop")

    def kill(self) -> None:
        self.orders.append("kill")

    def wait(self) -> GuardedEnd:
        stopped = "stop" in self.orders or "kill" in self.orders
        return GuardedEnd(-signal.SIGINT if stopped else self.status, stopped)


class FakeGuardedProcesses:
    """Answers what was scripted, by the leading words of the command; anything else fails the test."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []
        self.orders: list[str] = []
        self._scripts: list[tuple[tuple[str, ...], _Scripted]] = []

    def script(self, *argv: str, status: int = 0, stdout: bytes = b"", stderr: bytes = b"") -> None:
        self._scripts.append((argv, _Scripted(status, stdout, stderr)))

    def start(
        self, argv: Sequence[str], *, folder: Path, environment: Mapping[str, str], stdin: bytes, grace: float
    ) -> GuardedProcess:
        del folder, environment, stdin, grace
        self.calls.append(tuple(argv))
        fitting = [(words, answer) for words, answer in self._scripts if tuple(argv[: len(words)]) == words]
        if not fitting:
            raise AssertionError(f"a process nobody scripted: {' '.join(argv)}")
        _, answer = max(fitting, key=lambda script: len(script[0]))
        return _FakeGuardedProcess(io.BytesIO(answer.stdout), io.BytesIO(answer.stderr), answer.status, self.orders)

"""Long processes under a guard: engines, hooks, anything that must not outlive the process that started it.

`guard.py` has the guard's rules; here is the worker's end of it.
"""

from __future__ import annotations

import fcntl
import io
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import weakref
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from towpath.problems import Problem, ProblemError
from towpath.system.processes import cannot_start

__all__ = ["FakeGuardedProcesses", "GuardedEnd", "GuardedProcess", "GuardedProcesses", "SystemGuardedProcesses"]

_HEADER: Final = struct.Struct("!Q")
"""What `guard.py` reads before a request: how many bytes it has."""
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
        self._post = _Post()
        self._lock = threading.Lock()

    def start(
        self, argv: Sequence[str], *, folder: Path, environment: Mapping[str, str], stdin: bytes, grace: float
    ) -> GuardedProcess:
        content = _request(argv, folder, environment, grace)
        ends = _Ends()
        lock = _locked(self._engines)
        handles = [ends.control, ends.report_end, ends.output, ends.errors, lock]
        handles += [ends.stdin, ends.output_end, ends.errors_end]
        try:
            self._ask(handles, content)
        finally:
            for handle in (ends.control, ends.report_end, ends.stdin, ends.output_end, ends.errors_end, lock):
                os.close(handle)
        return _SystemGuardedProcess(ends, argv[0], folder).started(stdin)

    def _ask(self, handles: Sequence[int], content: bytes) -> None:
        with self._lock:
            try:
                self._post.ask(handles, content)
            except (BrokenPipeError, ConnectionResetError):
                # Somebody killed it. Its guards go on; the next ones come from another.
                self._post = _Post()
                self._post.ask(handles, content)


class _Post:
    """The process that guards come from: started when it is needed first, ended with whoever started it."""

    def __init__(self) -> None:
        self._requests: socket.socket | None = None

    def ask(self, handles: Sequence[int], content: bytes) -> None:
        if self._requests is None:
            self._requests = self._start()
        socket.send_fds(self._requests, [_HEADER.pack(len(content))], handles)
        self._requests.sendall(content)

    def _start(self) -> socket.socket:
        requests, theirs = socket.socketpair()
        command = [sys.executable, "-I", "-S", str(_GUARD), str(theirs.fileno())]
        with theirs:
            try:
                process = subprocess.Popen(
                    command,
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
            except OSError as error:
                requests.close()
                raise ProblemError(cannot_start(f"{sys.executable}: {error.strerror}.")) from error
        weakref.finalize(self, _dismiss, requests, process)
        return requests


def _dismiss(requests: socket.socket, process: subprocess.Popen[bytes]) -> None:
    requests.close()
    process.wait()


def _request(argv: Sequence[str], folder: Path, environment: Mapping[str, str], grace: float) -> bytes:
    """As `guard.Request` reads it."""
    variables = [f"{name}={value}" for name, value in environment.items()]
    texts = [f"{grace:g}", str(folder.absolute()), str(len(argv)), *argv, *variables]
    if any("\0" in text for text in texts):
        raise ValueError("embedded null byte")
    return b"".join(os.fsencode(text) + b"\0" for text in texts)


class _Ends:
    """Both ends of the pipes between worker, guard and engine. Those named `…_end` are written to."""

    def __init__(self) -> None:
        self.control, self.control_end = os.pipe()
        self.report, self.report_end = os.pipe()
        self.output, self.output_end = os.pipe()
        self.errors, self.errors_end = os.pipe()
        self.stdin, self.stdin_end = os.pipe()


class _SystemGuardedProcess:
    def __init__(self, ends: _Ends, program: str, folder: Path) -> None:
        self.stdout: io.BufferedIOBase = os.fdopen(ends.output, "rb")
        self.stderr: io.BufferedIOBase = os.fdopen(ends.errors, "rb")
        self._stdin = os.fdopen(ends.stdin_end, "wb")
        self._control: int | None = ends.control_end
        self._lock = threading.Lock()
        self._reports = _lines(ends.report)
        self._program = program
        self._folder = folder
        self._child = 0

    def started(self, stdin: bytes) -> GuardedProcess:
        """Waits for the guard's first report; then feeds standard input."""
        words = next(self._reports, "failed 0").split()
        if words[0] == "failed":
            self._reports.close()
            self._release()
            for stream in (self._stdin, self.stdout, self.stderr):
                stream.close()
            raise ProblemError(_not_executed(self._program, self._folder, int(words[1])))
        self._child = int(words[1])
        self._feeder = threading.Thread(target=self._feed, args=(stdin,), daemon=True)
        self._feeder.start()
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
        if words[:1] != ["exited"]:
            self._bury()
        # Nobody is left who could read on.
        self._feeder.join()
        if words[:1] == ["exited"]:
            return GuardedEnd(int(words[1]), stopped=words[2] != "-")
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


def _lines(descriptor: int) -> Generator[str]:
    with open(descriptor, encoding="ascii") as file:
        yield from file


def _not_executed(program: str, folder: Path, number: int) -> Problem:
    if not folder.is_dir():
        return cannot_start(f"The folder {folder} does not exist.")
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

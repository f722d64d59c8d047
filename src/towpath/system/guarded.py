"""Long processes under a guard: engines, hooks, anything that must not outlive the process that started it.

`guard.py` has the guard's rules; here is the worker's end of it.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from towpath.problems import Problem, ProblemError
from towpath.system.processes import cannot_start

__all__ = ["FakeGuardedProcesses", "GuardedEnd", "GuardedProcess", "GuardedProcesses", "SystemGuardedProcesses"]

_HEADER: Final = struct.Struct("!Q")
"""What `guard.py` reads before a request: how many bytes it has."""
_GUARD = Path(__file__).with_name("guard.py")
_CHUNK: Final = 64 * 1024

Taker = Callable[[bytes], None]
"""Takes a piece of what a process prints, never an empty one."""


@dataclass(frozen=True, slots=True)
class GuardedEnd:
    """How a guarded process ended. `status` is its exit status, negative for the signal that ended it; `stopped` tells
    that the guard made it stop: because it was asked to, because a deadline passed, or because the guard died.
    """

    status: int
    stopped: bool = False


class GuardedProcess(Protocol):
    """A process under a guard.

    `follow`, called once, hands on what the process prints as it comes, and returns when the process and all that it
    started are gone. When one of those who take it raises, the rest is read and thrown away, and the error is raised at
    the end: a process must not die of a log that cannot be written. The others may be called meanwhile by any thread:
    `deadline` (of the steady clock) replaces the one before, `stop` asks politely, `kill` does not ask.
    """

    def follow(self, output: Taker, errors: Taker) -> GuardedEnd: ...

    def deadline(self, moment: float) -> None: ...

    def stop(self) -> None: ...

    def kill(self) -> None: ...


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

    def get_ready(self) -> None:
        """Starts what the first process would have to wait for."""
        with self._lock:
            self._post.get_ready()

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

    def get_ready(self) -> socket.socket:
        if self._requests is None:
            self._requests = self._start()
        return self._requests

    def ask(self, handles: Sequence[int], content: bytes) -> None:
        requests = self.get_ready()
        socket.send_fds(requests, [_HEADER.pack(len(content))], handles)
        requests.sendall(content)

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
        self._output = ends.output
        self._errors = ends.errors
        self._report = ends.report
        self._stdin = ends.stdin_end
        self._control: int | None = ends.control_end
        self._lock = threading.Lock()
        self._said = b""
        self._program = program
        self._folder = folder
        self._child = 0
        self._feeder: threading.Thread | None = None

    def started(self, stdin: bytes) -> GuardedProcess:
        """Waits for the guard's first report; then feeds standard input."""
        while (report := self._next_report()) is None:
            pass
        words = report or ["failed", "0"]
        if words[0] == "failed":
            self._close()
            os.close(self._stdin)
            raise ProblemError(_not_executed(self._program, self._folder, int(words[1])))
        self._child = int(words[1])
        if stdin:
            self._feeder = threading.Thread(target=self._feed, args=(stdin,), daemon=True)
            self._feeder.start()
        else:
            os.close(self._stdin)
        return self

    def _feed(self, content: bytes) -> None:
        try:
            with open(self._stdin, "wb") as stream:
                stream.write(content)
        except BrokenPipeError:
            # The process ended without reading all of it, which is its right.
            return

    def follow(self, output: Taker, errors: Taker) -> GuardedEnd:
        takers = {self._output: output, self._errors: errors}
        failures: list[Exception] = []
        end: GuardedEnd | None = None
        poll = select.poll()
        for handle in (self._report, *takers):
            poll.register(handle, select.POLLIN)
        try:
            while takers or end is None:
                for handle, _ in poll.poll():
                    if handle == self._report:
                        report = self._next_report()
                        end = None if report is None else self._ended(report)
                        is_read = end is not None
                    else:
                        is_read = not _hand_on(handle, takers[handle], failures)
                        if is_read:
                            del takers[handle]
                    if is_read:
                        poll.unregister(handle)
        finally:
            self._close()
        if self._feeder is not None:
            # Nobody is left who could read on.
            self._feeder.join()
        if failures:
            raise failures[0]
        return end

    def _next_report(self) -> list[str] | None:
        """The guard's next words; empty when it is gone, None when there may be more of them."""
        chunk = os.read(self._report, 256)
        self._said += chunk
        line, is_whole, rest = self._said.partition(b"\n")
        if is_whole:
            self._said = rest
        return line.decode("ascii").split() if is_whole else None if chunk else []

    def _ended(self, words: list[str]) -> GuardedEnd:
        self._release()
        if words[:1] == ["exited"]:
            return GuardedEnd(int(words[1]), stopped=words[2] != "-")
        self._bury()
        return GuardedEnd(-signal.SIGKILL, stopped=True)

    def _close(self) -> None:
        self._release()
        for handle in (self._report, self._output, self._errors):
            os.close(handle)

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


def _hand_on(handle: int, taker: Taker, failures: list[Exception]) -> bool:
    """Reads what is there; whether there may be more. Who has failed to take something is not offered more."""
    chunk = os.read(handle, _CHUNK)
    if chunk and not failures:
        try:
            taker(chunk)
        except Exception as failure:  # noqa: BLE001  # of whatever kind, it is raised at the end
            failures.append(failure)
    return bool(chunk)


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

    stdout: bytes
    stderr: bytes
    status: int
    orders: list[str]

    def deadline(self, moment: float) -> None:
        self.orders.append(f"deadline {moment:g}")

    def stop(self) -> None:
        self.orders.append("stop")

    def kill(self) -> None:
        self.orders.append("kill")

    def follow(self, output: Taker, errors: Taker) -> GuardedEnd:
        for taker, content in ((output, self.stdout), (errors, self.stderr)):
            if content:
                taker(content)
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
        return _FakeGuardedProcess(answer.stdout, answer.stderr, answer.status, self.orders)

"""The local runner: a command as a process of this machine, under a guard."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from towpath.model.commands import Cancellation, Command, CommandResult, LogSink
from towpath.runners.redaction import LineRedactor, Redactor
from towpath.system.guarded import GuardedProcess, GuardedProcesses

__all__ = ["Lease", "LocalRunner", "NoLease"]

_TAIL_LINES = 60
_LOOK_SECONDS = 0.1
_HEARTBEAT_LOOKS = 5
"""The deadline is renewed every so many looks."""
_IDLE_SECONDS = 1.0
_NEVER_STARTED = -2
"""The status of a command that was cancelled before it started: that of SIGINT."""


class Lease(Protocol):
    """Until when (of the steady clock) this process counts as alive; None: as long as it lives."""

    def deadline(self) -> float | None: ...


class NoLease:
    """Of a process that nobody else takes over from."""

    def deadline(self) -> float | None:
        return None


class LocalRunner:
    """Runs commands on this machine. Thread-safe: a worker runs many units at once."""

    def __init__(self, processes: GuardedProcesses, lease: Lease | None = None) -> None:
        self._processes = processes
        self._watch = _Watch(lease or NoLease())

    def run(self, command: Command, log: LogSink, cancellation: Cancellation) -> CommandResult:
        if cancellation.level() > 0:
            return CommandResult(_NEVER_STARTED, interrupted=True)
        process = self._processes.start(
            command.argv,
            folder=command.folder,
            environment=command.environment,
            stdin=command.stdin,
            grace=command.interrupt_grace,
        )
        output = _Output(command, log)
        with self._watch.over(process, cancellation):
            end = process.follow(output.standard, output.errors)
        output.end()
        return CommandResult(end.status, bytes(output.captured), output.tail(), interrupted=end.stopped)


@dataclass(slots=True, eq=False)
class _Watched:
    process: GuardedProcess
    cancellation: Cancellation
    level: int = 0

    def look(self) -> None:
        """Passes on what was asked for since the last time."""
        asked = self.cancellation.level()
        if asked > self.level:
            self.level = asked
            (self.process.kill if asked > 1 else self.process.stop)()


class _Watch:
    """Passes the deadline and what was asked for on to the guards: one thread for all processes, beside those that
    read what they print, which a slow log may keep waiting. It ends when it has had nothing to watch for a while.
    """

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._news = threading.Condition()
        self._watched: list[_Watched] = []
        self._is_kept = False

    @contextlib.contextmanager
    def over(self, process: GuardedProcess, cancellation: Cancellation) -> Iterator[None]:
        watched = _Watched(process, cancellation)
        self._renew(watched)
        with self._news:
            self._watched.append(watched)
            if self._is_kept:
                self._news.notify()
            else:
                self._is_kept = True
                threading.Thread(target=self._keep, name="towpath-watch", daemon=True).start()
        try:
            yield
        finally:
            with self._news:
                self._watched.remove(watched)

    def _keep(self) -> None:
        looks, pause = 0, threading.Event()
        while watched := self._all():
            looks += 1
            for one in watched:
                one.look()
                if looks % _HEARTBEAT_LOOKS == 0:
                    self._renew(one)
            pause.wait(_LOOK_SECONDS)

    def _all(self) -> list[_Watched]:
        with self._news:
            self._is_kept = self._news.wait_for(lambda: bool(self._watched), _IDLE_SECONDS)
            return list(self._watched)

    def _renew(self, watched: _Watched) -> None:
        deadline = self._lease.deadline()
        if deadline is not None:
            watched.process.deadline(deadline)


class _Output:
    """Both streams of one command, on their way to the log."""

    def __init__(self, command: Command, log: LogSink) -> None:
        redactor = Redactor(command.secrets)
        self._log = log
        self._last: deque[str] = deque(maxlen=_TAIL_LINES)
        self._standard = None if command.capture else LineRedactor(redactor)
        self._errors = LineRedactor(redactor)
        self.captured = bytearray()

    def tail(self) -> str:
        return "\n".join(self._last)

    def standard(self, chunk: bytes) -> None:
        if self._standard is None:
            self.captured += chunk
        else:
            self._tell(self._standard.feed(chunk))

    def errors(self, chunk: bytes) -> None:
        self._tell(self._errors.feed(chunk))

    def end(self) -> None:
        for lines in (self._standard, self._errors):
            if lines is not None:
                self._tell(lines.end())

    def _tell(self, lines: list[str]) -> None:
        for line in lines:
            self._last.append(line)
            self._log.line(line)

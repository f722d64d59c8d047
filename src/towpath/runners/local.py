"""The local runner: a command as a process of this machine, under a guard."""

from __future__ import annotations

import io
import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol

from towpath.model.commands import Cancellation, Command, CommandResult, LogSink
from towpath.runners.redaction import LineRedactor, Redactor
from towpath.system.guarded import GuardedProcess, GuardedProcesses

__all__ = ["Lease", "LocalRunner", "NoLease"]

_CHUNK = 64 * 1024
_TAIL_LINES = 60
_HEARTBEAT_SECONDS = 1.0
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
        self._lease = lease or NoLease()

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
        readers = output.read(process)
        ended = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(process, cancellation, ended), daemon=True)
        watcher.start()
        end = process.wait()
        ended.set()
        for reader in readers:
            reader.join()
        return CommandResult(end.status, bytes(output.captured), output.tail(), interrupted=end.stopped)

    def _watch(self, process: GuardedProcess, cancellation: Cancellation, ended: threading.Event) -> None:
        """Passes the deadline and what was asked for on to the guard. Outlives the process by a heartbeat at most."""
        level = 0
        self._renew(process)
        while not ended.wait(0.02):
            asked = cancellation.wait(level, _HEARTBEAT_SECONDS)
            if ended.is_set():
                return
            self._renew(process)
            if asked > level:
                level = asked
                (process.kill if level > 1 else process.stop)()

    def _renew(self, process: GuardedProcess) -> None:
        deadline = self._lease.deadline()
        if deadline is not None:
            process.deadline(deadline)


class _Output:
    """Both streams of one command, on their way to the log."""

    def __init__(self, command: Command, log: LogSink) -> None:
        self._capture = command.capture
        self._redactor = Redactor(command.secrets)
        self._log = log
        self._lock = threading.Lock()
        self._last: deque[str] = deque(maxlen=_TAIL_LINES)
        self.captured = bytearray()

    def tail(self) -> str:
        return "\n".join(self._last)

    def read(self, process: GuardedProcess) -> tuple[threading.Thread, ...]:
        """Starts reading; the threads end when the streams do."""
        out = self._keep if self._capture else self._show
        threads = (self._reader(process.stdout, out), self._reader(process.stderr, self._show))
        for thread in threads:
            thread.start()
        return threads

    def _reader(self, stream: io.BufferedIOBase, take: Callable[[io.BufferedIOBase], None]) -> threading.Thread:
        return threading.Thread(target=take, args=(stream,), daemon=True)

    def _keep(self, stream: io.BufferedIOBase) -> None:
        with stream:
            while chunk := stream.read(_CHUNK):
                self.captured += chunk

    def _show(self, stream: io.BufferedIOBase) -> None:
        lines = LineRedactor(self._redactor)
        with stream:
            while chunk := stream.read1(_CHUNK):
                self._tell(lines.feed(chunk))
        self._tell(lines.end())

    def _tell(self, lines: list[str]) -> None:
        with self._lock:
            for line in lines:
                self._last.append(line)
                self._log.line(line)

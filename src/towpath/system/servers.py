"""Background servers that never outlive who started them, unless they are released.

A server runs behind a tether (`tether.py`): a small process that holds a pipe to this one. However this process ends,
killed included, the pipe closes and the tether stops the server and everything the server started.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from towpath.problems import ProblemError
from towpath.system.processes import cannot_start
from towpath.system.tether import RELEASE

__all__ = ["FakeServers", "Server", "Servers", "SystemServers"]

GRACE_SECONDS = 3.0
STOP_SECONDS = 15.0
"""For ending, beyond its grace."""


class Server(Protocol):
    """One running server. `pid` is the server's own; it leads a process group."""

    pid: int

    def running(self) -> bool: ...

    def stop(self) -> None:
        """Returns when it is gone. Stopping twice does no harm."""
        ...

    def release(self) -> None:
        """Lets it live on after this process. Stopping does nothing then."""
        ...


class Servers(Protocol):
    """Starts servers. What they print is appended to `log`. One that is to end is asked to by SIGTERM, and killed after
    `grace` seconds. Raises `ProblemError` with `cannot-start`.
    """

    def start(
        self,
        argv: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        grace: float = GRACE_SECONDS,
    ) -> Server: ...


class SystemServers:
    """Servers of this machine."""

    def start(
        self,
        argv: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        grace: float = GRACE_SECONDS,
    ) -> Server:
        tether = [sys.executable, "-I", str(Path(__file__).with_name("tether.py")), str(grace), str(log), *argv]
        process = subprocess.Popen(
            tether, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, start_new_session=True
        )
        first_line = process.stdout.readline() if process.stdout else b""
        word, _, rest = first_line.decode().strip().partition(" ")
        if not word.isdigit():
            process.wait()
            _close(process)
            detail = f"{argv[0]}: {rest or 'it ended at once'}."
            raise ProblemError(cannot_start(detail))
        return _TetheredServer(int(word), process, grace + STOP_SECONDS)


class _TetheredServer:
    def __init__(self, pid: int, tether: subprocess.Popen[bytes], patience: float) -> None:
        self.pid = pid
        self._patience = patience
        self._tether = tether

    def running(self) -> bool:
        return self._tether.poll() is None

    def stop(self) -> None:
        _close(self._tether)
        self._tether.wait(self._patience)

    def release(self) -> None:
        pipe = self._tether.stdin
        if pipe and not pipe.closed:
            with contextlib.suppress(BrokenPipeError):
                pipe.write(RELEASE)
                pipe.flush()
        self._tether.wait(self._patience)
        _close(self._tether)


def _close(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


class FakeServers:
    """Servers that only pretend: each writes the text it was scripted with into its log. Others fail the test."""

    def __init__(self, *logs: str) -> None:
        self.started: list[FakeServer] = []
        self._logs = list(logs)

    def start(
        self,
        argv: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        grace: float = GRACE_SECONDS,
    ) -> Server:
        del grace
        if not self._logs:
            raise AssertionError(f"a server nobody scripted: {' '.join(argv)}")
        log.write_text(self._logs.pop(0))
        server = FakeServer(tuple(argv), dict(environment or {}))
        self.started.append(server)
        return server


class FakeServer:
    """Remembers what was asked of it: `state` is `running`, `stopped` or `released`."""

    pid = 4242

    def __init__(self, argv: tuple[str, ...], environment: Mapping[str, str]) -> None:
        self.argv = argv
        self.environment = environment
        self.state = "running"

    def running(self) -> bool:
        return self.state != "stopped"

    def stop(self) -> None:
        self.state = "stopped" if self.state == "running" else self.state

    def release(self) -> None:
        self.state = "released"

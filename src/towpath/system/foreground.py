"""A child process that shares this terminal: what it prints appears as it is printed, and Ctrl-C reaches it as well."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Protocol

__all__ = ["Foreground", "SystemForeground", "Terminated", "raising_on_terminate"]

STOP_SECONDS = 60.0


class Terminated(KeyboardInterrupt):
    """This process was asked to end by SIGTERM; unlike Ctrl-C in a terminal, its children were not."""


class Foreground(Protocol):
    """Runs a program to its end and gives its exit status, negative for the signal that ended it."""

    def run(self, argv: Sequence[str], *, folder: Path, environment: Mapping[str, str]) -> int: ...


class SystemForeground:
    """On Ctrl-C the child, which has heard it too, may finish; a second one kills it. `KeyboardInterrupt` goes on."""

    def run(self, argv: Sequence[str], *, folder: Path, environment: Mapping[str, str]) -> int:
        child = subprocess.Popen(list(argv), cwd=folder, env=dict(environment), stdin=subprocess.DEVNULL)
        try:
            return child.wait()
        except Terminated:
            child.send_signal(signal.SIGINT)
            _wait(child)
            raise
        except KeyboardInterrupt:
            _wait(child)
            raise
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()


def _wait(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(STOP_SECONDS)


@contextlib.contextmanager
def raising_on_terminate() -> Iterator[None]:
    """Within, SIGTERM and SIGHUP raise `Terminated`, so that what was started is stopped on the way out."""

    def leave(number: int, frame: FrameType | None) -> None:
        del frame
        raise Terminated(number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

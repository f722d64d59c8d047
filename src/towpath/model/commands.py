"""Commands, and the port through which runners run them.

A runner starts a command, streams its output line by line, and lets it be stopped; it does not know what it is for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

__all__ = ["Cancellation", "Command", "CommandResult", "LogSink", "Runner"]


@dataclass(frozen=True, slots=True)
class Command:
    """One process to run.

    `environment` is the whole environment it gets; `secrets` are texts that must never appear in a log; `stdin` is
    written to it and closed. `capture` keeps standard output as bytes in the result instead of logging it.
    `interrupt_grace` is how many seconds it has between the polite signal and the kill.
    """

    argv: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    stdin: bytes = field(default=b"", repr=False)
    capture: bool = False
    interrupt_grace: float = 30.0


@dataclass(frozen=True, slots=True)
class CommandResult:
    """How a command ended. `status` is its exit status, negative for the signal that ended it; `stdout` holds what was
    captured; `tail` is the end of what it printed (both streams, redacted), for error messages; `interrupted` tells
    that Towpath asked it to stop.
    """

    status: int
    stdout: bytes = field(default=b"", repr=False)
    tail: str = ""
    interrupted: bool = False

    @property
    def ok(self) -> bool:
        return self.status == 0 and not self.interrupted


class LogSink(Protocol):
    """Where the lines of one unit's log go. Lines come without their end, secrets already redacted."""

    def line(self, text: str) -> None: ...


class Cancellation(Protocol):
    """Asked by runners while a command runs: 0 go on, 1 stop politely, 2 kill. Never goes back down.

    `wait` returns the level as soon as it is above `level`, or after `seconds` at the latest.
    """

    def level(self) -> int: ...

    def wait(self, level: int, seconds: float) -> int: ...


class Runner(Protocol):
    """Runs one command to its end.

    Laws: returns only when the process and all its children are gone; if the caller's process dies, the command is
    stopped too; nothing in `command.secrets` reaches `log` or the result's `tail`. Raises `ProblemError`
    (`executable-not-found`, `cannot-start`) when the command cannot be started.
    """

    def run(self, command: Command, log: LogSink, cancellation: Cancellation) -> CommandResult: ...

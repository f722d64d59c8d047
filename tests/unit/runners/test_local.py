"""The local runner around a scripted process."""

from __future__ import annotations

from pathlib import Path

import pytest

from towpath.model.commands import Command, CommandResult
from towpath.runners import LocalRunner
from towpath.system.guarded import FakeGuardedProcesses


class Log:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def line(self, text: str) -> None:
        self.lines.append(text)


class Calm:
    """Nobody cancels."""

    def level(self) -> int:
        return 0

    def wait(self, level: int, seconds: float) -> int:
        return level


def run(processes: FakeGuardedProcesses, *secrets: str, capture: bool = False) -> tuple[Log, CommandResult]:
    log = Log()
    command = Command(("engine", "plan"), Path(), {}, secrets=secrets, capture=capture)
    return log, LocalRunner(processes).run(command, log, Calm())


def test_output_is_logged_and_its_end_kept() -> None:
    processes = FakeGuardedProcesses()
    processes.script("engine", status=1, stdout=b"planning\n", stderr=b"Error: no hunter2 here\n")
    log, result = run(processes, "hunter2")
    assert sorted(log.lines) == ["Error: no (redacted) here", "planning"]
    assert result.status == 1
    assert result.tail.count("(redacted)") == 1
    assert "hunter2" not in result.tail


def test_captured_output_is_kept_as_it_is() -> None:
    processes = FakeGuardedProcesses()
    processes.script("engine", stdout=b"hunter2")
    log, result = run(processes, "hunter2", capture=True)
    assert result.stdout == b"hunter2"
    assert log.lines == []
    assert "hunter2" not in repr(result)


def test_a_command_nobody_scripted_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="engine plan"):
        run(FakeGuardedProcesses())

"""What a program says of itself is asked once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from towpath.system import FakeProcesses
from towpath.system.questions import AskedOnce


@pytest.fixture
def processes() -> FakeProcesses:
    fake = FakeProcesses()
    fake.script("tool", "version", stdout=b"1.0")
    fake.script("tool", "help", stdout=b"help")
    return fake


def test_the_same_question_is_asked_once(processes: FakeProcesses) -> None:
    asked = AskedOnce(processes)
    answers = [asked.run(["tool", "version"]).stdout for _ in range(3)]
    assert (answers, processes.calls) == ([b"1.0"] * 3, [("tool", "version")])


def test_other_questions_are_asked(processes: FakeProcesses) -> None:
    asked = AskedOnce(processes)
    assert [asked.run(["tool", word]).stdout for word in ("version", "help", "version")] == [b"1.0", b"help", b"1.0"]
    assert processes.calls == [("tool", "version"), ("tool", "help")]


def test_another_environment_is_another_question(processes: FakeProcesses) -> None:
    asked = AskedOnce(processes)
    for value in ("a", "b", "a"):
        asked.run(["tool", "version"], environment={"HOME": value})
    assert len(processes.calls) == 2


def test_a_program_that_was_replaced_is_asked_again(tmp_path: Path) -> None:
    tool = tmp_path / "tool"
    fake = FakeProcesses()
    fake.script(str(tool), "version", stdout=b"1.0")
    asked = AskedOnce(fake)
    for moment in (1, 1, 2):
        tool.write_text("")
        os.utime(tool, (moment, moment))
        asked.run([str(tool), "version"])
    assert len(fake.calls) == 2

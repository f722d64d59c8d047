"""The script that Terragrunt starts instead of the engine, with real shells and signals."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from towpath.engines.terragrunt.between import Between, Note

ENGINE = """#!/bin/sh
trap 'echo interrupted; more=$((more + 1))' INT
more=0
echo "$# words: $*"
echo started
while [ -e "$WAIT" ]; do sleep 0.05; done
echo "interrupts: $more"
exit "${STATUS:-0}"
"""


@pytest.fixture
def room(tmp_path: Path) -> Path:
    room = tmp_path / 'it\'s a $ROOM with "blanks" *'
    room.mkdir()
    engine = room / "real engine"
    engine.write_text(ENGINE, encoding="utf-8")
    engine.chmod(0o755)
    return room


def written(room: Path) -> Between:
    between = Between(room)
    between.write(str(room / "real engine"), room / "towpath.tfplan")
    return between


def start(between: Between, *words: str, **environment: str) -> subprocess.Popen[str]:
    """In a group of its own, as under the guard. The engine is busy as long as there is a file `wait`."""
    return subprocess.Popen(
        [between.script, *words],
        cwd=between.room,
        env={**os.environ, "WAIT": str(between.room / "wait"), **environment},
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
    )


@pytest.mark.parametrize("status", [0, 1, 2])
def test_the_engines_words_output_and_status_are_its_own(room: Path, status: int) -> None:
    between = written(room)
    process = start(between, "plan", "-out=a b", f"-out={room}/towpath.tfplan", STATUS=str(status))
    out, _ = process.communicate(timeout=30)
    assert out.startswith(f"3 words: plan -out=a b -out={room}/towpath.tfplan\n")
    assert process.returncode == status
    assert between.read() == Note(status, room)


def test_a_command_without_the_plan_file_is_not_noted(room: Path) -> None:
    between = written(room)
    start(between, "output", "-json").communicate(timeout=30)
    assert between.read() is None


def test_an_old_note_is_forgotten(room: Path) -> None:
    between = written(room)
    start(between, "apply", f"{room}/towpath.tfplan").communicate(timeout=30)
    between.forget()
    assert between.read() is None
    between.forget()


def test_of_two_interrupts_the_engine_gets_the_one_to_the_group(room: Path) -> None:
    between = written(room)
    (room / "wait").touch()
    process = start(between, "apply", f"{room}/towpath.tfplan")
    assert process.stdout is not None
    lines = iter(process.stdout.readline, "")
    assert any(line == "started\n" for line in lines)
    os.killpg(process.pid, signal.SIGINT)
    assert next(lines) == "interrupted\n"
    os.kill(process.pid, signal.SIGINT)
    (room / "wait").unlink()
    assert list(lines) == ["interrupts: 1\n"]
    assert (process.wait(timeout=30), between.read()) == (0, Note(0, room))
    process.stdout.close()

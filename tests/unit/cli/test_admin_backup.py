"""`towpath admin backup` and `restore`: all that a server keeps in one file, and back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from command_line import Said
from run_house import House, step, walk

from towpath.cli.app import Doors
from towpath.cli.main import run
from towpath.system import FakeClock, FakeEnvironment, FakeProcesses, RandomIds


def admin(capsys: pytest.CaptureFixture[str], state: Path, *arguments: str) -> Said:
    doors = Doors(FakeProcesses(), FakeEnvironment(), FakeClock(), RandomIds(), state.parent)
    status = run(["admin", *arguments, "--state", str(state)], doors)
    said = capsys.readouterr()
    return Said(status, said.out, said.err)


def test_what_was_kept_comes_back_somewhere_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    house = House(tmp_path / "state")
    made = house.create(walk(step("dev/app")))
    house.drive(made)
    house.state.close()
    file, other = tmp_path / "all.tar.gz", tmp_path / "other"
    written = admin(capsys, tmp_path / "state", "backup", str(file), "--json")
    assert (written.status, written.document["file"]) == (0, str(file))
    assert written.document["bytes"] == file.stat().st_size

    other.mkdir(mode=0o700)
    shutil.copy(tmp_path / "state" / "key", other / "key")
    assert admin(capsys, other, "restore", str(file)).status == 0
    restored = House(other)
    assert [one.id for one in restored.state.runs.runs()] == [made]
    assert restored.ledger() == {"dev/app": "commit-1"}


def test_nothing_is_restored_over_what_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    house = House(tmp_path / "state")
    house.create(walk(step("dev/app")))
    file = tmp_path / "all.tar.gz"
    assert admin(capsys, tmp_path / "state", "backup", str(file)).status == 0
    said = admin(capsys, tmp_path / "state", "restore", str(file), "--json")
    assert (said.status, [problem["id"] for problem in said.document["problems"]]) == (2, ["database-not-empty"])


def test_a_server_that_runs_is_not_restored_into(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    house = House(tmp_path / "state")
    file = tmp_path / "all.tar.gz"
    assert admin(capsys, tmp_path / "state", "backup", str(file)).status == 0
    assert house.state.lock().try_take("serve")
    said = admin(capsys, tmp_path / "state", "restore", str(file), "--json")
    assert [problem["id"] for problem in said.document["problems"]] == ["state-in-use"]

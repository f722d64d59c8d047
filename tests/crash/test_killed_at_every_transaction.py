"""The process is killed (SIGKILL) at a boundary, and another one goes on: nothing is lost, nothing is done twice."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from crash_story import FINAL, prepare

EFFECTS = sorted(
    [f"{unit} {name} {value}" for unit in ("dev/app", "dev/vpc", "prod/app", "stage/app") for name, value in
     (("one", "1"), ("two", "2"))]
    + ['dev/app reads:dev/vpc {"id": "dev/vpc"}', "dev/old one None", "dev/old two None"]
)  # fmt: skip
LEDGER = {unit: "commit-1" for unit in FINAL if unit != "dev/old"}


class Victims:
    """Starts processes that may be killed."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("victim.py")
        self._zygote = subprocess.Popen(
            [sys.executable, "-W", "error", str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def drive(self, folder: Path, carrier: str, kill_at: int = 0) -> dict[str, Any]:
        assert self._zygote.stdin is not None
        assert self._zygote.stdout is not None
        order = {"folder": str(folder), "carrier": carrier, "kill_at": kill_at}
        self._zygote.stdin.write(json.dumps(order) + "\n")
        self._zygote.stdin.flush()
        answer: dict[str, Any] = json.loads(self._zygote.stdout.readline())
        return answer

    def finish(self, folder: Path, carrier: str) -> dict[str, Any]:
        """Drives, approving what is to be approved, until the run has ended."""
        for _ in range(4):
            document: dict[str, Any] = self.drive(folder, carrier)["document"]
            assert not document["broken"], document["broken"]
            if document["status"] != "waiting":
                return document
        raise AssertionError(f"it still waits: {document}")

    def close(self) -> None:
        assert self._zygote.stdin is not None
        assert self._zygote.stdout is not None
        self._zygote.stdin.close()
        self._zygote.stdout.close()
        self._zygote.wait(10)


@pytest.fixture(scope="module")
def victims() -> Iterator[Victims]:
    victims = Victims()
    yield victims
    victims.close()


def all_is_well(document: dict[str, Any]) -> None:
    assert document["status"] == "succeeded"
    assert document["units"] == FINAL
    assert document["ledger"] == LEDGER
    assert sorted(document["effects"]) == EFFECTS, "every effect happened once"


def boundaries(victims: Victims, folder: Path, carrier: str) -> tuple[int, int]:
    """How many there are until the run waits at its gate, and from there to its end."""
    prepare(folder)
    first = victims.drive(folder, carrier)["document"]
    second = victims.drive(folder, carrier)["document"]
    all_is_well(second)
    return first["boundaries"], second["boundaries"]


def kill_and_go_on(victims: Victims, folder: Path, carrier: str, kills: list[int]) -> bool:
    """Each number kills the next process at that boundary, if it comes that far. Whether one did."""
    prepare(folder)
    died = [victims.drive(folder, carrier, kill_at)["killed"] for kill_at in kills]
    all_is_well(victims.finish(folder, carrier))
    return any(died)


def most(died: list[bool]) -> bool:
    """Threads may see two ends in one look, and need fewer transactions than when they were counted: then whoever was
    to be killed near the end has ended before.
    """
    return sum(died) > len(died) // 2


def test_killed_once_at_every_boundary_before_the_gate(victims: Victims, tmp_path: Path) -> None:
    before, _ = boundaries(victims, tmp_path / "whole", "inline")
    for kill_at in range(1, before + 1):
        assert kill_and_go_on(victims, tmp_path / str(kill_at), "inline", [kill_at]), "nobody was killed"


def test_killed_once_at_every_boundary_after_the_gate(victims: Victims, tmp_path: Path) -> None:
    before, after = boundaries(victims, tmp_path / "whole", "inline")
    for kill_at in range(1, after + 1):
        kills = [before + 1000, kill_at]
        assert kill_and_go_on(victims, tmp_path / str(kill_at), "inline", kills), "nobody was killed"


@pytest.mark.parametrize("stride", [7, 11, 17])
def test_killed_again_and_again(victims: Victims, tmp_path: Path, stride: int) -> None:
    """Each process gets a little further than the one before."""
    assert kill_and_go_on(victims, tmp_path / "state", "inline", [stride] * 20 + [stride * 2] * 5)


def test_killed_while_threads_carry(victims: Victims, tmp_path: Path) -> None:
    before, _ = boundaries(victims, tmp_path / "whole", "threads")
    kills = range(5, before, max(1, before // 6))
    assert most([kill_and_go_on(victims, tmp_path / str(kill_at), "threads", [kill_at]) for kill_at in kills])


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_killed_at_every_boundary_while_threads_carry(victims: Victims, tmp_path: Path) -> None:
    before, after = boundaries(victims, tmp_path / "whole", "threads")
    first = [[kill_at] for kill_at in range(1, before + 1)]
    second = [[before + 10_000, kill_at] for kill_at in range(1, after + 1)]
    for name, stories in (("a", first), ("b", second)):
        assert most([kill_and_go_on(victims, tmp_path / f"{name}{kills[-1]}", "threads", kills) for kills in stories])

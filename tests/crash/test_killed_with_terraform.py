"""`towpath apply` is killed (SIGKILL) with the real engine at work; another process goes on.

What must hold, whatever was killed when: the run ends well; every unit's state holds its resource; a later tier was
never begun before the earlier one was done; nothing is made twice unless the run asked; and no engine outlives its
Towpath.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from emulated_aws import provider_configuration
from kept_runs import check_kept_runs
from local_live import LocalLive
from world import World

DYING = Path(__file__).parents[1] / "support" / "dying_towpath.py"
UNITS = ("dev/app", "stage/app", "prod/app")
LONGEST = 240
DEATHS = 6
"""In the short suite, at so many boundaries, evenly spread; the long one takes each."""


def three_tiers(home: Path) -> tuple[World, LocalLive]:
    home.mkdir()
    world = World(home)
    world.environment["TF_CLI_CONFIG_FILE"] = str(provider_configuration())
    live = LocalLive(world, {"dev": 1, "stage": 2, "prod": 3})
    for unit in UNITS:
        live.unit(unit, '"one"')
    world.push("One")
    return world, live


def die_at(world: World, boundary: int, *words: str) -> int:
    """Types a command that dies at a boundary; gives how many it passed."""
    count = world.home / "boundaries"
    count.unlink(missing_ok=True)
    argv = [sys.executable, str(DYING), str(count), str(boundary), "-C", str(world.folder), "--json", *words]
    subprocess.run(argv, env=world.environment, capture_output=True, timeout=LONGEST, check=False)
    return int(count.read_text(encoding="utf-8")) if count.exists() else 0


def go_on(world: World) -> list[str]:
    """Resumes the run if it was made before the death, or begins anew. Says yes when the run asks about a plan that is
    more than what was begun, as a person would, and gives the units it asked about.
    """
    runs = world.towpath("runs", status=0).document["runs"]
    if runs and runs[0]["status"] == "succeeded":
        return []
    outcome = world.towpath("resume", runs[0]["run"]) if runs else world.towpath("apply")
    asked: list[str] = []
    while outcome.run_status == "waiting":
        gates = [gate for gate in outcome.document["gates"] if gate["status"] == "open"]
        assert {hold["kind"] for gate in gates for hold in gate["holds"]} == {"changed"}
        asked.extend(unit for gate in gates for unit in gate["units"])
        world.towpath("approve", outcome.run, status=0)
        outcome = world.towpath("resume", outcome.run)
    assert outcome.run_status == "succeeded"
    return asked


def all_is_well(world: World, live: LocalLive, asked: Sequence[str], death: str) -> None:
    """Every unit is made once, tier after tier: what a process that died had done is found, and not done again.

    A resource that the engine was making when it was stopped is tainted. To make it anew is more than what was begun,
    so the run asks; only a unit it asked about may be made once more.
    """
    assert all(live.standing(unit) for unit in UNITS)
    made = [line.split()[1] for line in live.journal() if line.startswith("made")]
    assert list(dict.fromkeys(made)) == list(UNITS), f"tier after tier: {death}"
    for unit in UNITS:
        assert made.count(unit) <= 1 + asked.count(unit), f"{unit} made again: {death}: {live.journal()}"
    assert world.towpath("apply", status=0).document["units"] == [], "the ledger knows that all is done"
    check_kept_runs(world.home)


def killed_at(home: Path, boundary: int) -> None:
    world, live = three_tiers(home)
    die_at(world, boundary, "apply")
    all_is_well(world, live, go_on(world), f"at boundary {boundary}")


def boundaries(home: Path) -> int:
    world, live = three_tiers(home)
    count = die_at(world, 0, "apply")
    all_is_well(world, live, [], "nobody died")
    assert count > 10 * DEATHS, "the run writes what it does"
    return count


def test_killed_at_transactions(tmp_path: Path) -> None:
    count = boundaries(tmp_path / "whole")
    for boundary in range(count // DEATHS // 2, count, count // DEATHS + 1):
        killed_at(tmp_path / str(boundary), boundary)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_killed_at_every_transaction(tmp_path: Path) -> None:
    for boundary in range(1, boundaries(tmp_path / "whole") + 1):
        killed_at(tmp_path / str(boundary), boundary)


def killed_at_random(home: Path, seed: int) -> None:
    """Three deaths at random moments, most of them while the engine works."""
    world, live = three_tiers(home)
    moments = random.Random(seed)
    typed = world.start("apply")
    for _ in range(3):
        time.sleep(moments.uniform(1.5, 5.0))  # the moment of a death is what this test is about
        typed.process.kill()
        typed.process.communicate()
        runs = world.towpath("runs", status=0).document["runs"]
        typed = world.start("resume", runs[0]["run"]) if runs else world.start("apply")
        if runs and runs[0]["status"] == "succeeded":
            break
    typed.process.communicate(timeout=LONGEST)
    all_is_well(world, live, go_on(world), f"seed {seed}")
    assert no_engine_works_in(world.home)


def no_engine_works_in(home: Path) -> bool:
    """Whether no process of this test is left but this one."""
    for process in Path("/proc").iterdir():
        if process.name.isdecimal() and int(process.name) != os.getpid():
            try:
                if str(home) in os.readlink(process / "cwd"):
                    return False
            except OSError:
                continue
    return True


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_random_moments(tmp_path: Path, seed: int) -> None:
    killed_at_random(tmp_path / "home", seed)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", range(3, 43))
def test_killed_at_many_random_moments(tmp_path: Path, seed: int) -> None:
    killed_at_random(tmp_path / "home", seed)

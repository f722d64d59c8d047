"""`towpath apply` is killed (SIGKILL) with the real engine at work; another process goes on.

What must hold, whatever was killed when: the run ends well; every unit's state holds its resource, and its journal ends
with the value wanted; a later tier was never begun before the earlier one was done; and no engine outlives its Towpath.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from emulated_aws import provider_configuration
from local_live import LocalLive
from world import World

DYING = Path(__file__).parents[1] / "support" / "dying_towpath.py"
UNITS = ("dev/app", "stage/app", "prod/app")
LONGEST = 240
STRIDE = 67
"""In the short suite, one boundary in so many; the long one takes each."""


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


def go_on(world: World) -> None:
    """Resumes the run if it was made before the death, or begins anew."""
    runs = world.towpath("runs", status=0).document["runs"]
    if runs and runs[0]["status"] != "succeeded":
        world.towpath("resume", runs[0]["run"], status=0)
    elif not runs:
        world.towpath("apply", status=0)


def all_is_well(world: World, live: LocalLive) -> None:
    assert all(live.standing(unit) for unit in UNITS)
    made = [line.split()[1:] for line in live.journal() if line.startswith("made")]
    assert [unit for unit, _ in dict.fromkeys(map(tuple, made))] == list(UNITS), "tier after tier"
    assert world.towpath("apply", status=0).document["units"] == [], "the ledger knows that all is done"


def killed_at(home: Path, boundary: int) -> None:
    world, live = three_tiers(home)
    die_at(world, boundary, "apply")
    go_on(world)
    all_is_well(world, live)
    nothing_twice(world, live, boundary)


def nothing_twice(world: World, live: LocalLive, boundary: int) -> None:
    """A unit is made once for each plan at most: again only when an interrupted engine left its resource tainted, which
    takes a new plan, and so two more attempts."""
    run = world.towpath("runs", status=0).document["runs"][0]["run"]
    journal = live.journal()
    for unit in world.status(run).document["units"]:
        made = journal.count(f"made {unit['path']} one")
        plans = unit["attempts"] // 2
        assert 1 <= made <= max(1, plans), f"{unit['path']} after a death at boundary {boundary}: {journal}"


def boundaries(home: Path) -> int:
    world, live = three_tiers(home)
    count = die_at(world, 0, "apply")
    all_is_well(world, live)
    assert count > STRIDE, "the run writes what it does"
    return count


def test_killed_at_transactions(tmp_path: Path) -> None:
    for boundary in range(STRIDE // 2, boundaries(tmp_path / "whole"), STRIDE):
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
    go_on(world)
    all_is_well(world, live)
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

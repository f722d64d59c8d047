"""The state moved on between a plan and its apply: planned again and compared with what was seen."""

from __future__ import annotations

import subprocess

from local_live import MODULE, LocalLive
from world import World

UNIT = "dev/app"


def by_hand(live: LocalLive, value: str, *words: str) -> None:
    """Somebody runs Terraform past Towpath, on the unit's own state."""
    folder = live.world.home / "by-hand"
    folder.mkdir(exist_ok=True)
    backend = f'terraform {{\n  backend "local" {{\n    path = "{live.state(UNIT)}"\n  }}\n}}\n'
    (folder / "main.tf").write_text(backend + MODULE, encoding="utf-8")
    variables = [f"-var=unit={UNIT}", f"-var=value={value}", f"-var=notes={live.notes}"]
    for command in (["init", "-input=false"], ["apply", "-input=false", "-auto-approve", *variables, *words]):
        subprocess.run(
            ["terraform", *command], cwd=folder, env=live.world.environment, check=True, capture_output=True, timeout=60
        )


def planned(world: World, live: LocalLive) -> str:
    """Applied with `one`, and a run that holds the plan to change it to `two`."""
    live.unit(UNIT, '"one"')
    world.push("One")
    world.apply()
    live.unit(UNIT, '"two"')
    world.push("Two")
    return world.towpath("plan", status=0).run


def test_a_plan_whose_work_somebody_did_already_goes_on_with_nothing(world: World) -> None:
    live = LocalLive(world, {"dev": 1})
    run = planned(world, live)
    by_hand(live, "two")
    before = live.journal()
    done = world.towpath("apply", "--run", run, status=0)
    assert done.run_status == "succeeded"
    assert live.journal() == before


def test_a_plan_that_has_become_more_asks_again(world: World) -> None:
    live = LocalLive(world, {"dev": 1})
    live.unit(UNIT, '"one"')
    world.push("One")
    plan = world.towpath("plan", status=0)
    assert (plan.unit(UNIT)["plan"]["add"], plan.unit(UNIT)["plan"]["replace"]) == (1, 0)
    run = plan.run
    by_hand(live, "three")
    before = live.journal()
    asked = world.towpath("apply", "--run", run, status=3)
    assert asked.run_status == "waiting"
    assert live.journal() == before, "nothing that nobody has seen is applied"
    assert world.approve(run).run_status == "succeeded"
    assert live.journal()[len(before) :] == [f"gone {UNIT} three", f"made {UNIT} one"]

"""Runs that wait for a person although no gate asks for it, and units that no run applies."""

from __future__ import annotations

from local_live import LocalLive
from world import World


def test_a_run_over_more_units_than_allowed_waits(world: World) -> None:
    live = LocalLive(world, {"dev": 1})
    world.write({"towpath.yml": "hold_above:\n  units: 1\n"})
    for name in ("app", "web"):
        live.unit(f"dev/{name}", '"one"')
    world.push("Two units")
    held = world.towpath("apply", status=3)
    assert held.run_status == "waiting"
    assert live.journal() == []
    assert world.approve(held.run).statuses == {"dev/app": "applied", "dev/web": "applied"}


def test_taking_down_what_holds_data_waits(world: World) -> None:
    live = LocalLive(world, {"dev": 1})
    world.write({"towpath.yml": "data_types: [terraform_data]\n"})
    live.unit("dev/app", '"one"')
    world.push("One")
    world.apply()
    world.remove("dev/app")
    world.push("None")
    held = world.towpath("apply", status=3)
    assert live.standing("dev/app") == ["terraform_data.this"]
    assert world.approve(held.run).statuses == {"dev/app": "destroyed"}
    assert live.standing("dev/app") == []


def test_a_protected_unit_is_shown_and_never_applied(world: World) -> None:
    live = LocalLive(world, {"dev": 1})
    live.unit("dev/towpath/runner", '"one"')
    live.unit("dev/app", '"one"')
    base = world.push("An app, and who deploys it")
    units = {each["path"]: each["protected"] for each in world.towpath("units", status=0).document["units"]}
    assert units == {"dev/app": False, "dev/towpath/runner": True}
    first = world.towpath("apply")
    if first.run_status == "waiting":
        world.approve(first.run)
    done = world.status(first.run)
    assert done.statuses == {"dev/app": "applied", "dev/towpath/runner": "held"}
    assert live.journal() == ["made dev/app one"]
    live.unit("dev/towpath/runner", '"two"')
    world.push("Another deployer")
    assert [each["held"] for each in world.changes(base).document["units"]] == ["protected"]

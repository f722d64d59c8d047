"""Accounts of equal deploy order are one tier: they go together, and together they hold back the next."""

from __future__ import annotations

from local_live import LocalLive
from world import World

ACCOUNTS = {"east": 1, "west": 1, "prod": 2}


def test_accounts_of_equal_order_are_one_tier(world: World) -> None:
    live = LocalLive(world, ACCOUNTS)
    for account in ACCOUNTS:
        live.unit(f"{account}/app", '"one"')
    world.push("One app for each account")
    plan = world.towpath("plan", status=0)
    assert {each["path"]: each["tier"] for each in plan.document["units"]} == {
        "east/app": 1,
        "west/app": 1,
        "prod/app": 2,
    }
    assert live.journal() == [], "a plan touches nothing"
    done = world.apply()
    assert set(done.statuses.values()) == {"applied"}
    assert sorted(live.journal()[:2]) == ["made east/app one", "made west/app one"]
    assert live.journal()[2] == "made prod/app one"


def test_a_failure_lets_its_tier_finish_and_stops_the_next(world: World) -> None:
    live = LocalLive(world, ACCOUNTS)
    for account in ACCOUNTS:
        live.unit(f"{account}/app", '"one"')
    live.unit("east/web", "dependency.app.outputs.value", reads={"app": "east/app"})
    world.push("One app for each account")
    live.set_trap("east/app")
    halted = world.towpath("apply", status=1)
    assert halted.run_status == "halted"
    assert halted.statuses["east/app"] == "failed"
    assert halted.statuses["east/web"] == "skipped", "what depends on the failed unit is not tried"
    assert halted.statuses["west/app"] == "applied", "its sibling finishes, and keeps its result"
    assert halted.statuses["prod/app"] in ("pending", "planned", "skipped")
    assert live.journal() == ["made west/app one"]
    assert "out of quota" in world.towpath("logs", halted.run, "east/app").said

"""Units that leave the repository: taken down after whatever stops using them, unless they are not to be."""

from __future__ import annotations

from local_live import LocalLive
from world import World


def test_a_unit_goes_after_the_change_that_stops_using_it(world: World) -> None:
    live = LocalLive(world, {"dev": 1})
    live.unit("dev/old", '"old"')
    live.unit("dev/app", "dependency.up.outputs.value", reads={"up": "dev/old"})
    base = world.push("An app on something old")
    world.apply()

    live.unit("dev/app", '"alone"')
    world.remove("dev/old")
    world.push("The app stands alone")
    changes = world.changes(base).document
    assert {each["path"]: each["action"] for each in changes["units"]} == {"dev/app": "apply", "dev/old": "destroy"}
    assert [tier["levels"] for tier in changes["tiers"]] == [[["dev/app"], ["dev/old"]]]

    done = world.apply()
    assert done.statuses == {"dev/app": "applied", "dev/old": "destroyed"}
    assert live.journal()[2:] == ["gone dev/app old!", "made dev/app alone", "gone dev/old old"]
    assert live.standing("dev/old") == []
    assert world.apply().document["units"] == [], "what is gone is not taken down again"


def test_removed_units_go_in_the_reverse_order_of_their_dependencies(world: World) -> None:
    live = LocalLive(world, {"dev": 1})
    live.unit("dev/network", '"net"')
    live.unit("dev/app", "dependency.up.outputs.value", reads={"up": "dev/network"})
    live.unit("dev/other", '"other"')
    world.push("Three units")
    world.apply()
    world.remove("dev/network")
    world.remove("dev/app")
    world.push("One unit")
    done = world.apply()
    assert done.statuses == {"dev/app": "destroyed", "dev/network": "destroyed"}
    assert live.journal()[3:] == ["gone dev/app net!", "gone dev/network net"]


def test_a_unit_that_must_not_be_destroyed_stays(world: World) -> None:
    live = LocalLive(world, {"dev": 1})
    live.unit("dev/data", '"dear"', extra="prevent_destroy = true\n")
    live.unit("dev/app", '"app"')
    world.push("Something dear")
    world.apply()
    world.remove("dev/data")
    live.unit("dev/app", '"new app"')
    world.push("Forget about it")
    outcome = world.towpath("apply")
    assert outcome.statuses["dev/data"] != "destroyed"
    assert "prevent_destroy" in outcome.said
    assert live.standing("dev/data") == ["terraform_data.this"]
    assert "gone dev/data dear" not in live.journal()


def test_destroy_refuses_a_unit_that_must_not_be_destroyed(world: World) -> None:
    live = LocalLive(world, {"dev": 1})
    live.unit("dev/data", '"dear"', extra="prevent_destroy = true\n")
    world.push("Something dear")
    world.apply()
    outcome = world.towpath("destroy", "dev/data")
    assert outcome.status != 0
    assert "prevent_destroy" in outcome.said
    assert live.standing("dev/data") == ["terraform_data.this"]

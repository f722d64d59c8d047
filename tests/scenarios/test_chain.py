"""Units that read each other's outputs, all new in one commit: planned with mocks, never applied with them."""

from __future__ import annotations

from local_live import LocalLive
from world import World

CHAIN = ("dev/network", "dev/database", "dev/app")


def chain(world: World) -> LocalLive:
    live = LocalLive(world, {"dev": 1})
    live.unit("dev/network", '"net"')
    live.unit("dev/database", '"db on ${dependency.up.outputs.value}"', reads={"up": "dev/network"})
    live.unit("dev/app", '"app on ${dependency.up.outputs.value}"', reads={"up": "dev/database"})
    return live


def test_a_chain_made_in_one_commit_is_applied_with_real_outputs(world: World) -> None:
    live = chain(world)
    world.push("A whole environment")
    plan = world.towpath("plan", status=0)
    assert [plan.exactness(path) for path in CHAIN] == ["exact", "provisional", "provisional"]
    done = world.apply("--run", plan.run)
    assert done.statuses == dict.fromkeys(CHAIN, "applied")
    assert [done.exactness(path) for path in CHAIN] == ["exact"] * 3
    assert live.journal() == [
        "made dev/network net",
        "made dev/database db on net!",
        "made dev/app app on db on net!!",
    ]


def test_units_follow_when_an_output_they_read_has_changed(world: World) -> None:
    live = chain(world)
    base = world.push("A whole environment")
    world.apply()
    live.unit("dev/network", '"mesh"')
    world.push("Another network")
    changes = world.changes(base).document
    assert [each["path"] for each in changes["units"]] == ["dev/network"]
    assert changes["may_follow"] == ["dev/app", "dev/database"]
    done = world.apply()
    assert done.statuses == dict.fromkeys(CHAIN, "applied")
    assert "made dev/app app on db on mesh!!" in live.journal()


def test_units_stay_when_no_output_they_read_has_changed(world: World) -> None:
    live = chain(world)
    world.push("A whole environment")
    world.apply()
    live.unit("dev/network", '"net"', extra="# The same, said again.\n")
    world.write({"dev/network/notes.txt": "a file beside the unit\n"})
    world.push("A file that changes no output")
    done = world.apply()
    assert set(done.statuses) == {"dev/network"}
    assert len(live.journal()) == len(CHAIN)

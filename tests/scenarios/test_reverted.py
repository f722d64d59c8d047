"""A commit that takes a change back before anybody approved it: the run that waits is no longer wanted."""

from __future__ import annotations

from local_live import LocalLive
from world import World


def test_a_revert_supersedes_the_run_that_waits_with_the_change(world: World) -> None:
    live = LocalLive(world, {"prod": 1})
    live.unit("prod/app", '"one"')
    world.push("One")
    world.apply()
    world.write({"towpath.yml": "gates:\n  prod:\n    approvals: 1\n"})
    live.unit("prod/app", '"two"')
    world.push("Two, and a gate")
    waiting = world.towpath("apply", status=3)

    live.unit("prod/app", '"one"')
    world.push("One again")
    world.towpath("apply", status=0)

    assert world.status(waiting.run).run_status == "superseded"
    assert world.towpath("approve", waiting.run).status != 0
    assert live.journal() == ["made prod/app one"]

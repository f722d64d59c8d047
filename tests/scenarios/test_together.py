"""Two people type `towpath apply` at once."""

from __future__ import annotations

import time

from local_live import LocalLive
from world import World


def test_two_applies_at_once_apply_a_unit_once(world: World) -> None:
    live = LocalLive(world, {"dev": 1})
    live.unit("dev/app", '"one"')
    world.push("One")
    live.set_trap("dev/app", "wait")
    first = world.start("apply")
    live.wait_until_busy("dev/app", first)
    second = world.start("apply")
    time.sleep(3)
    assert live.journal() == [], "the second does not get past the first"
    live.remove_trap("dev/app", "wait")
    outcomes = [first.wait(), second.wait()]
    assert outcomes[0].status == 0
    assert outcomes[0].statuses == {"dev/app": "applied"}
    assert live.journal() == ["made dev/app one"]
    assert world.apply().document["units"] == []


def test_two_applies_started_at_the_same_moment_apply_a_unit_once(world: World) -> None:
    live = LocalLive(world, {"dev": 1})
    live.unit("dev/app", '"one"')
    world.push("One")
    started = [world.start("apply"), world.start("apply")]
    outcomes = [each.wait() for each in started]
    assert 0 in [outcome.status for outcome in outcomes]
    assert live.journal() == ["made dev/app one"]

"""Ctrl-C while Terraform works: it stops cleanly, the run says so, and goes on when it is resumed."""

from __future__ import annotations

import signal

from local_live import LocalLive
from world import World


def test_an_interrupted_apply_is_recorded_and_resumed(world: World) -> None:
    live = LocalLive(world, {"dev": 1, "prod": 2})
    for account in ("dev", "prod"):
        live.unit(f"{account}/app", '"one"')
    world.push("One")
    live.set_trap("dev/app", "wait")
    typed = world.start("apply")
    live.wait_until_busy("dev/app", typed)
    typed.process.send_signal(signal.SIGINT)
    interrupted = typed.wait()
    assert interrupted.status == 1
    assert interrupted.statuses["dev/app"] != "applied"
    assert live.journal() == [], "neither the unit nor what comes after it"

    live.remove_trap("dev/app", "wait")
    resumed = world.towpath("resume", interrupted.run, status=3)
    assert resumed.run_status == "waiting", "what was half made must be replaced: more than was agreed to"
    done = world.approve(interrupted.run)
    assert set(done.statuses.values()) == {"applied"}
    assert [line for line in live.journal() if line.startswith("made")] == ["made dev/app one", "made prod/app one"]

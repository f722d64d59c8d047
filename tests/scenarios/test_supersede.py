"""A newer commit supersedes a run that waits."""

from __future__ import annotations

from local_live import LocalLive
from world import World

GATED = "gates:\n  prod:\n    approvals: 1\n"


def test_a_waiting_run_is_superseded_by_a_newer_commit(world: World) -> None:
    live = LocalLive(world, {"dev": 1, "prod": 2})
    world.write({"towpath.yml": GATED})
    for account in ("dev", "prod"):
        live.unit(f"{account}/app", '"one"')
    world.push("One")
    old = world.towpath("apply", status=3)
    assert old.run_status == "waiting"

    for account in ("dev", "prod"):
        live.unit(f"{account}/app", '"two"')
    world.push("Two")
    new = world.towpath("apply", status=3)
    assert world.status(old.run).run_status == "superseded"
    assert world.towpath("approve", old.run).status != 0, "nobody can approve what is no longer wanted"
    assert [line for line in live.journal() if "prod" in line] == []

    assert world.approve(new.run).run_status == "succeeded"
    assert [line for line in live.journal() if "prod" in line] == ["made prod/app two"]


def test_a_rejected_run_goes_no_further(world: World) -> None:
    live = LocalLive(world, {"dev": 1, "prod": 2})
    world.write({"towpath.yml": GATED})
    for account in ("dev", "prod"):
        live.unit(f"{account}/app", '"one"')
    world.push("One")
    waiting = world.towpath("apply", status=3)
    world.towpath("reject", waiting.run)
    assert world.status(waiting.run).run_status == "cancelled"
    assert world.towpath("apply", "--run", waiting.run).status != 0
    assert [line for line in live.journal() if "prod" in line] == []

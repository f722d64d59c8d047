"""A tier in the middle fails: what is before it stays, what is after it is not touched, and the way on from there."""

from __future__ import annotations

from local_live import LocalLive
from world import World

ACCOUNTS = {"dev": 1, "stage": 2, "prod": 3}


def three_accounts(world: World) -> LocalLive:
    """An app in each account, applied with the value `one`; the value stands in a file they share."""
    live = LocalLive(world, ACCOUNTS)
    world.write({"common.hcl": 'locals {\n  value = "one"\n}\n'})
    for account in ACCOUNTS:
        live.unit(f"{account}/app", 'read_terragrunt_config(find_in_parent_folders("common.hcl")).locals.value')
    world.push("An app for each account")
    world.apply()
    return live


def test_resume_redoes_only_what_is_not_done(world: World) -> None:
    live = three_accounts(world)
    world.edit("common.hcl", "one", "two")
    world.push("Two")
    live.set_trap("stage/app")
    halted = world.towpath("apply", status=1)
    assert halted.run_status == "halted"
    assert (halted.statuses["dev/app"], halted.statuses["stage/app"]) == ("applied", "failed")
    assert not [line for line in live.journal() if line == "made prod/app two"]

    live.remove_trap("stage/app")
    resumed = world.towpath("resume", halted.run, status=0)
    assert resumed.run == halted.run
    assert resumed.statuses == {f"{account}/app": "applied" for account in ACCOUNTS}
    made = [line for line in live.journal() if line.endswith(" two") and line.startswith("made")]
    assert made == ["made dev/app two", "made stage/app two", "made prod/app two"]


def test_a_roll_forward_commit_catches_up_what_was_left_behind(world: World) -> None:
    live = three_accounts(world)
    world.edit("common.hcl", "one", "two")
    world.push("Two")
    live.set_trap("stage/app")
    halted = world.towpath("apply", status=1)

    live.remove_trap("stage/app")
    live.unit("stage/app", '"two, as stage can bear it"')
    world.push("stage needs another value")
    caught_up = world.apply()
    assert caught_up.run != halted.run
    assert caught_up.statuses == {"stage/app": "applied", "prod/app": "applied"}, "dev has it already"
    assert live.journal().count("made dev/app two") == 1
    assert "made stage/app two, as stage can bear it" in live.journal()
    assert live.journal()[-1] == "made prod/app two"


def test_nothing_is_left_to_do_after_a_run(world: World) -> None:
    live = three_accounts(world)
    before = live.journal()
    again = world.apply()
    assert again.document["units"] == []
    assert live.journal() == before

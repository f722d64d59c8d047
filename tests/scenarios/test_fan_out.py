"""One value in one shared file, three accounts of an emulated AWS, the real provider, state with locks."""

from __future__ import annotations

from collections.abc import Callable

from aws_live import AwsLive

ACCOUNTS = ("dev", "stage", "prod")


def test_a_shared_value_walks_from_dev_over_stage_to_prod(aws_live: Callable[..., AwsLive]) -> None:
    live = aws_live(*ACCOUNTS)
    live.world.push("Settings for three accounts")

    first = live.world.towpath("apply", status=3)
    assert first.run_status == "waiting"
    assert first.statuses[live.unit("dev")] == first.statuses[live.unit("stage")] == "applied"
    assert [live.setting(account) for account in ACCOUNTS] == ["one", "one", None]
    assert live.world.approve(first.run).run_status == "succeeded"
    assert [live.setting(account) for account in ACCOUNTS] == ["one", "one", "one"]
    for account in ACCOUNTS:
        assert live.states(account) == [f"{live.unit(account)}/terraform.tfstate"], "state, and no lock left behind"

    base = live.world.push("Nothing yet")
    live.world.edit("_envcommon/setting.hcl", '"one"', '"two"')
    live.world.push("Another setting")
    changes = live.world.changes(base).document
    assert [each["path"] for each in changes["units"]] == sorted(live.unit(account) for account in ACCOUNTS)
    for each in changes["units"]:
        (reason,) = each["reasons"]
        assert (reason["kind"], reason["attribute"]) == ("value", "inputs.value")
        assert (reason["before"], reason["after"], reason["file"]) == ("one", "two", "_envcommon/setting.hcl")
    assert [tier["accounts"] for tier in changes["tiers"]] == [["dev"], ["stage"], ["prod"]]

    second = live.world.towpath("apply", status=3)
    assert [live.setting(account) for account in ACCOUNTS] == ["two", "two", "one"]
    done = live.world.approve(second.run)
    assert done.statuses == {live.unit(account): "applied" for account in ACCOUNTS}
    assert [live.setting(account) for account in ACCOUNTS] == ["two", "two", "two"]


def test_a_comment_in_the_file_all_units_include_changes_nothing(aws_live: Callable[..., AwsLive]) -> None:
    live = aws_live("dev")
    base = live.world.push("A setting")
    live.world.apply()
    live.world.edit("root.hcl", "locals {", "# What follows is said once for all.\nlocals {")
    live.world.push("Say what follows")
    assert live.world.changes(base).document["units"] == []
    assert live.world.apply().document["units"] == []

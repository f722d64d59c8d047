"""Somebody changes by hand what Towpath applied."""

from __future__ import annotations

from collections.abc import Callable

from aws_live import AwsLive


def test_what_somebody_changed_by_hand_is_found_and_the_code_applied_again(aws_live: Callable[..., AwsLive]) -> None:
    live = aws_live("dev", "stage")
    live.world.push("A setting for two accounts")
    live.world.apply()
    assert set(live.world.towpath("drift", status=0).statuses.values()) == {"unchanged"}

    live.meddle("stage", "by hand")
    # A newer commit is no drift.
    live.world.edit("_envcommon/setting.hcl", '"one"', '"two"')
    live.world.push("Another value, not applied yet")
    found = live.world.towpath("drift", status=3)
    assert found.statuses == {live.unit("dev"): "unchanged", live.unit("stage"): "drifted"}
    assert found.unit(live.unit("stage"))["plan"]["change"] == 1
    assert live.setting("stage") == "by hand"

    live.world.edit("_envcommon/setting.hcl", '"two"', '"one"')
    live.world.push("The old value")
    live.world.towpath("apply", live.unit("stage"), status=0)
    assert live.setting("stage") == "one"
    assert set(live.world.towpath("drift", "--account", "stage", status=0).statuses.values()) == {"unchanged"}

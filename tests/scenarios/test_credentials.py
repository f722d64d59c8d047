"""Credentials that are refused, or have expired: the unit fails, says which role, and nothing after it is tried."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from aws_live import AwsLive
from emulated_aws import emulated_aws, expired_aws
from world import World


def test_expired_credentials_stop_the_run_and_say_so(aws_live: Callable[..., AwsLive]) -> None:
    live = aws_live("dev", "stage")
    live.world.push("A setting for two accounts")
    good = live.world.environment["AWS_ENDPOINT_URL"]
    with expired_aws() as endpoint:
        live.world.environment["AWS_ENDPOINT_URL"] = endpoint
        halted = live.world.towpath("apply", status=1)
    assert halted.run_status == "halted"
    assert halted.statuses[live.unit("dev")] == "failed"
    assert "expired" in halted.said
    assert f"arn:aws:iam::{live.account_ids['dev']}:role/towpath-plan" in halted.said
    assert live.world.environment["AWS_SECRET_ACCESS_KEY"] not in halted.stderr

    live.world.environment["AWS_ENDPOINT_URL"] = good
    resumed = live.world.towpath("resume", halted.run, status=0)
    assert set(resumed.statuses.values()) == {"applied"}
    assert (live.setting("dev"), live.setting("stage")) == ("one", "one")


def test_denied_credentials_stop_the_run_and_say_so(world: World, tmp_path: Path) -> None:
    with emulated_aws(tmp_path) as aws:
        live = AwsLive(world, aws, ("dev", "stage"))
        world.push("A setting for two accounts")
        aws.enforce_permissions()
        halted = world.towpath("apply", status=1)
        assert halted.run_status == "halted"
        assert halted.statuses[live.unit("dev")] == "failed"
        assert halted.statuses[live.unit("stage")] not in ("applied", "failed")
        assert f"arn:aws:iam::{live.account_ids['dev']}:role/towpath-plan" in halted.said
        aws.enforce_permissions(False)
        assert (live.setting("dev"), live.setting("stage")) == (None, None)

"""The lock of a unit's state is held by somebody else."""

from __future__ import annotations

from collections.abc import Callable

from aws_live import AwsLive


def test_a_lock_of_somebody_else_is_respected_and_its_holder_named(aws_live: Callable[..., AwsLive]) -> None:
    live = aws_live("dev", "stage")
    live.world.write({"towpath.yml": _without_waiting((live.world.folder / "towpath.yml").read_text())})
    live.world.push("A setting for two accounts")
    live.lock("dev", "robin@laptop")
    blocked = live.world.towpath("apply", status=1)
    assert blocked.run_status == "halted"
    assert "robin@laptop" in blocked.said
    assert (live.setting("dev"), live.setting("stage")) == (None, None)

    live.unlock("dev")
    resumed = live.world.towpath("resume", blocked.run, status=0)
    assert set(resumed.statuses.values()) == {"applied"}
    assert (live.setting("dev"), live.setting("stage")) == ("one", "one")


def _without_waiting(settings: str) -> str:
    return settings + "\nlock_timeout: 1\n"

"""`engine: terragrunt`: units planned and applied by a Terragrunt, here a stand-in that runs the real engine."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from installed_terragrunt import InstalledTerragrunt
from local_live import LocalLive
from world import World


@pytest.fixture
def terragrunt(world: World) -> InstalledTerragrunt:
    installed = InstalledTerragrunt(world.home)
    world.environment["PATH"] = installed.before(world.environment["PATH"])
    world.write({"towpath.yml": "engine: terragrunt\n"})
    return installed


def words(terragrunt: InstalledTerragrunt) -> list[tuple[str, str]]:
    """Unit and engine command of each process that was about a unit."""
    return [("/".join(call.cwd.parts[-2:]), call.engine[0]) for call in terragrunt.work()]


def test_a_chain_over_two_tiers_with_a_gate(world: World, terragrunt: InstalledTerragrunt) -> None:
    live = LocalLive(world, {"dev": 1, "prod": 2})
    world.write({"towpath.yml": "engine: terragrunt\ngates: {prod: {approvals: 1}}\n"})
    live.unit("dev/network", '"net"')
    live.unit("dev/app", '"app on ${dependency.up.outputs.value}"', reads={"up": "dev/network"})
    live.unit("prod/app", '"prod"')
    world.push("Two accounts")
    waiting = world.towpath("apply", status=3)
    assert waiting.statuses == {"dev/network": "applied", "dev/app": "applied", "prod/app": "planned"}
    done = world.approve(waiting.run)
    assert set(done.statuses.values()) == {"applied"}
    assert live.journal() == ["made dev/network net", "made dev/app app on net!", "made prod/app prod"]
    planned = ["dev/app", "dev/network", "prod/app"]
    assert sorted(unit for unit, command in words(terragrunt) if command == "apply") == planned
    assert sorted({unit for unit, command in words(terragrunt) if command == "plan"}) == planned

    world.remove("dev/network")
    world.remove("dev/app")
    world.push("dev is given up")
    gone = world.apply()
    assert gone.statuses == {"dev/network": "destroyed", "dev/app": "destroyed"}
    assert live.journal()[3:] == ["gone dev/app app on net!", "gone dev/network net"]
    assert all(call.argv[0] == "run" and call.engine[0] in ("plan", "apply") for call in terragrunt.work())


def test_an_interrupted_apply_is_recorded_and_nothing_is_left_running(
    world: World, terragrunt: InstalledTerragrunt
) -> None:
    live = LocalLive(world, {"dev": 1})
    live.unit("dev/app", '"one"')
    world.push("One")
    live.set_trap("dev/app", "wait")
    typed = world.start("apply")
    live.wait_until_busy("dev/app", typed, seconds=120)
    typed.process.send_signal(signal.SIGINT)
    interrupted = typed.wait(1)
    assert interrupted.statuses["dev/app"] != "applied"
    assert live.journal() == []
    assert not Path(f"/proc/{terragrunt.work()[-1].pid}").exists()
    assert "Two interrupts received" not in world.spoken("logs", interrupted.run, "dev/app")


def test_what_is_missing_is_said_before_anything_is_begun(world: World, terragrunt: InstalledTerragrunt) -> None:
    LocalLive(world, {"dev": 1}).unit("dev/app", '"one"')
    world.push("One")
    doctor = world.spoken("doctor")
    assert f"terragrunt 1.0.4 ({terragrunt.path}), runs terraform" in doctor
    terragrunt.install("0.99.1")
    said = world.towpath("apply", status=1).said
    assert "engine-version" in said
    assert "Towpath asks for ~> 1.0" in said
    terragrunt.path.unlink()
    assert "engine-missing" in world.towpath("apply", status=1).said
    assert terragrunt.work() == []

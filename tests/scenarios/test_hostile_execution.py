"""What must not happen while units are worked on, whoever is stopped when, and whatever the configuration writes."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from local_live import LocalLive
from world import World


def test_a_towpath_that_is_put_to_sleep_keeps_others_waiting(world: World) -> None:
    live = LocalLive(world, {"dev": 1})
    live.unit("dev/app", '"one"')
    world.push("One")
    live.set_trap("dev/app", "wait")
    first = world.start("apply")
    live.wait_until_busy("dev/app", first)
    first.process.send_signal(signal.SIGSTOP)
    second = world.start("apply")
    live.remove_trap("dev/app", "wait")
    assert second.process.stderr is not None
    waiting = second.process.stderr.readline()
    assert "waits" in waiting or str(first.process.pid) in waiting, waiting
    assert second.process.poll() is None
    first.process.send_signal(signal.SIGCONT)
    assert first.wait().statuses == {"dev/app": "applied"}
    assert set(second.wait().statuses.values()) <= {"unchanged", "applied"}
    assert [line for line in live.journal() if line.startswith("made")] == ["made dev/app one"]


@pytest.mark.parametrize("path", ["../../escaped.tf", "../escaped.tf", "{home}/escaped.tf", "a/../../../escaped.tf"])
def test_no_generated_file_lands_outside_of_the_working_folder(world: World, path: str) -> None:
    where = path.format(home=world.home)
    generate = f'generate "x" {{\n  path = "{where}"\n  if_exists = "overwrite"\n  contents = "# escaped"\n}}\n'
    world.write({"app/terragrunt.hcl": generate, "app/main.tf": 'output "a" {\n  value = 1\n}\n'})
    world.push("Escape")
    failed = world.towpath("apply", status=1)
    assert "generated-file-outside" in failed.said
    assert [str(found) for found in world.home.rglob("escaped.tf")] == []


@pytest.mark.parametrize(
    "unit", ["\u5c71" * 60 + "/" + "\u5c71" * 60, "--/..x/ -rf", "a\nb/\x1b[31mc", "A/b", "$(touch x)/`id`"]
)
def test_whatever_a_unit_is_called_it_is_applied_in_its_own_place(world: World, unit: str) -> None:
    world.write({f"{unit}/terragrunt.hcl": "", f"{unit}/main.tf": 'output "a" {\n  value = 1\n}\n'})
    world.write({"a/b/terragrunt.hcl": "", "a/b/main.tf": 'output "a" {\n  value = 2\n}\n'})
    world.push("Odd names")
    done = world.apply()
    assert done.statuses == {unit: "applied", "a/b": "applied"}
    logs = [path for path in Path(world.home / "home").rglob("*.log") if path.parent.name == done.run]
    assert len(logs) == 2

"""What goes wrong while units are planned and applied: it is told as what it is, and once it is mended the run goes on
where it was."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from aws_live import AwsLive
from bad_input import only_problem, place_of, printed_as
from emulated_aws import emulated_aws
from local_live import LocalLive
from world import Outcome, World

OLD_ENGINE = """#!/bin/sh
case "$*" in
*-json*) echo '{"terraform_version": "1.2.9"}' ;;
*) echo "Terraform v1.2.9" ;;
esac
"""
STATE = """remote_state {{
  backend = "local"
  generate = {{ path = "backend.tf", if_exists = "overwrite" }}
  config = {{ path = "{path}" }}
}}
"""
UNREACHABLE = """remote_state {{
  backend = "s3"
  generate = {{ path = "backend.tf", if_exists = "overwrite" }}
  config = {{
    bucket                      = "states"
    key                         = "app"
    region                      = "eu-west-1"
    access_key                  = "nobody"
    secret_key                  = "nothing"
    max_retries                 = 1
    use_path_style              = true
    skip_credentials_validation = true
    skip_metadata_api_check     = true
    skip_requesting_account_id  = true
    endpoints                   = {{ s3 = "http://127.0.0.1:{port}" }}
  }}
}}
"""


def one_unit(world: World) -> LocalLive:
    live = LocalLive(world)
    live.unit("app", '"one"')
    world.push("One unit")
    return live


def resumed(world: World, halted: Outcome) -> None:
    """The run goes on, and does what it was to do."""
    assert halted.run_status == "halted"
    assert world.status(halted.run).run_status == "halted"
    assert world.towpath("resume", halted.run, status=0).statuses == {"app": "applied"}


def programs(world: World, *names: str) -> Path:
    """A folder with these programs of the machine and no other, as the only one that is looked through."""
    folder = world.home / "programs"
    folder.mkdir()
    for name in names:
        found = next(Path(each, name) for each in os.environ["PATH"].split(os.pathsep) if Path(each, name).exists())
        (folder / name).symlink_to(found)
    world.environment["PATH"] = str(folder)
    return folder


def test_no_engine(world: World) -> None:
    live = one_unit(world)
    path = world.environment["PATH"]
    programs(world, "git")
    for command in ("plan", "apply"):
        problem = only_problem(world.towpath(command, status=1), "engine-missing")
        assert "tofu or terraform was not found" in problem["detail"]
        assert "opentofu.org" in problem["hint"]
    assert "missing engine" in " ".join(printed_as(world, "doctor").split())
    world.environment["PATH"] = path
    assert world.apply().statuses == {"app": "applied"}
    assert live.journal() == ["made app one"]


def test_an_engine_that_is_too_old(world: World) -> None:
    one_unit(world)
    old = programs(world, "git", "sh") / "terraform"
    old.write_text(OLD_ENGINE)
    old.chmod(0o755)
    problem = only_problem(world.towpath("apply", status=1), "engine-version")
    assert problem["detail"] == f"{old} is version 1.2.9; Towpath asks for >= 1.3."
    assert "Install a version that fits" in problem["hint"]


@pytest.mark.parametrize(
    ("engine", "id_", "column"),
    [("version: '~> 0.12'", "engine-version", 12), ("binary: /nowhere/tofu", "engine-missing", 11)],
)
def test_an_engine_that_is_asked_for_and_not_there(world: World, engine: str, id_: str, column: int) -> None:
    world.write({"towpath.yml": f"engine:\n  {engine}\n"})
    one_unit(world)
    problem = only_problem(world.towpath("apply", status=1), id_)
    assert place_of(problem) == ("towpath.yml", 2, column)
    assert problem["hint"]
    assert "--> towpath.yml:2:" in printed_as(world, "apply")


def test_a_unit_that_asks_for_another_engine(world: World) -> None:
    live = LocalLive(world)
    live.unit("app", '"one"', extra='terraform_version_constraint = "~> 0.12"\n')
    world.push("An old constraint")
    problem = only_problem(world.towpath("apply", status=1), "engine-version", "app")
    file = world.folder / "app/terragrunt.hcl"
    line = file.read_text().splitlines().index('terraform_version_constraint = "~> 0.12"') + 1
    assert place_of(problem)[:2] == ("app/terragrunt.hcl", line)


def test_a_backend_that_cannot_be_reached(world: World) -> None:
    live = LocalLive(world)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    live.unit("app", '"one"', extra=UNREACHABLE.format(port=port))
    world.push("State in a place that is not there")
    halted = world.towpath("apply", status=1)
    problem = only_problem(halted, "backend-unreachable", "app")
    assert "connection refused" in problem["detail"]
    assert "Check the network" in problem["hint"]
    assert live.journal() == []
    world.edit("app/terragrunt.hcl", UNREACHABLE.format(port=port), "")
    world.push("State where it was")
    assert world.apply().statuses == {"app": "applied"}


def test_a_role_that_is_denied(world: World, tmp_path: Path) -> None:
    with emulated_aws(tmp_path) as aws:
        live = AwsLive(world, aws, ("dev",))
        world.push("A setting for an account")
        good = dict(world.environment)
        world.environment.pop("AWS_SESSION_TOKEN", None)
        world.environment |= aws.key_without_rights(live.account_ids["dev"])
        aws.enforce_permissions()
        halted = world.towpath("apply", status=1)
        problem = only_problem(halted, "role-denied", live.unit("dev"))
        assert f"arn:aws:iam::{live.account_ids['dev']}:role/towpath-plan" in problem["detail"]
        assert "sts:AssumeRole" in problem["hint"]
        aws.enforce_permissions(False)
        world.environment = good
        assert world.towpath("resume", halted.run, status=0).statuses == {live.unit("dev"): "applied"}
        assert live.setting("dev") == "one"


def test_a_state_that_somebody_else_has_locked(aws_live: Callable[..., AwsLive]) -> None:
    live = aws_live("dev")
    live.world.write({"towpath.yml": (live.world.folder / "towpath.yml").read_text() + "\nlock_timeout: 1\n"})
    live.world.push("A setting for an account")
    live.lock("dev", "robin@laptop")
    problem = only_problem(live.world.towpath("apply", status=1), "state-locked", live.unit("dev"))
    assert "robin@laptop" in problem["detail"]
    assert "force-unlock" in problem["hint"]


def test_a_lock_that_nobody_holds_but_cannot_be_taken(world: World) -> None:
    live = LocalLive(world)
    state = STATE.format(path="/proc/towpath/terraform.tfstate")
    live.unit("app", '"one"', extra=state)
    world.push("State where no folder can be made")
    problem = only_problem(world.towpath("apply", status=1), "state-not-lockable", "app")
    assert "/proc/towpath" in problem["detail"]
    assert "Nobody holds it" in problem["hint"]
    world.edit("app/terragrunt.hcl", state, "")
    world.push("State where it was")
    assert world.apply().statuses == {"app": "applied"}
    assert live.journal() == ["made app one"]


@pytest.mark.parametrize("folder", ["/proc/towpath", "/dev/null/state"])
def test_a_state_folder_that_cannot_be_made(world: World, folder: str) -> None:
    one_unit(world)
    for words in (("apply",), ("runs",)):
        problem = only_problem(world.towpath("--state", folder, *words, status=1), "state-not-writable")
        assert folder.rpartition("/")[0] in problem["detail"]
        assert "`--state`" in problem["hint"]
    assert world.apply().statuses == {"app": "applied"}


def test_a_state_folder_in_which_a_folder_is_where_a_file_should_be(world: World) -> None:
    live = one_unit(world)
    state = world.home / "kept"
    world.towpath("--state", str(state), "runs", status=0)
    (state / "lock").mkdir()
    problem = only_problem(world.towpath("--state", str(state), "apply", status=1), "state-not-writable")
    assert str(state / "lock") in problem["detail"]
    (state / "lock").rmdir()
    (run,) = world.towpath("--state", str(state), "runs", status=0).document["runs"]
    assert world.towpath("--state", str(state), "resume", run["run"], status=0).statuses == {"app": "applied"}
    assert live.journal() == ["made app one"]


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system of that size. Mounting takes root's rights, which whoever runs the tests in CI has."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def left_over(disk: Path, kilobytes: int) -> Path:
    """A file that leaves as much room as that."""
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    ballast = disk / "ballast"
    ballast.write_bytes(b"\0" * (free - kilobytes * 1024))
    return ballast


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small file system")
@pytest.mark.parametrize("kilobytes", [16, 128, 256])
def test_a_disk_that_fills_up_while_planning(world: World, kilobytes: int) -> None:
    """Wherever it happens: before the run is kept, while work is prepared, while the plan is written."""
    live = one_unit(world)
    with small_disk(world.home / "disk", "48m") as disk:
        kept = ("--state", str(disk / "state"))
        world.towpath(*kept, "runs", status=0)
        ballast = left_over(disk, kilobytes)
        failed = world.towpath(*kept, "apply", status=1)
        found = [each for each in failed.document["problems"] if each["id"] == "disk-full"]
        assert found, failed.said
        assert all("Make room" in each["hint"] for each in found)
        assert live.journal() == []
        assert [*(disk / "state").glob("plans/.*")] == [], "half a plan"

        ballast.unlink()
        with closing(sqlite3.connect(disk / "state" / "state.db")) as database:
            assert database.execute("pragma integrity_check").fetchall() == [("ok",)]
        runs = world.towpath(*kept, "runs", status=0).document["runs"]
        goes_on = ("resume", runs[0]["run"]) if runs else ("apply",)
        assert world.towpath(*kept, *goes_on, status=0).statuses == {"app": "applied"}
        assert live.journal() == ["made app one"]


def test_two_units_with_one_state_are_not_planned(world: World) -> None:
    live = LocalLive(world)
    for name in ("app", "copy"):
        live.unit(name, f'"{name}"', extra=STATE.format(path=live.notes / "one.tfstate"))
    live.unit("other", '"other"')
    world.push("A unit and its copy")
    outcome = world.towpath("apply", status=1)
    problem = only_problem(outcome, "state-shared")
    assert "app (app/terragrunt.hcl:" in problem["detail"]
    assert "copy (copy/terragrunt.hcl:" in problem["detail"]
    assert outcome.statuses == {"other": "applied"}
    assert live.journal() == ["made other other"]
    world.edit("copy/terragrunt.hcl", "one.tfstate", "two.tfstate")
    world.push("Each has its own")
    assert world.apply().statuses == {"app": "applied", "copy": "applied"}

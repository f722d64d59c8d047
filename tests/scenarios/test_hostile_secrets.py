"""Secrets of a run: wherever one may look afterwards, and while it works, they are not there."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from patience import until
from world import Typed, World

ENVIRONMENT = "hush-environment-7f3a"
DECRYPTED = "hush-decrypted-91cc"
DECLARED = "hush-declared-55d0"
BACKEND = "hush-credential-2b7e"
EXPORTED = "hush-exported-0d4f"
KEY = "6b" * 32
SECRETS = (ENVIRONMENT, DECRYPTED, DECLARED, BACKEND, EXPORTED, KEY)
PIN = "4711"
"""A secret so short that its plain digest would give it away."""

MODULE = """
variable "from_environment" { type = string }
variable "from_file" { type = string }
variable "declared" {
  type      = string
  sensitive = true
}
variable "exported" {
  type      = string
  sensitive = true
}

resource "terraform_data" "this" {
  input = [var.from_environment, var.from_file, var.declared]

  provisioner "local-exec" {
    environment = { ALL = "${var.from_environment} ${var.from_file} ${nonsensitive(var.declared)}" }
    command     = <<-EOT
      echo "the secrets are $ALL $AWS_SECRET_ACCESS_KEY $TF_VAR_exported"
      echo "$ALL" | base64 -w 0
      echo "the key of Towpath's state: [$TOWPATH_KEY]"
      touch busy
      while [ -e "$WAIT_WHILE" ]; do touch "$WAIT_WHILE.busy"; sleep 0.1; done
      test ! -e "$FAIL_IF"
    EOT
  }
}

output "declared" {
  value     = var.declared
  sensitive = true
}

output "pin" {
  value     = "4711"
  sensitive = true
}
"""

UNIT = """
terraform { source = "../modules//secret" }

inputs = {
  from_environment = get_env("DB_PASSWORD")
  from_file        = yamldecode(sops_decrypt_file("secret.yaml")).password
  declared         = "hush-${get_env("REST")}"
}
"""

READER = """
terraform { source = "../modules//reader" }

dependency "secret" {
  config_path  = "../secret"
  mock_outputs = { declared = "mocked" }
}

inputs = { given = dependency.secret.outputs.declared }
"""

READING = """
variable "given" { type = string }
resource "terraform_data" "this" { input = var.given }
output "given" {
  value     = var.given
  sensitive = true
}
"""


@pytest.fixture
def secretive(world: World) -> World:
    """Two units full of secrets, and a `sops` that decrypts."""
    tools = world.home / "tools"
    tools.mkdir()
    (tools / "sops").write_text(f'#!/bin/sh\necho "password: {DECRYPTED}"\n')
    (tools / "sops").chmod(0o755)
    world.environment |= {
        "PATH": f"{tools}{os.pathsep}{world.environment['PATH']}",
        "DB_PASSWORD": ENVIRONMENT,
        "REST": DECLARED.removeprefix("hush-"),
        "TF_VAR_exported": EXPORTED,
        "AWS_ACCESS_KEY_ID": "AKIAHUSHHUSHHUSHHUSH",
        "AWS_SECRET_ACCESS_KEY": BACKEND,
        "TOWPATH_KEY": KEY,
        "WAIT_WHILE": str(world.home / "wait"),
        "FAIL_IF": str(world.home / "fail"),
    }
    world.write({"modules/secret/main.tf": MODULE, "modules/reader/main.tf": READING})
    world.write({"secret/terragrunt.hcl": UNIT, "secret/secret.yaml": "password: ENC[x]\n"})
    world.write({"reader/terragrunt.hcl": READER})
    world.push("Secrets")
    return world


def state_of(world: World) -> Path:
    (folder,) = (world.home / "home" / "state" / "towpath").iterdir()
    return folder


def files_of(world: World) -> Iterator[Path]:
    """All that Towpath keeps; providers are nobody's secret."""
    for path in state_of(world).rglob("*"):
        if path.is_file() and "providers" not in path.relative_to(state_of(world)).parts:
            yield path


def leaks(content: bytes) -> list[str]:
    return [secret for secret in SECRETS if secret.encode() in content]


def assert_nothing_is_kept(world: World) -> None:
    found = {str(path): leaks(path.read_bytes()) for path in files_of(world)}
    assert not {path: leaked for path, leaked in found.items() if leaked}
    assert list(state_of(world).glob("work/*")) == []


def assert_private(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        private = not stat.S_IMODE(path.stat().st_mode) & 0o077
        assert private or path.name in ("checkouts", "work", "sources", "providers"), path


def wait_until(so: Callable[[], bool], typed: Typed | None = None) -> None:
    """Half a minute at most."""

    def holds() -> bool:
        assert typed is None or typed.process.poll() is None, typed.wait()
        return so()

    assert until(holds, 30)


def said_about(world: World, run: str) -> str:
    commands = (("status", run), ("logs", run, "secret"), ("show", "secret"), ("changes", "HEAD"), ("runs",))
    return "".join(world.spoken(*words) + world.spoken("--json", *words) for words in commands)


def test_after_a_run_no_secret_is_left(secretive: World) -> None:
    done = secretive.apply()
    assert done.statuses == {"secret": "applied", "reader": "applied"}
    assert leaks(done.said.encode()) == []
    assert leaks(said_about(secretive, done.run).encode()) == []
    assert "the secrets are" in said_about(secretive, done.run)
    assert "the key of Towpath's state: []" in said_about(secretive, done.run)
    assert_nothing_is_kept(secretive)
    assert_private(state_of(secretive))


def test_a_failure_tells_no_secret(secretive: World) -> None:
    (secretive.home / "fail").touch()
    failed = secretive.towpath("apply", status=1)
    assert leaks(failed.said.encode()) == []
    assert leaks(said_about(secretive, failed.run).encode()) == []
    assert_nothing_is_kept(secretive)


def test_the_digest_of_a_short_secret_does_not_give_it_away(secretive: World) -> None:
    secretive.apply()
    plain = hashlib.sha256(json.dumps(PIN).encode()).hexdigest().encode()
    assert not [path for path in files_of(secretive) if plain in path.read_bytes()]


def test_at_work_no_secret_is_on_a_command_line_and_after_a_kill_none_is_left(secretive: World) -> None:
    wait = secretive.home / "wait"
    wait.touch()
    typed = secretive.start("apply")
    wait_until(wait.with_name("wait.busy").exists, typed)
    lines = {path: path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()}
    assert any(b"terraform" in line or b"tofu" in line for line in lines.values())
    # The provisioner's own shell is the engine's; its command holds names of variables only.
    assert {path: found for path, line in lines.items() if (found := leaks(line))} == {}
    typed.process.kill()
    typed.process.communicate()
    wait.unlink()
    run = secretive.towpath("runs", status=0).document["runs"][0]["run"]
    resumed = secretive.towpath("resume", run)
    if resumed.run_status == "waiting":
        resumed = secretive.approve(run)
    assert set(resumed.statuses.values()) <= {"applied", "unchanged"}, resumed
    assert leaks(said_about(secretive, run).encode()) == []
    assert_nothing_is_kept(secretive)


def test_the_engine_leaves_no_process_behind_a_killed_towpath(secretive: World) -> None:
    wait = secretive.home / "wait"
    wait.touch()
    typed = secretive.start("apply")
    wait_until(wait.with_name("wait.busy").exists, typed)
    typed.process.kill()
    typed.process.communicate()
    marker = f"WAIT_WHILE={wait}".encode()
    wait_until(lambda: not _with_environment(marker))


def _with_environment(marker: bytes) -> list[str]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if marker in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return found

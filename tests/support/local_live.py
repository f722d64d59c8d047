"""Live repositories that need no cloud: state in a folder of the test, resources that Terraform itself provides.

Each unit writes what happens to it into the journal: `made PATH VALUE` when its resource is made, `gone PATH VALUE`
when it is taken down. A value that changes replaces the resource, so it shows as `gone` and `made`. A unit's trap is a
file that a test makes: `fail` makes its apply fail, `wait` keeps it busy (with a file `busy` beside it) while it lies
there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from patience import until
from world import Typed, World

__all__ = ["MODULE", "LocalLive", "accounts_file"]

BUSY_SECONDS = 30

MODULE = """
variable "unit" {
  type = string
}

variable "value" {
  type = string
}

variable "notes" {
  type = string
}

resource "terraform_data" "this" {
  input            = { unit = var.unit, value = var.value, notes = var.notes }
  triggers_replace = [var.value]

  provisioner "local-exec" {
    environment = { UNIT = var.unit, VALUE = var.value, NOTES = var.notes }
    command     = <<-EOT
      trap="$NOTES/traps/$UNIT"
      mkdir -p "$trap"
      while [ -e "$trap/wait" ]; do touch "$trap/busy"; sleep 0.1; done
      if [ -e "$trap/fail" ]; then echo "this account is out of quota" >&2; exit 1; fi
      echo "made $UNIT $VALUE" >> "$NOTES/journal"
    EOT
  }

  provisioner "local-exec" {
    when        = destroy
    environment = { UNIT = self.output.unit, VALUE = self.output.value, NOTES = self.output.notes }
    command     = "echo \\"gone $UNIT $VALUE\\" >> \\"$NOTES/journal\\""
  }
}

output "value" {
  value = "${var.value}!"

  depends_on = [terraform_data.this]
}
"""

ROOT = """
remote_state {
  backend = "local"

  generate = {
    path      = "backend.tf"
    if_exists = "overwrite_terragrunt"
  }

  config = {
    path = "%(notes)s/states/${path_relative_to_include()}/terraform.tfstate"
  }
}

terraform {
  source = "${dirname(find_in_parent_folders("root.hcl"))}/modules//journal"
}

inputs = {
  unit  = path_relative_to_include()
  notes = "%(notes)s"
}
"""

INCLUDE = """include "root" {
  path = find_in_parent_folders("root.hcl")
}
"""


class LocalLive:
    """The live repository of a world, and what its units noted. Nothing is committed until the test pushes."""

    def __init__(self, world: World, accounts: Mapping[str, int] | None = None) -> None:
        self.world = world
        self.notes = world.home / "notes"
        self.notes.mkdir()
        world.write({"root.hcl": ROOT % {"notes": self.notes}, "modules/journal/main.tf": MODULE})
        if accounts is not None:
            world.write({"accounts.json": accounts_file(accounts)})

    def unit(self, path: str, value: str, *, reads: Mapping[str, str] | None = None, extra: str = "") -> None:
        """A unit whose value is the HCL expression `value`. `reads` maps names to the units whose output it reads, as
        `dependency.NAME.outputs.value`; mocked with `mock` for planning. `extra` is more text for its file.
        """
        blocks = [INCLUDE]
        for name, target in (reads or {}).items():
            steps = "/".join([".."] * len(path.split("/")))
            blocks.append(
                f'dependency "{name}" {{\n  config_path  = "${{get_terragrunt_dir()}}/{steps}/{target}"\n'
                '  mock_outputs = { value = "mock" }\n'
                '  mock_outputs_allowed_terraform_commands = ["init", "validate", "plan"]\n}\n'
            )
        blocks.append(f"inputs = {{\n  value = {value}\n}}\n")
        self.world.write({f"{path}/terragrunt.hcl": "\n".join([*blocks, extra])})

    def journal(self) -> list[str]:
        """Everything noted so far, oldest first."""
        file = self.notes / "journal"
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []

    def set_trap(self, path: str, kind: str = "fail") -> None:
        folder = self.notes / "traps" / path
        folder.mkdir(parents=True, exist_ok=True)
        (folder / kind).touch()

    def remove_trap(self, path: str, kind: str = "fail") -> None:
        (self.notes / "traps" / path / kind).unlink()

    def wait_until_busy(self, path: str, typed: Typed, seconds: float = BUSY_SECONDS) -> None:
        """Until an apply of the unit waits in its trap, for half a minute at most, or as long as is said."""

        def is_busy() -> bool:
            assert typed.process.poll() is None, typed.wait()
            return (self.notes / "traps" / path / "busy").exists()

        assert until(is_busy, seconds), f"nothing ever worked on {path}"

    def state(self, path: str) -> Path:
        """The unit's state file."""
        return self.notes / "states" / path / "terraform.tfstate"

    def standing(self, path: str) -> Sequence[str]:
        """The addresses of the resources in the unit's state."""
        if not self.state(path).exists():
            return []
        resources = json.loads(self.state(path).read_text(encoding="utf-8"))["resources"]
        return [f"{each['type']}.{each['name']}" for each in resources]


def accounts_file(accounts: Mapping[str, int]) -> str:
    """The text of an `accounts.json`: account names to deploy order."""
    return json.dumps(
        {
            name: {"id": f"{index:012d}", "email": f"{name}@example.com", "deploy_order": order}
            for index, (name, order) in enumerate(accounts.items(), start=1)
        },
        indent=2,
    )

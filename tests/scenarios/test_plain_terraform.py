"""A repository without a single `terragrunt.hcl`: root modules of Terraform, declared in `towpath.yml`."""

from __future__ import annotations

from local_live import LocalLive
from world import World

SETTINGS = """
units:
  terraform: ["stacks/*/*"]
accounts:
  test:
    deploy_order: 1
    paths: ["stacks/test/**"]
  live:
    deploy_order: 2
    paths: ["stacks/live/**"]
"""

ROOT_MODULE = """
terraform {{
  backend "local" {{
    path = "{notes}/states/{path}/terraform.tfstate"
  }}
}}

module "journal" {{
  source = "../../../modules/journal"
  unit   = "{path}"
  value  = var.value
  notes  = "{notes}"
}}

variable "value" {{
  type = string
}}
"""

UNITS = ("stacks/live/app", "stacks/test/app", "stacks/test/other")


def plain(world: World) -> LocalLive:
    live = LocalLive(world)
    world.remove("root.hcl")
    world.write({"towpath.yml": SETTINGS})
    for path in UNITS:
        world.write(
            {
                f"{path}/main.tf": ROOT_MODULE.format(notes=live.notes, path=path),
                f"{path}/terraform.tfvars": 'value = "one"\n',
            }
        )
    return live


def test_plain_root_modules_are_units(world: World) -> None:
    plain(world)
    world.push("Plain Terraform")
    units = world.towpath("units", status=0).document["units"]
    assert [each["path"] for each in units] == list(UNITS)
    assert {each["kind"] for each in units} == {"terraform"}
    assert [(each["account"], each["tier"]) for each in units] == [("live", 2), ("test", 1), ("test", 1)]


def test_plain_root_modules_are_applied_by_tier_and_changed_one_by_one(world: World) -> None:
    live = plain(world)
    base = world.push("Plain Terraform")
    assert world.apply().statuses == dict.fromkeys(UNITS, "applied")
    assert live.journal()[-1] == "made stacks/live/app one"

    world.write({"stacks/test/other/terraform.tfvars": 'value = "two"\n', "README.md": "Read me.\n"})
    world.push("Another value")
    (changed,) = world.changes(base).document["units"]
    assert changed["path"] == "stacks/test/other"
    assert [(reason["kind"], reason["file"]) for reason in changed["reasons"]] == [
        ("file", "stacks/test/other/terraform.tfvars")
    ]
    assert world.apply().statuses == {"stacks/test/other": "applied"}
    assert live.journal()[-1] == "made stacks/test/other two"


def test_a_removed_root_module_is_taken_down(world: World) -> None:
    live = plain(world)
    world.push("Plain Terraform")
    world.apply()
    world.remove("stacks/test/other")
    world.push("One less")
    assert world.apply().statuses == {"stacks/test/other": "destroyed"}
    assert live.journal()[-1] == "gone stacks/test/other one"

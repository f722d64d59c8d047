"""Units that a stack makes, from the first apply to the day they are taken out of it again."""

from __future__ import annotations

from local_live import INCLUDE, LocalLive
from world import World

STACK = "dev/terragrunt.stack.hcl"
VPC = "dev/.terragrunt-stack/vpc"
APP = "dev/.terragrunt-stack/app"

UNITS = {
    "catalogue/vpc/terragrunt.hcl": INCLUDE + "inputs = { value = values.cidr }\n",
    "catalogue/app/terragrunt.hcl": INCLUDE
    + """dependency "vpc" {
  config_path  = "../vpc"
  mock_outputs = { value = "mock" }
  mock_outputs_allowed_terraform_commands = ["init", "validate", "plan"]
}

inputs = { value = "${values.colour} on ${dependency.vpc.outputs.value}" }
""",
}
BLOCK = """unit "vpc" {
  source = "../catalogue/vpc"
  path   = "vpc"
  values = { cidr = "10.0" }
}
"""
APP_BLOCK = """unit "app" {
  source = "${get_repo_root()}//catalogue/app"
  path   = "app"
  values = { colour = get_env("COLOUR") }
}
"""


INNER = """unit "one" {
  source = "${get_repo_root()}/catalogue/one"
  path   = "one"
  values = values
}

unit "two" {
  source = "${get_repo_root()}/catalogue/one"
  path   = "two"
  values = { word = "replaced" }

  autoinclude {
    dependency "one" {
      config_path  = unit.one.path
      mock_outputs = { word = "mock" }
    }
    inputs = { word = "${dependency.one.outputs.word} twice" }
  }
}
"""


def stacked(world: World) -> LocalLive:
    live = LocalLive(world, {"dev": 1})
    world.write({**UNITS, STACK: BLOCK + APP_BLOCK, ".gitignore": ".terragrunt-stack\n"})
    world.environment["COLOUR"] = "green"
    world.push("A stack of two units")
    return live


def test_the_life_of_a_stack(world: World) -> None:
    live = stacked(world)
    plan = world.towpath("plan", status=0)
    assert [plan.exactness(path) for path in (VPC, APP)] == ["exact", "provisional"]
    done = world.apply("--run", plan.run)
    assert done.statuses == {VPC: "applied", APP: "applied"}
    assert live.journal() == [f"made {VPC} 10.0", f"made {APP} green on 10.0!"]
    assert not (world.folder / "dev/.terragrunt-stack").exists(), "what stacks make is made elsewhere"

    base = "HEAD"
    world.edit(STACK, '"10.0"', '"10.8"')
    world.push("Another network")
    changes = world.changes(f"{base}~1").document
    (changed,) = changes["units"]
    (reason,) = changed["reasons"]
    assert (changed["path"], reason["attribute"], reason["file"]) == (VPC, "inputs.value", STACK)
    assert (reason["before"], reason["after"]) == ("10.0", "10.8")
    assert changes["may_follow"] == [APP]
    assert world.apply().statuses == {VPC: "applied", APP: "applied"}
    assert live.journal()[-1] == f"made {APP} green on 10.8!"

    world.write({STACK: BLOCK.replace("10.0", "10.8")})
    world.push("Without the app")
    assert world.apply().statuses == {APP: "destroyed"}
    assert live.journal()[-1] == f"gone {APP} green on 10.8!"
    assert live.standing(APP) == []
    assert live.standing(VPC) == ["terraform_data.this"]

    world.remove(STACK)
    world.push("Without the stack")
    assert world.apply().statuses == {VPC: "destroyed"}
    assert world.apply().document["units"] == []


def test_local_state_stays_where_terragrunt_would_generate_the_unit(world: World) -> None:
    stack = 'stack "inner" {\n  source = "../catalogue/stack"\n  path = "inner"\n  values = { word = "hello" }\n}\n'
    module = """variable "word" {}

resource "terraform_data" "this" {
  input = var.word
}

output "word" {
  value = terraform_data.this.output
}
"""
    world.write(
        {
            "dev/terragrunt.stack.hcl": stack,
            "catalogue/stack/terragrunt.stack.hcl": INNER,
            "catalogue/one/terragrunt.hcl": "inputs = { word = values.word }\n",
            "catalogue/one/main.tf": module,
            ".gitignore": ".terragrunt-stack\n",
        }
    )
    world.push("A stack in a stack")
    one, two = (f"dev/.terragrunt-stack/inner/.terragrunt-stack/{name}" for name in ("one", "two"))
    assert world.apply().statuses == {one: "applied", two: "applied"}
    state = world.folder / two / "terraform.tfstate"
    assert '"hello twice"' in state.read_text()
    world.edit("dev/terragrunt.stack.hcl", "hello", "goodbye")
    world.push("Another word")
    assert world.apply().statuses == {one: "applied", two: "applied"}
    assert '"goodbye twice"' in state.read_text()


def test_one_broken_stack_holds_back_neither_others_nor_what_stands(world: World) -> None:
    live = stacked(world)
    world.apply()
    world.write({STACK: 'unit "vpc" {\n', "dev/other/terragrunt.stack.hcl": BLOCK.replace("../", "../../")})
    world.push("One stack broken, one new")
    outcome = world.towpath("apply")
    assert outcome.statuses == {"dev/other/.terragrunt-stack/vpc": "applied"}
    assert live.standing(VPC) == live.standing(APP) == ["terraform_data.this"]
    assert "syntax" in outcome.said

"""Planning and applying Terragrunt units, with the real engine and without Terragrunt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from engine_bench import Bench
from real_repository import RealRepository

from towpath.model.changes import Action
from towpath.model.plans import Exactness, PlanCounts, ResourceAction
from towpath.model.work import ApplyOutcome

ROOT = """
remote_state {
  backend = "local"
  generate = {
    path      = "backend.tf"
    if_exists = "overwrite_terragrunt"
  }
  config = {
    path = "${get_parent_terragrunt_dir()}/.states/${path_relative_to_include()}/terraform.tfstate"
  }
}
"""
INCLUDE = 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n'
NETWORK = """
variable "cidr" {
  type = string
}

variable "zones" {
  type    = map(object({ size = number }))
  default = {}
}

resource "terraform_data" "network" {
  input = { cidr = var.cidr, zones = var.zones }
}

output "id" {
  value = "network-of-${var.cidr}"
}

output "made" {
  value = terraform_data.network.id
}
"""
APP = """
variable "network" {
  type = string
}

variable "password" {
  type      = string
  sensitive = true
  default   = null
}

variable "note" {
  type    = string
  default = "default"
}

resource "terraform_data" "app" {
  input            = { network = var.network, note = var.note }
  triggers_replace = [var.network]
}

output "network" {
  value = var.network
}
"""
VPC = INCLUDE + 'terraform {\n  source = "../../modules//network"\n}\ninputs = {\n  cidr = "10.0.0.0/16"\n}\n'
APP_UNIT = (
    INCLUDE
    + """
terraform {
  source = "../../modules//app"
}

dependency "vpc" {
  config_path  = "../vpc"
  mock_outputs = { id = "mocked-network" }
  mock_outputs_allowed_terraform_commands = ["validate", "plan"]
}

inputs = {
  network = dependency.vpc.outputs.id
}
"""
)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    folder = tmp_path / "größe mit leer"
    folder.mkdir()
    made = Bench(folder)
    made.push(
        {
            "root.hcl": ROOT,
            "modules/network/main.tf": NETWORK,
            "modules/app/main.tf": APP,
            "dev/vpc/terragrunt.hcl": VPC,
            "dev/app/terragrunt.hcl": APP_UNIT,
        }
    )
    return made


def test_from_nothing_to_applied(bench: Bench) -> None:
    plan = bench.planned("dev/vpc")
    assert (plan.counts, plan.exactness) == (PlanCounts(add=1), Exactness.EXACT)
    report = bench.apply(plan)
    assert (report.outcome, report.problems) == (ApplyOutcome.APPLIED, ())
    # The state is where Terragrunt would have it: in the repository, not in a checkout of one commit.
    state = json.loads((bench.repository.folder / ".states/dev/vpc/terraform.tfstate").read_bytes())
    assert state["outputs"]["id"]["value"] == "network-of-10.0.0.0/16"
    assert bench.planned("dev/vpc").changes_nothing


def test_inputs_of_every_type(bench: Bench) -> None:
    inputs = (
        'inputs = {\n  cidr = "1"\n  zones = { a = { size = 2 } }\n  nobody_declares_me = "x"\n  nor_me = null\n}\n'
    )
    bench.push({"dev/vpc/terragrunt.hcl": VPC.partition("inputs")[0] + inputs})
    (resource,) = bench.planned("dev/vpc").resources
    assert {a.path: a.after for a in resource.attributes if not a.unknown} == {
        "input.cidr": "1",
        "input.zones.a.size": 2,
    }
    assert "undeclared" not in bench.log.text


def test_a_null_is_passed_on(bench: Bench) -> None:
    bench.push({"dev/app/terragrunt.hcl": APP_UNIT.replace("inputs = {", "inputs = {\n  note = null")})
    (resource,) = bench.planned("dev/app").resources
    assert "input.note" not in {a.path for a in resource.attributes}


def test_mocks_make_a_plan_provisional_until_the_upstream_is_applied(bench: Bench) -> None:
    provisional = bench.planned("dev/app", pending=("dev/vpc",))
    assert provisional.exactness is Exactness.PROVISIONAL
    assert provisional.outputs[0].after == "mocked-network"
    assert bench.apply(provisional).problems[0].id == "plan-provisional"
    bench.apply(bench.planned("dev/vpc"))
    exact = bench.planned("dev/app")
    assert (exact.exactness, exact.outputs[0].after) == (Exactness.EXACT, "network-of-10.0.0.0/16")
    assert bench.apply(exact).outcome is ApplyOutcome.APPLIED


def test_an_upstream_about_to_change_makes_a_plan_provisional(bench: Bench) -> None:
    bench.apply(bench.planned("dev/vpc"))
    assert bench.planned("dev/app", pending=("dev/vpc",)).exactness is Exactness.PROVISIONAL
    assert bench.planned("dev/app").exactness is Exactness.EXACT


def test_outputs_that_are_not_there_and_not_mocked(bench: Bench) -> None:
    lines = APP_UNIT.splitlines(keepends=True)
    bench.push({"dev/app/terragrunt.hcl": "".join(line for line in lines if "mock" not in line)})
    report = bench.plan("dev/app")
    assert "dependency-outputs-missing" in {problem.id for problem in report.problems}, report.problems
    problem = next(problem for problem in report.problems if problem.id == "dependency-outputs-missing")
    assert problem.place is not None
    assert problem.place.file == "dev/app/terragrunt.hcl"


def test_a_replacement_says_what_forces_it(bench: Bench) -> None:
    bench.apply(bench.planned("dev/vpc"))
    bench.apply(bench.planned("dev/app"))
    bench.push({"dev/vpc/terragrunt.hcl": VPC.replace("10.0.0.0/16", "10.1.0.0/16")})
    bench.apply(bench.planned("dev/vpc"))
    (resource,) = bench.planned("dev/app").resources
    assert resource.action is ResourceAction.REPLACE
    assert [a.path for a in resource.attributes if a.forces_replacement] == ["triggers_replace[0]"]


def test_a_removed_unit_is_taken_down_as_it_was(bench: Bench) -> None:
    bench.apply(bench.planned("dev/vpc"))
    bench.apply(bench.planned("dev/app"))
    base = bench.head
    bench.push({"dev/app/terragrunt.hcl": None, "modules/app/main.tf": None})
    plan = bench.planned("dev/app", action=Action.DESTROY, commit=base)
    assert plan.counts == PlanCounts(destroy=1)
    assert bench.apply(plan).outcome is ApplyOutcome.APPLIED
    assert bench.outputs("dev/vpc") != {}


def test_generated_files_own_files_hooks_and_arguments(bench: Bench) -> None:
    unit = (
        VPC.replace(
            'source = "../../modules//network"',
            """source = "../../modules//network"
  extra_arguments "sizes" {
    commands           = ["plan"]
    required_var_files = ["${get_terragrunt_dir()}/sizes.tfvars"]
    env_vars           = { TF_VAR_from_env = "yes" }
  }
  before_hook "hello" {
    commands = ["plan"]
    execute  = ["ls"]
  }
  after_hook "bye" {
    commands     = ["apply"]
    execute      = ["echo", "bye"]
    run_on_error = true
  }""",
        )
        + 'generate "extra" {\n  path = "extra.tf"\n  if_exists = "overwrite"\n'
        '  contents = "variable \\"from_env\\" {}\\noutput \\"extra\\" { value = var.from_env }\\n"\n}\n'
    )
    bench.push(
        {
            "dev/vpc/terragrunt.hcl": unit,
            "dev/vpc/sizes.tfvars": "zones = { b = { size = 7 } }\n",
            "dev/vpc/own.tf": 'output "own" {\n  value = "file"\n}\n',
        }
    )
    plan = bench.planned("dev/vpc")
    outputs = {output.name: output.after for output in plan.outputs}
    assert (outputs["extra"], outputs["own"]) == ("yes", "file")
    assert {a.path: a.after for a in plan.resources[0].attributes}["input.zones.b.size"] == 7
    assert {"extra.tf", "main.tf", "own.tf", "backend.tf"} <= set(bench.log.lines)
    bench.apply(plan)
    assert "bye" in bench.log.lines


def test_secrets_are_in_neither_log_nor_plan(bench: Bench) -> None:
    bench.push(
        {
            "dev/app/terragrunt.hcl": APP_UNIT.replace("inputs = {", 'inputs = {\n  password = "correct-horse"\n'),
            "dev/app/leak.tf": 'resource "terraform_data" "leak" {\n  input = nonsensitive(var.password)\n'
            '  provisioner "local-exec" {\n    command = "echo it is $PASSWORD"\n'
            "    environment = { PASSWORD = nonsensitive(var.password) }\n  }\n}\n",
        }
    )
    bench.apply(bench.planned("dev/vpc"))
    plan = bench.planned("dev/app")
    assert bench.apply(plan).outcome is ApplyOutcome.APPLIED
    assert "it is (redacted)" in bench.log.text
    assert "correct-horse" not in repr(plan)
    assert "correct-horse" not in bench.log.text


def test_a_module_from_git_with_a_tag(bench: Bench, tmp_path: Path) -> None:
    modules = RealRepository(tmp_path / "modules")
    modules.commit({"net/main.tf": NETWORK + 'module "x" {\n  source = "../x"\n}\n', "x/main.tf": ""})
    modules.git("tag", "v1.0.0")
    modules.commit({"net/main.tf": "this is not what the tag names"})
    source = f"git::file://{modules.folder}//net?ref=v1.0.0"
    bench.push({"dev/vpc/terragrunt.hcl": VPC.replace("../../modules//network", source)})
    plan = bench.planned("dev/vpc")
    modules.git("tag", "-d", "v1.0.0")
    # What is pinned is fetched once.
    assert bench.apply(plan).outcome is ApplyOutcome.APPLIED


def test_a_source_that_cannot_be_fetched(bench: Bench, tmp_path: Path) -> None:
    source = f"git::file://{tmp_path}/nowhere.git?ref=v1"
    bench.push({"dev/vpc/terragrunt.hcl": VPC.replace("../../modules//network", source)})
    (problem,) = bench.plan("dev/vpc").problems
    assert (problem.id, problem.unit) == ("source-not-fetched", "dev/vpc")


@pytest.mark.parametrize("source", ["../../../../work", "../../../../../../../../../../../../tmp", "../../no/such"])
def test_a_source_that_is_not_in_the_repository(bench: Bench, source: str) -> None:
    bench.push({"dev/vpc/terragrunt.hcl": VPC.replace("../../modules//network", source)})
    assert [problem.id for problem in bench.plan("dev/vpc").problems] == ["source-not-found"]


def test_a_source_elsewhere_on_this_machine(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "main.tf").write_text(NETWORK, encoding="utf-8")
    bench.push({"dev/vpc/terragrunt.hcl": VPC.replace("../../modules//network", f"{tmp_path}/elsewhere")})
    assert bench.planned("dev/vpc").counts == PlanCounts(add=1)


def test_hooks_of_terragrunts_own_phases(bench: Bench) -> None:
    hook = '\n  after_hook "read" {\n    commands = ["read-config"]\n    execute  = ["ls"]\n  }\n}\ninputs'
    bench.push({"dev/vpc/terragrunt.hcl": VPC.replace("\n}\ninputs", hook)})
    bench.planned("dev/vpc")
    assert "terragrunt.hcl" in bench.log.lines, "it runs in the unit's own folder"


FETCHED = """
  after_hook "more" {
    commands = ["init-from-module"]
    execute  = ["sh", "-c", "echo 'output \\"more\\" { value = 1 }' > more.tf"]
  }
  error_hook "tell" {
    commands  = ["init-from-module"]
    execute   = ["echo", "nothing fetched"]
    on_errors = ["no folder"]
  }
}
inputs"""


def test_what_a_hook_adds_once_the_module_is_fetched_belongs_to_it(bench: Bench) -> None:
    bench.push({"dev/vpc/terragrunt.hcl": VPC.replace("\n}\ninputs", FETCHED)})
    assert "more" in [output.name for output in bench.planned("dev/vpc").outputs]
    assert "nothing fetched" not in bench.log.lines


def test_error_hooks_of_fetching(bench: Bench) -> None:
    bench.push({"dev/vpc/terragrunt.hcl": VPC.replace("\n}\ninputs", FETCHED).replace("//network", "//no-such")})
    assert [problem.id for problem in bench.plan("dev/vpc").problems] == ["source-not-found"]
    assert "nothing fetched" in bench.log.lines


TAGS = """
variable "tags" { type = map(string) }
variable "text" { type = string }
variable "any" {}
output "given" { value = [var.tags.who, var.text, var.any] }
"""


def test_inputs_reach_the_module_as_they_are_whatever_the_engine_would_make_of_them(bench: Bench) -> None:
    inputs = 'tags = { who = "$${aws:username}" }\n  text = { a = "$${b}" }\n  any = "%%{if}"\n  cidr = '
    bench.push({"modules/network/tags.tf": TAGS, "dev/vpc/terragrunt.hcl": VPC.replace("cidr = ", inputs)})
    (given,) = [output.after for output in bench.planned("dev/vpc").outputs if output.name == "given"]
    assert given == ["${aws:username}", '{"a":"${b}"}', "%{if}"]


def test_a_unit_that_excludes_itself_once_it_can_be_known(bench: Bench) -> None:
    unit = VPC + 'exclude {\n  if      = run_cmd("cat", "frozen") == "yes"\n  actions = ["%s"]\n}\n'
    bench.push({"dev/vpc/terragrunt.hcl": unit % "apply", "dev/vpc/frozen": "no\n"})
    plan = bench.planned("dev/vpc")
    bench.push({"dev/vpc/frozen": "yes\n"})
    (problem,) = bench.plan("dev/vpc").problems
    assert (problem.id, problem.unit) == ("unit-excluded-now", "dev/vpc")
    assert problem.place is not None
    assert (problem.place.file, problem.place.line) == ("dev/vpc/terragrunt.hcl", 11)
    assert plan.counts == PlanCounts(add=1)
    bench.push({"dev/vpc/terragrunt.hcl": unit % "destroy"})
    assert bench.planned("dev/vpc").counts == PlanCounts(add=1), "it is left out of destroying alone"


def test_a_unit_without_source_is_its_own_module(bench: Bench) -> None:
    bench.push({"dev/own/terragrunt.hcl": INCLUDE + 'inputs = {\n  cidr = "x"\n}\n', "dev/own/main.tf": NETWORK})
    report = bench.apply(bench.planned("dev/own"))
    assert (report.outcome, sorted(report.outputs)) == (ApplyOutcome.APPLIED, ["id", "made"])


def test_what_could_not_be_known_in_detection_is_asked_for_real(bench: Bench) -> None:
    unit = VPC.replace('"10.0.0.0/16"', 'run_cmd("echo", "from-${get_env("WHO", "nobody")}")')
    bench.push({"dev/vpc/terragrunt.hcl": unit})
    (resource,) = bench.planned("dev/vpc").resources
    assert {a.path: a.after for a in resource.attributes}["input.cidr"] == "from-nobody"


def test_a_command_of_the_configuration_that_fails(bench: Bench) -> None:
    unit = VPC.replace('"10.0.0.0/16"', 'run_cmd("sh", "-c", "echo no luck >&2; exit 4")')
    bench.push({"dev/vpc/terragrunt.hcl": unit})
    problem = bench.plan("dev/vpc").problems[0]
    assert problem.id == "command-failed"
    assert "no luck" in problem.detail
    assert problem.place is not None


def test_state_settings_for_a_module_that_declares_no_backend(bench: Bench) -> None:
    generate = '  generate = {\n    path      = "backend.tf"\n    if_exists = "overwrite_terragrunt"\n  }\n'
    bench.push({"root.hcl": ROOT.replace(generate, "")})
    assert [problem.id for problem in bench.plan("dev/vpc").problems] == ["backend-block-missing"]
    bench.push({"modules/network/backend.tf": 'terraform {\n  backend "local" {}\n}\n'})
    assert bench.apply(bench.planned("dev/vpc")).outcome is ApplyOutcome.APPLIED
    assert (bench.repository.folder / ".states/dev/vpc/terraform.tfstate").is_file()


def test_a_committed_file_is_not_overwritten(bench: Bench) -> None:
    bench.push({"modules/network/backend.tf": "# by hand\n"})
    (problem,) = bench.plan("dev/vpc").problems
    assert (problem.id, problem.unit) == ("generated-file-exists", "dev/vpc")


def test_errors_that_shall_be_ignored_are_not_and_it_says_so(bench: Bench) -> None:
    bench.push({"dev/vpc/terragrunt.hcl": VPC + 'errors {\n  ignore "all" {\n    ignorable_errors = [".*"]\n  }\n}\n'})
    report = bench.plan("dev/vpc")
    assert report.plan is not None
    (problem,) = report.problems
    assert (problem.id, problem.is_error, problem.unit) == ("errors-not-ignored", False, "dev/vpc")


def test_a_value_that_nobody_can_know(bench: Bench) -> None:
    """Where the engine runs follows from the source, which cannot follow from where the engine runs."""
    bench.push({"dev/vpc/terragrunt.hcl": VPC.replace("//network", "//${basename(get_working_dir())}")})
    (problem, *_) = bench.plan("dev/vpc").problems
    assert problem.id == "value-unknown"
    assert "get_working_dir()" in problem.detail
    assert problem.place is not None

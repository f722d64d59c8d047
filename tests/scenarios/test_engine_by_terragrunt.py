"""Planning and applying units through a Terragrunt: a stand-in for it, with the real engine below."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from engine_bench import Bench
from held_lock import held_lock
from installed_terragrunt import InstalledTerragrunt, RecordedCall

from towpath.model.changes import Action
from towpath.model.plans import Exactness, PlanCounts
from towpath.model.work import ApplyOutcome
from towpath.system.aws import AwsCredentials, FakeAws, RoleRequest

MODULE = """
variable "name" {
  type = string
}

variable "password" {
  type      = string
  sensitive = true
  default   = null
}

resource "terraform_data" "this" {
  input = var.name

  provisioner "local-exec" {
    command = "echo working on it; touch '%(home)s/busy'; while [ -e '%(home)s/wait' ]; do sleep 0.1; done"
  }
  provisioner "local-exec" {
    environment = { NAME = var.name, PASSWORD = nonsensitive(var.password) }
    command     = "echo \\"it is [$PASSWORD] [$AWS_SECRET_ACCESS_KEY]\\"; test \\"$NAME\\" != doomed"
  }
}

output "name" {
  value = "${var.name}!"

  depends_on = [terraform_data.this]
}
"""
ROOT = """
remote_state {
  backend  = "local"
  generate = { path = "backend.tf", if_exists = "overwrite_terragrunt" }
  config   = { path = "%(home)s/states/${path_relative_to_include()}/terraform.tfstate" }
}
"""
INCLUDE = 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n'
SOURCE = 'terraform {\n  source = "${get_repo_root()}/modules//one"\n}\n'
HOOKED = """
terraform {
  source = "${get_repo_root()}/modules//one"
  before_hook "around" {
    commands = ["init", "plan", "apply", "destroy", "show", "output"]
    execute  = ["sh", "-c", "echo $TG_CTX_COMMAND >> '%(home)s/hooks'"]
  }
  extra_arguments "more" {
    commands  = ["plan", "apply"]
    arguments = ["-var=name=given", "-parallelism=3", "-lock-timeout=7s"]
  }
}
"""
VPC = INCLUDE + SOURCE + 'inputs = {\n  name = "vpc"\n}\n'
APP = (
    INCLUDE
    + SOURCE
    + """
dependency "vpc" {
  config_path                             = "../vpc"
  mock_outputs                            = { name = "mock" }
  mock_outputs_allowed_terraform_commands = ["plan"]
}
inputs = {
  name = dependency.vpc.outputs.name
}
"""
)


class HandedOver:
    """A bench whose units are handed over."""

    def __init__(self, home: Path, environment: Mapping[str, str] | None = None, aws: FakeAws | None = None) -> None:
        self.home = home
        self.terragrunt = InstalledTerragrunt(home)
        self.bench = Bench(home, environment, aws or FakeAws())
        self.settings = f"engine: {{name: terragrunt, binary: '{self.terragrunt.path}'}}\n"
        self.push({"towpath.yml": self.settings, "root.hcl": ROOT, "modules/one/main.tf": MODULE})
        self.push({"dev/vpc/terragrunt.hcl": VPC})

    def push(self, files: Mapping[str, str]) -> str:
        return self.bench.push({path: text.replace("%(home)s", str(self.home)) for path, text in files.items()})

    def last(self) -> RecordedCall:
        return self.terragrunt.work()[-1]


@pytest.fixture
def handed(tmp_path: Path) -> HandedOver:
    folder = tmp_path / "größe mit leer"
    folder.mkdir()
    return HandedOver(folder)


def test_planned_applied_and_taken_down(handed: HandedOver) -> None:
    bench = handed.bench
    plan = bench.planned("dev/vpc")
    assert (plan.counts, plan.exactness) == (PlanCounts(add=1), Exactness.EXACT)
    assert (plan.binding.engine, plan.binding.state_lineage) == ("terraform", None)
    report = bench.apply(plan)
    assert (report.outcome, set(report.outputs)) == (ApplyOutcome.APPLIED, {"name"})
    assert bench.planned("dev/vpc").changes_nothing
    down = bench.planned("dev/vpc", action=Action.DESTROY)
    assert bench.apply(down).outcome is ApplyOutcome.APPLIED
    assert [call.engine[0] for call in handed.terragrunt.work()] == ["plan", "apply", "plan", "plan", "apply"]
    assert "-destroy" in handed.terragrunt.work()[-2].engine
    assert not any((bench.state / "work").rglob("*.tfplan")), "what it worked with is removed"


def test_one_process_for_one_unit_with_exactly_these_words(handed: HandedOver) -> None:
    report = handed.bench.apply(handed.bench.planned("dev/vpc"))
    assert report.outcome is ApplyOutcome.APPLIED
    plan, apply = handed.terragrunt.work()
    checkout = handed.bench.state / "checkouts" / handed.bench.head
    work = Path(apply.setting("download-dir")).parent
    assert work.is_relative_to(handed.bench.state / "work" / "run-1")
    for call in (plan, apply):
        assert call.cwd == checkout / "dev" / "vpc"
        assert call.argv[: call.argv.index("--")] == (
            "run",
            "--non-interactive",
            "--no-auto-retry",
            "--tf-forward-stdout",
            "--log-format=pretty",
            f"--working-dir={checkout}/dev/vpc",
            f"--tf-path={work}/engine",
            f"--download-dir={work}/cache",
        )
    assert plan.engine == ("plan", "-input=false", "-no-color", "-lock-timeout=300s", f"-out={work}/towpath.tfplan")
    assert apply.engine == ("apply", "-input=false", "-no-color", "-lock-timeout=300s", f"{work}/towpath.tfplan")


def test_hooks_run_once_and_extra_arguments_are_the_units(handed: HandedOver) -> None:
    handed.push({"dev/vpc/terragrunt.hcl": INCLUDE + HOOKED})
    plan = handed.bench.planned("dev/vpc")
    assert [output.after for output in plan.outputs] == ["given!"]
    assert handed.bench.apply(plan).outcome is ApplyOutcome.APPLIED
    assert (handed.home / "hooks").read_text().split() == ["init", "plan", "init", "apply"]
    assert not any("lock-timeout" in word for call in handed.terragrunt.work() for word in call.engine)


def test_mocks_make_a_plan_provisional_until_the_upstream_is_applied(handed: HandedOver) -> None:
    handed.push({"dev/app/terragrunt.hcl": APP})
    bench = handed.bench
    provisional = bench.planned("dev/app", pending=("dev/vpc",))
    assert (provisional.exactness, provisional.outputs[0].after) == (Exactness.PROVISIONAL, "mock!")
    calls = len(handed.terragrunt.work())
    assert bench.apply(provisional).problems[0].id == "plan-provisional"
    assert len(handed.terragrunt.work()) == calls, "it was not even started"
    bench.apply(bench.planned("dev/vpc"))
    exact = bench.planned("dev/app")
    assert (exact.exactness, exact.outputs[0].after) == (Exactness.EXACT, "vpc!!")


def test_a_stale_plan_is_not_handed_over(handed: HandedOver) -> None:
    bench = handed.bench
    plan = bench.planned("dev/vpc")
    bench.apply(plan)
    report = bench.apply(plan)
    assert (report.outcome, report.problems[0].id) == (ApplyOutcome.STALE, "plan-stale")
    assert [call.engine[0] for call in handed.terragrunt.work()] == ["plan", "apply"]


def test_a_lock_that_somebody_else_holds(handed: HandedOver) -> None:
    bench = handed.bench
    bench.apply(bench.planned("dev/vpc"))
    handed.push(
        {"towpath.yml": handed.settings + "lock_timeout: 0\n", "dev/vpc/terragrunt.hcl": VPC.replace("vpc", "lan")}
    )
    plan = bench.planned("dev/vpc")
    with held_lock(handed.home / "states/dev/vpc/terraform.tfstate"):
        report = bench.apply(plan)
    assert report.outcome is ApplyOutcome.LOCKED
    assert "ada@laptop" in report.problems[0].detail


def test_a_plan_that_fails_says_what_the_engine_said(handed: HandedOver) -> None:
    handed.push({"modules/one/main.tf": MODULE + 'resource "terraform_data" "more" {\n  input = var.nowhere\n}\n'})
    (problem,) = handed.bench.plan("dev/vpc").problems
    assert (problem.id, problem.unit) == ("engine-failed", "dev/vpc")
    assert "`plan` ended with status 1: Reference to undeclared input variable" in problem.detail


def test_what_terragrunt_itself_refuses_is_said_in_its_words(handed: HandedOver) -> None:
    source = "git::https://example.com/modules.git//one?ref=v1"
    handed.push({"dev/vpc/terragrunt.hcl": VPC.replace("${get_repo_root()}/modules//one", source)})
    (problem,) = handed.bench.plan("dev/vpc").problems
    assert problem.detail == f"`plan` ended with status 1: cannot download {source}."


def test_an_apply_whose_failure_is_to_be_ignored_is_a_failure(handed: HandedOver) -> None:
    ignore = 'errors {\n  ignore "all" {\n    ignorable_errors = [".*"]\n  }\n}\n'
    handed.push({"dev/vpc/terragrunt.hcl": VPC.replace('"vpc"', '"doomed"') + ignore})
    plan = handed.bench.planned("dev/vpc")
    report = handed.bench.apply(plan)
    assert (report.outcome, report.problems[0].id) == (ApplyOutcome.FAILED, "error-passed-over")


def test_a_unit_that_terragrunt_would_leave_out_is_not_handed_over(handed: HandedOver) -> None:
    exclude = 'exclude {\n  if      = true\n  no_run  = true\n  actions = ["plan"]\n}\n'
    handed.push({"dev/vpc/terragrunt.hcl": VPC + exclude})
    (problem,) = handed.bench.plan("dev/vpc").problems
    assert problem.id == "unit-excluded-now"


def test_state_that_would_be_removed_with_the_checkout(handed: HandedOver) -> None:
    handed.push({"root.hcl": ROOT.replace("%(home)s", "${get_repo_root()}")})
    (problem,) = handed.bench.plan("dev/vpc").problems
    assert problem.id == "state-would-be-lost"
    handed.push({"dev/vpc/terragrunt.hcl": VPC.removeprefix(INCLUDE)})
    assert [problem.id for problem in handed.bench.plan("dev/vpc").problems] == ["state-would-be-lost"]


def test_secrets_are_in_neither_log_nor_plan(handed: HandedOver) -> None:
    handed.push({"dev/vpc/terragrunt.hcl": VPC.replace("inputs = {", 'inputs = {\n  password = "correct-horse"')})
    plan = handed.bench.planned("dev/vpc")
    assert handed.bench.apply(plan).outcome is ApplyOutcome.APPLIED
    assert "it is [(redacted)]" in handed.bench.log.text
    assert "correct-horse" not in handed.bench.log.text + repr(plan)


class Lender(FakeAws):
    """Lends credentials that are called after the role's end."""

    def assume(self, request: RoleRequest, credentials: AwsCredentials | None = None) -> AwsCredentials:
        name = request.role.rpartition("/")[2]
        return AwsCredentials(f"KEY-{name}", f"hush-secret-of-{name}", f"hush-token-of-{name}")


def test_the_accounts_roles_reach_it_through_the_environment_only(tmp_path: Path) -> None:
    roles = (
        "roles: {plan: 'arn:aws:iam::{account_id}:role/planner', apply: 'arn:aws:iam::{account_id}:role/applier'}\n"
        "accounts: {dev: {id: '111111111111'}}\n"
    )
    own = {"AWS_PROFILE": "mine", "TG_ALL": "true", "TG_FEATURE": "x=1", "GIT_DIR": "/nowhere"}
    handed = HandedOver(tmp_path, own, Lender())
    handed.push({"towpath.yml": handed.settings + roles})
    assert handed.bench.apply(handed.bench.planned("dev/vpc")).outcome is ApplyOutcome.APPLIED
    keys = [call.environment["AWS_ACCESS_KEY_ID"] for call in handed.terragrunt.work()]
    assert keys == ["KEY-planner", "KEY-applier"]
    kept = handed.last().environment
    assert (kept["TG_FEATURE"], kept["TG_NO_COLOR"]) == ("x=1", "true")
    assert not {"AWS_PROFILE", "TG_ALL", "GIT_DIR"} & set(kept)
    assert "[(redacted)]" in handed.bench.log.text
    assert "hush" not in handed.bench.log.text + "".join(
        word for call in handed.terragrunt.work() for word in call.argv
    )


def test_an_interrupt_reaches_the_engine_once_and_it_ends_cleanly(handed: HandedOver) -> None:
    bench = handed.bench
    plan = bench.planned("dev/vpc")
    (handed.home / "wait").touch()

    def turn() -> None:
        bench.log.wait_for("working on it")
        bench.switch.turn(1)

    threading.Thread(target=turn).start()
    assert bench.apply(plan).outcome is ApplyOutcome.INTERRUPTED
    assert "Interrupt received" in bench.log.text
    assert "Two interrupts received" not in bench.log.text
    assert not any((bench.state / "rescued").glob("*")), "its state was stored where it belongs"


def test_a_unit_that_a_stack_makes(handed: HandedOver) -> None:
    handed.push(
        {
            "catalogue/vpc/terragrunt.hcl": VPC.replace('"vpc"', "values.name"),
            "dev/terragrunt.stack.hcl": 'unit "one" {\n  source = "../catalogue/vpc"\n  path   = "one"\n'
            '  values = { name = "from the stack" }\n}\n',
        }
    )
    unit = "dev/.terragrunt-stack/one"
    plan = handed.bench.planned(unit)
    assert [output.after for output in plan.outputs] == ["from the stack!"]
    assert handed.bench.apply(plan).outcome is ApplyOutcome.APPLIED
    assert handed.last().cwd.as_posix().endswith(unit)


def test_a_plain_root_module_is_run_by_the_engine_itself(handed: HandedOver) -> None:
    handed.push(
        {
            "towpath.yml": handed.settings + "units: {terraform: [legacy]}\n",
            "legacy/main.tf": 'terraform {\n  backend "local" {\n    path = "%(home)s/legacy.tfstate"\n  }\n}\n'
            'resource "terraform_data" "x" {}\n',
        }
    )
    assert handed.bench.apply(handed.bench.planned("legacy")).outcome is ApplyOutcome.APPLIED
    assert handed.terragrunt.calls() == []


def test_a_terragrunt_that_is_too_old(handed: HandedOver) -> None:
    handed.terragrunt.install("0.99.1")
    (problem,) = handed.bench.plan("dev/vpc").problems
    assert (problem.id, problem.unit) == ("engine-version", "dev/vpc")
    assert handed.terragrunt.work() == []


def test_a_unit_that_asks_for_another_terragrunt(handed: HandedOver) -> None:
    handed.push({"dev/vpc/terragrunt.hcl": VPC + 'terragrunt_version_constraint = ">= 1.5"\n'})
    (problem,) = handed.bench.plan("dev/vpc").problems
    assert "dev/vpc asks for >= 1.5" in problem.detail


def test_no_terragrunt(handed: HandedOver) -> None:
    handed.terragrunt.path.unlink()
    (problem,) = handed.bench.plan("dev/vpc").problems
    assert (problem.id, "https://docs.terragrunt.com" in (problem.hint or "")) == ("engine-missing", True)

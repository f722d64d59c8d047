"""Planning and applying plain Terraform root modules, with the real engine."""

from __future__ import annotations

import fcntl
import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from engine_bench import Bench
from held_lock import held_lock

from towpath.model.changes import Action
from towpath.model.plans import Exactness, PlanCounts, ResourceAction
from towpath.model.work import ApplyOutcome

SETTINGS = "units:\n  terraform: ['envs/**']\n"
MAIN = """
variable "size" {
  default = 1
}

resource "terraform_data" "a" {
  input = var.size
}

output "size" {
  value = terraform_data.a.output
}

output "word" {
  value     = "open-sesame"
  sensitive = true
}
"""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    # Whatever handles paths has to take blanks and letters beyond ASCII.
    made = Bench(tmp_path / "größe mit leer")
    made.push({"towpath.yml": SETTINGS, "envs/dev/app/main.tf": MAIN})
    return made


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> None:
    (tmp_path / "größe mit leer").mkdir()


UNIT = "envs/dev/app"


def state_file(bench: Bench) -> Path:
    return bench.repository.folder / UNIT / "terraform.tfstate"


def test_from_nothing_to_applied(bench: Bench) -> None:
    plan = bench.planned(UNIT)
    assert plan.counts == PlanCounts(add=1)
    assert plan.exactness is Exactness.EXACT
    assert (plan.binding.state_lineage, plan.binding.state_serial) == (None, None)
    assert bench.workbench.reality(bench.job(plan), bench.switch).matches_plan
    report = bench.apply(plan)
    assert (report.outcome, report.problems) == (ApplyOutcome.APPLIED, ())
    assert sorted(report.outputs) == ["size", "word"]
    assert report.outputs == bench.outputs(UNIT)
    assert not bench.workbench.reality(bench.job(plan), bench.switch).matches_plan
    assert bench.planned(UNIT).changes_nothing


def test_state_is_kept_where_the_unit_is_whatever_commit_is_applied(bench: Bench) -> None:
    bench.apply(bench.planned(UNIT))
    assert state_file(bench).is_file()
    bench.push({f"{UNIT}/main.tf": MAIN.replace("default = 1", "default = 2")})
    plan = bench.planned(UNIT)
    assert plan.counts == PlanCounts(change=1)
    assert plan.binding.state_serial == json.loads(state_file(bench).read_bytes())["serial"]
    assert bench.apply(plan).outcome is ApplyOutcome.APPLIED


def test_nothing_secret_is_left_behind_or_shown(bench: Bench) -> None:
    plan = bench.planned(UNIT)
    bench.apply(plan)
    assert "open-sesame" not in repr(plan)
    assert "open-sesame" not in bench.log.text
    left = [path for path in bench.state.rglob("*") if path.is_file() and not {"checkouts", "links"} & {*path.parts}]
    assert [path.name for path in left if path.name != ".turn"] == []


def test_a_plan_is_applied_once(bench: Bench) -> None:
    plan = bench.planned(UNIT)
    bench.apply(plan)
    report = bench.apply(plan)
    assert report.outcome is ApplyOutcome.STALE
    assert report.problems[0].id == "plan-stale"


def test_a_state_that_moved_on_makes_a_plan_stale(bench: Bench) -> None:
    bench.apply(bench.planned(UNIT))
    bench.push({f"{UNIT}/main.tf": MAIN.replace("default = 1", "default = 2")})
    old = bench.planned(UNIT)
    bench.push({f"{UNIT}/main.tf": MAIN.replace("default = 1", "default = 3")})
    bench.apply(bench.planned(UNIT))
    assert bench.apply(old).outcome is ApplyOutcome.STALE


def test_taking_down(bench: Bench) -> None:
    bench.apply(bench.planned(UNIT))
    base = bench.head
    bench.push({f"{UNIT}/main.tf": None})
    plan = bench.planned(UNIT, action=Action.DESTROY, commit=base)
    assert (plan.counts, plan.is_destroy) == (PlanCounts(destroy=1), True)
    assert plan.resources[0].action is ResourceAction.DELETE
    assert bench.apply(plan).outcome is ApplyOutcome.APPLIED
    assert json.loads(state_file(bench).read_bytes())["resources"] == []


def test_a_lock_that_somebody_else_holds(bench: Bench) -> None:
    bench.push({"towpath.yml": SETTINGS + "lock_timeout: 0\n"})
    bench.apply(bench.planned(UNIT))
    bench.push({f"{UNIT}/main.tf": MAIN.replace("default = 1", "default = 2")})
    plan = bench.planned(UNIT)
    with held_lock(state_file(bench)):
        report = bench.apply(plan)
        reality = bench.workbench.reality(bench.job(plan), bench.switch)
        replanned = bench.plan(UNIT)
    assert report.outcome is ApplyOutcome.LOCKED
    assert "ada@laptop" in report.problems[0].detail
    assert reality.matches_plan
    assert reality.locked_by == "ada@laptop (apply) since 2026-01-05T09:00:00Z, lock 1234"
    assert [problem.id for problem in replanned.problems] == ["state-locked"]
    assert bench.workbench.reality(bench.job(plan), bench.switch).locked_by is None
    with open(state_file(bench), "r+b") as file:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


SLOW = """
resource "terraform_data" "slow" {
  provisioner "local-exec" {
    command = "echo it-has-begun; sleep 60"
  }
}
"""


@pytest.mark.parametrize("levels", [(1,), (1, 2)], ids=["politely", "at once"])
def test_an_apply_that_is_cancelled(bench: Bench, levels: tuple[int, ...]) -> None:
    bench.push({f"{UNIT}/main.tf": SLOW})
    plan = bench.planned(UNIT)

    def cancel() -> None:
        bench.log.wait_for("it-has-begun")
        for level in levels:
            bench.switch.turn(level)

    threading.Thread(target=cancel).start()
    report = bench.apply(plan)
    assert (report.outcome, report.problems) == (ApplyOutcome.INTERRUPTED, ())
    assert not list((bench.state / "work").rglob("*.tfplan"))


def test_what_is_wrong_with_the_code_is_said_in_the_report(bench: Bench) -> None:
    bench.push({f"{UNIT}/main.tf": 'resource "terraform_data" "a" {\n  inputt = 1\n}\n'})
    (problem,) = bench.plan(UNIT).problems
    assert (problem.id, problem.unit) == ("engine-failed", UNIT)
    assert "Unsupported argument" in problem.detail


def test_an_apply_that_fails_keeps_what_was_done(bench: Bench) -> None:
    broken = MAIN + 'resource "terraform_data" "b" {\n  provisioner "local-exec" {\n    command = "exit 3"\n  }\n}\n'
    bench.push({f"{UNIT}/main.tf": broken})
    report = bench.apply(bench.planned(UNIT))
    assert report.outcome is ApplyOutcome.FAILED
    assert "local-exec" in report.problems[0].detail
    assert "exit status 3" in bench.log.text
    bench.push({f"{UNIT}/main.tf": MAIN})
    # What failed half-way is tainted: it goes; what was made stays.
    assert bench.planned(UNIT).counts == PlanCounts(destroy=1)


def test_a_provisional_plan_is_never_applied(bench: Bench) -> None:
    plan = replace(bench.planned(UNIT), exactness=Exactness.PROVISIONAL)
    report = bench.apply(plan)
    assert (report.outcome, report.problems[0].id) == (ApplyOutcome.FAILED, "plan-provisional")
    assert not state_file(bench).exists()


def test_a_unit_that_is_not_there(bench: Bench) -> None:
    (problem,) = bench.plan("envs/dev/none").problems
    assert problem.id == "unknown-unit"


def test_modules_beside_the_unit_are_found(bench: Bench) -> None:
    call = 'module "a" {\n  source = "../../../modules/a"\n}\noutput "x" {\n  value = module.a.x\n}\n'
    bench.push(
        {
            "modules/a/main.tf": 'module "b" {\n  source = "../b"\n}\noutput "x" {\n  value = module.b.x\n}\n',
            "modules/b/main.tf": 'output "x" {\n  value = path.module\n}\n',
            f"{UNIT}/main.tf": call,
        }
    )
    plan = bench.planned(UNIT)
    # The path is the same in every commit and on every machine.
    assert plan.outputs[0].after == "../../../modules/b"


def test_an_engine_of_the_wrong_version(bench: Bench) -> None:
    bench.push({"towpath.yml": SETTINGS + "engine:\n  version: '< 1.0'\n"})
    (problem,) = bench.plan(UNIT).problems
    assert problem.id == "engine-version"


def test_no_engine_at_all(bench: Bench) -> None:
    bench.push({"towpath.yml": SETTINGS + "engine:\n  binary: no-such-engine\n"})
    (problem,) = bench.plan(UNIT).problems
    assert problem.id == "engine-missing"
    assert problem.hint is not None


def test_in_a_workspace_the_engine_is_asked_and_state_lasts(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "größe mit leer", {"TF_WORKSPACE": "blue"})
    bench.push({"towpath.yml": SETTINGS, f"{UNIT}/main.tf": MAIN})
    assert bench.outputs(UNIT) == {}
    report = bench.apply(bench.planned(UNIT))
    assert report.outcome is ApplyOutcome.APPLIED
    assert bench.outputs(UNIT) == report.outputs
    assert (state_file(bench).parent / "terraform.tfstate.d" / "blue" / "terraform.tfstate").is_file()
    assert bench.planned(UNIT).changes_nothing


def test_two_units_at_once(bench: Bench) -> None:
    units = [f"envs/dev/n{number}" for number in range(4)]
    bench.push({f"{unit}/main.tf": MAIN for unit in units})
    reports: dict[str, ApplyOutcome] = {}

    def work(unit: str) -> None:
        reports[unit] = bench.apply(bench.planned(unit)).outcome

    threads = [threading.Thread(target=work, args=(unit,)) for unit in units]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reports == dict.fromkeys(units, ApplyOutcome.APPLIED)

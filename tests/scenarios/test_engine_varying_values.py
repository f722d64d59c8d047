"""Values that differ each time they are asked for: known when a unit is planned, and applied as they were planned."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from engine_bench import Bench

from towpath.model.work import ApplyOutcome
from towpath.system import FakeClock

MODULE = """
variable "given" {
  type = map(string)
}

resource "terraform_data" "it" {
  input = { given = var.given, generated = local.generated, same = var.given.where == path.cwd }
}

output "it" {
  value = terraform_data.it.output
}
"""
UNIT = """
terraform {
  source = "../../modules//it"
}

inputs = {
  given = {
    at    = timestamp()
    id    = uuid()
    hash  = bcrypt("open sesame", 4)
    where = get_working_dir()
    long  = "%s"
  }
}

generate "at" {
  path      = "at.tf"
  if_exists = "overwrite"
  contents  = "locals {\\n  generated = \\"${timestamp()}\\"\\n}"
}
"""


class Varying:
    """A unit of such values on a bench whose clock stands still."""

    def __init__(self, folder: Path, unit: str = UNIT % "") -> None:
        self.clock = FakeClock()
        self.bench = Bench(folder, clock=self.clock)
        self.bench.push({"modules/it/main.tf": MODULE, "dev/it/terragrunt.hcl": unit})

    def output(self) -> dict[str, object]:
        state = json.loads((self.bench.repository.folder / "dev/it/terraform.tfstate").read_bytes())
        value: dict[str, object] = state["outputs"]["it"]["value"]
        return value


def fetched(bench: Bench, address: str, version: str, folder: str) -> None:
    """The module as if a registry had given it, in a folder of its package."""
    identity = json.dumps([address, version, None])
    place = bench.state / "sources" / hashlib.sha256(identity.encode()).hexdigest()[:24]
    package = place / ".terraform/modules/source"
    (package / folder).mkdir(parents=True)
    (package / folder / "main.tf").write_text(MODULE, encoding="utf-8")
    (package / folder / "at.tf").write_text('locals {\n  generated = ""\n}\n', encoding="utf-8")
    listing = {"Modules": [{"Key": "source", "Dir": str(Path(".terraform/modules/source", folder))}]}
    (place / ".terraform/modules/modules.json").write_text(json.dumps(listing), encoding="utf-8")


# Inputs that are short go into the environment, long ones into a file.
@pytest.mark.parametrize("length", [0, 200_000])
def test_what_is_applied_is_what_was_planned(tmp_path: Path, length: int) -> None:
    varying = Varying(tmp_path, UNIT % ("x" * length))
    plan = varying.bench.planned("dev/it")
    planned_at = "2026-01-05T09:00:00Z"
    varying.clock.advance(3600)

    assert varying.bench.workbench.reality(varying.bench.job(plan), varying.bench.switch).matches_plan
    report = varying.bench.apply(plan)

    assert (report.outcome, report.problems) == (ApplyOutcome.APPLIED, ())
    output = varying.output()
    given = output["given"]
    assert isinstance(given, dict)
    assert (given["at"], output["generated"], output["same"]) == (planned_at, planned_at, True)
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", given["id"])
    assert given["hash"].startswith("$2a$04$")


def test_planning_again_gives_other_values(tmp_path: Path) -> None:
    varying = Varying(tmp_path)
    varying.bench.apply(varying.bench.planned("dev/it"))
    assert not varying.bench.planned("dev/it").changes_nothing


def test_a_unit_that_is_its_own_module_knows_where_it_runs(tmp_path: Path) -> None:
    varying = Varying(tmp_path, "inputs = {\n  given = { where = get_working_dir() }\n}\n")
    varying.bench.push({"dev/it/main.tf": MODULE, "dev/it/at.tf": 'locals {\n  generated = ""\n}\n'})
    assert varying.bench.apply(varying.bench.planned("dev/it")).outcome is ApplyOutcome.APPLIED
    assert varying.output()["same"] is True


@pytest.mark.parametrize("arguments", ['"text", 32', f'"{"x" * 73}"'])
def test_what_the_engine_does_not_hash(tmp_path: Path, arguments: str) -> None:
    varying = Varying(tmp_path, f"inputs = {{\n  given = {{ hash = bcrypt({arguments}) }}\n}}\n")
    (problem,) = varying.bench.plan("dev/it").problems
    assert (problem.id, problem.unit) == ("wrong-arguments", "dev/it")
    assert problem.place is not None
    assert problem.place.line == 2


@pytest.mark.parametrize(("written", "kept"), [("", ""), ("//sub/it", "sub/it"), ("", "inner-1.0")])
def test_a_module_of_a_registry_runs_where_its_source_says(tmp_path: Path, written: str, kept: str) -> None:
    source = f"tfr://registry.example.org/a/b/c{written}?version=1.0.0"
    inputs = "inputs = {\n  given = { where = get_working_dir() }\n}\n"
    varying = Varying(tmp_path, f'terraform {{\n  source = "{source}"\n}}\n{inputs}')
    fetched(varying.bench, f"registry.example.org/a/b/c{written}", "1.0.0", kept)
    report = varying.bench.plan("dev/it")
    if written.strip("/") == kept:
        assert report.plan is not None
        assert varying.bench.apply(report.plan).outcome is ApplyOutcome.APPLIED
        assert varying.output()["same"] is True
    else:
        assert [problem.id for problem in report.problems] == ["working-folder-unknown"]

"""A live repository at one commit, from its files."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from live_repositories import ESTATE, Files, live_of

from towpath.git import FakeLink
from towpath.live import Live
from towpath.model.paths import UnitPath
from towpath.problems import Problem, Severity

VPC = UnitPath("dev/us-east-1/vpc")
APP = UnitPath("dev/us-east-1/app")
MODULE = 'terraform {\n  source = "%s"\n}\n'


def problem_of(live: Live) -> Problem:
    (problem,) = live.problems
    return problem


def fingerprints(changed: Mapping[str, str | bytes | FakeLink] | None = None, *without: str) -> Mapping[str, str]:
    files = {path: content for path, content in {**ESTATE, **(changed or {})}.items() if path not in without}
    live = live_of(files)
    assert live.problems == ()
    return {path: unit.fingerprint for path, unit in live.units.items()}


def affected_by(changed: Mapping[str, str | bytes | FakeLink], *without: str) -> set[str]:
    before, after = fingerprints(), fingerprints(changed, *without)
    return {path for path in {*before, *after} if before.get(path) != after.get(path)}


def edited(path: str, old: str, new: str) -> Files:
    content = ESTATE[path]
    assert isinstance(content, str)
    assert old in content
    return {path: content.replace(old, new)}


def test_every_unit_is_there_with_all_that_is_known_of_it() -> None:
    live = live_of(ESTATE)
    assert live.problems == ()
    assert list(live.units) == [APP, VPC, "prod/us-east-1/app", "prod/us-east-1/vpc"]
    unit = live.units[APP]
    assert unit.account is live.accounts["dev"]
    assert (unit.kind, unit.region, unit.tier, unit.layer, unit.protected) == (
        "terragrunt",
        "us-east-1",
        1,
        None,
        False,
    )
    assert unit.dependencies == (VPC,)
    assert unit.shared_reads == ("_envcommon/app.hcl", "dev/account.hcl", "root.hcl")
    assert f"{APP}/terragrunt.hcl" in unit.reads
    assert list(unit.files) == [f"{APP}/terragrunt.hcl"]
    assert unit.source == "../../../modules//app"
    assert unit.module is not None
    assert unit.module[0] == "modules/app"
    assert list(unit.parts.module) == ["modules/app/main.tf", "modules/naming/main.tf"]
    assert unit.fingerprint.startswith("sha256:")
    assert live.dependents(VPC) == (APP,)
    assert live.dependents(APP) == ()
    assert live.blobs["root.hcl"] == "root.hcl" or len(live.blobs["root.hcl"]) == 40


def test_a_comment_or_reformatting_anywhere_affects_nothing() -> None:
    for path, content in ESTATE.items():
        if path.endswith((".hcl", ".tf")) and isinstance(content, str):
            changed = "# a comment\n\n" + content.replace("=", "   =  ").replace("}\n", "}  // the end\n")
            assert affected_by({path: changed}) == set(), path


def test_one_changed_value_affects_the_units_that_carry_it() -> None:
    assert affected_by(edited("_envcommon/vpc.hcl", "10.0.0.0", "10.1.0.0")) == {VPC, "prod/us-east-1/vpc"}
    assert affected_by(edited("root.hcl", "state-", "tfstate-")) == {
        VPC,
        APP,
        "prod/us-east-1/app",
        "prod/us-east-1/vpc",
    }


def test_a_shared_local_that_nobody_uses_affects_nothing() -> None:
    assert affected_by({"dev/account.hcl": 'locals {\n  name = "dev"\n  unused = 1\n}\n'}) == set()


def test_mock_outputs_affect_nothing() -> None:
    assert affected_by(edited("_envcommon/app.hcl", "vpc-0", "vpc-1")) == set()


def test_a_module_affects_those_who_use_it_directly_or_through_another() -> None:
    apps = {APP, "prod/us-east-1/app"}
    assert affected_by({"modules/naming/main.tf": 'output "name" {\n  value = "y"\n}\n'}) == apps
    assert affected_by({"modules/app/new.tf": "locals {}\n"}) == apps
    assert affected_by({"modules/unused/main.tf": "locals {}\n"}) == set()


def test_files_of_the_units_own_folder_count() -> None:
    assert affected_by({f"{VPC}/policy.json": "{}"}) == {VPC}
    assert affected_by({f"{VPC}/.terragrunt-cache/x/y": "z"}) == set()
    assert affected_by({"README.md": "hello", "dev/README.md": "hello"}) == set()


def test_the_folder_of_a_unit_below_does_not_belong_to_the_one_above() -> None:
    files = {"a/terragrunt.hcl": "", "a/x.tf": "", "a/b/terragrunt.hcl": "", "a/b/y.tf": "", "a/c/z.txt": ""}
    live = live_of(files)
    assert list(live.units[UnitPath("a")].files) == ["a/c/z.txt", "a/terragrunt.hcl", "a/x.tf"]
    assert list(live.units[UnitPath("a/b")].files) == ["a/b/terragrunt.hcl", "a/b/y.tf"]


def test_the_account_is_part_of_what_applying_does() -> None:
    renumbered = str(ESTATE["accounts.json"]).replace("111111111111", "333333333333")
    assert affected_by({"accounts.json": renumbered}) == {VPC, APP}


def test_variable_files_and_scripts_that_the_configuration_names_count() -> None:
    config = """terraform {
  extra_arguments "vars" {
    commands           = ["plan", "apply"]
    required_var_files = ["${get_repo_root()}/common.tfvars"]
    arguments          = ["-var-file=../more.tfvars"]
  }
  before_hook "check" {
    commands = ["plan"]
    execute  = ["${get_repo_root()}/check.sh", "-v"]
  }
}
"""

    def fingerprint(**changed: str) -> str:
        named = {"common.tfvars": "a = 1", "more.tfvars": "b = 1", "check.sh": "true"}
        files = {"a/terragrunt.hcl": config, "a/main.tf": "", **named, **changed}
        live = live_of(files)
        assert live.problems == ()
        assert {*named} <= {*live.units[UnitPath("a")].reads}
        return live.units[UnitPath("a")].fingerprint

    assert fingerprint(**{"common.tfvars": "a = 1 # same"}) == fingerprint()
    for file in ("common.tfvars", "more.tfvars", "check.sh"):
        assert fingerprint(**{file: "a = 2"}) != fingerprint()


def test_environment_variables_are_read_only_when_listed() -> None:
    files = {"a/terragrunt.hcl": 'inputs = { x = get_env("COLOUR", "none") }', "a/main.tf": ""}
    listed = {**files, "towpath.yml": "environment: [COLOUR]\n"}

    def fingerprint(of: Files, colour: str) -> str:
        return live_of(of, {"COLOUR": colour}).units[UnitPath("a")].fingerprint

    assert fingerprint(files, "red") == fingerprint(files, "blue")
    assert fingerprint(listed, "red") != fingerprint(listed, "blue")


def test_only_some_units_may_be_asked_for() -> None:
    live = live_of(ESTATE, only=[APP])
    assert list(live.units) == [APP]
    assert live.units[APP] == live_of(ESTATE).units[APP]
    assert live.problems == ()


def test_a_parent_that_others_include_is_no_unit() -> None:
    files = {
        "terragrunt.hcl": 'locals {\n  x = read_terragrunt_config(find_in_parent_folders("account.hcl"))\n}\n'
        "inputs = local.x.inputs\n",
        "dev/account.hcl": "inputs = {}\n",
        "dev/vpc/terragrunt.hcl": "include {\n  path = find_in_parent_folders()\n}\n" + MODULE % "../../modules/vpc",
        "modules/vpc/main.tf": "",
    }
    live = live_of(files)
    assert (list(live.units), live.problems) == (["dev/vpc"], ())
    without_account = live_of({path: content for path, content in files.items() if path != "dev/account.hcl"})
    assert list(without_account.units) == ["dev/vpc"]
    assert {problem.unit for problem in without_account.problems} == {"dev/vpc"}


def test_a_folder_without_module_or_terraform_files_is_no_unit() -> None:
    live = live_of({"dev/terragrunt.hcl": "inputs = { a = 1 }\n", "dev/vpc/terragrunt.hcl": "", "dev/vpc/main.tf": ""})
    assert (list(live.units), live.problems) == (["dev/vpc"], ())


def test_a_broken_folder_that_nobody_includes_is_not_passed_over() -> None:
    live = live_of({"dev/terragrunt.hcl": "inputs = {\n"})
    assert list(live.units) == ["dev"]
    assert live.units[UnitPath("dev")].problems != ()


def test_a_folder_that_includes_but_applies_nothing_is_passed_over_with_a_warning() -> None:
    live = live_of({"root.hcl": "", "a/terragrunt.hcl": 'include {\n  path = find_in_parent_folders("root.hcl")\n}\n'})
    problem = problem_of(live)
    assert (dict(live.units), problem.id, problem.severity) == ({}, "unit-without-module", Severity.WARNING)
    assert problem.place is not None
    assert problem.place.file == "a/terragrunt.hcl"
    assert problem.hint == 'Add terraform { source = "…" }, or remove the folder.'


def test_a_folder_that_generates_what_it_applies_is_a_unit() -> None:
    generate = 'generate "main" {\n  path      = "main.tf"\n  if_exists = "overwrite"\n  contents  = "locals {}"\n}\n'
    include = 'include {\n  path = find_in_parent_folders("root.hcl")\n}\n'
    live = live_of({"root.hcl": "", "a/terragrunt.hcl": include + generate, "b/terragrunt.hcl": generate})
    assert (list(live.units), live.problems) == (["a"], ())


def test_a_broken_unit_stays_in_the_list_and_hides_no_other() -> None:
    live = live_of(
        {**ESTATE, f"{VPC}/terragrunt.hcl": "inputs = {\n  a = nope(1)\n}\n" + MODULE % "../../../modules//vpc"}
    )
    unit = live.units[VPC]
    assert {problem.unit for problem in live.problems} == {VPC}
    assert unit.problems == live.problems
    assert unit.fingerprint.startswith("sha256:")
    assert live.units[APP].problems == ()
    again = live_of({**ESTATE, f"{VPC}/terragrunt.hcl": "inputs = {\n"})
    assert again.units[VPC].config is None
    assert again.units[VPC].fingerprint != unit.fingerprint


@pytest.mark.parametrize(
    ("source", "detail"),
    [
        ("../modules//nope", "The module ../modules//nope would be modules/nope, and there is no such folder."),
        ("../../elsewhere", "The module ../../elsewhere is outside the repository."),
    ],
)
def test_a_local_module_that_is_not_there_is_shown_at_its_source(source: str, detail: str) -> None:
    live = live_of({"a/terragrunt.hcl": "# a comment\n" + MODULE % source, "modules/vpc/main.tf": ""})
    problem = problem_of(live)
    assert (problem.id, problem.detail, problem.unit) == ("module-missing", detail, "a")
    assert problem.place is not None
    assert (problem.place.file, problem.place.line) == ("a/terragrunt.hcl", 3)


def test_a_remote_source_without_a_version_is_a_doubt() -> None:
    live = live_of({"a/terragrunt.hcl": MODULE % "git::https://example.com/modules.git//vpc"})
    problem = problem_of(live)
    assert (problem.id, problem.severity, problem.unit) == ("source-not-pinned", Severity.WARNING, "a")
    assert live.units[UnitPath("a")].module is None


def test_an_unknown_source_is_shown_as_its_text() -> None:
    live = live_of({"a/terragrunt.hcl": MODULE % '${run_cmd(\\"x\\")}/vpc'.replace('\\"', '"')})
    unit = live.units[UnitPath("a")]
    assert unit.source is not None
    assert "run_cmd" in unit.source


@pytest.mark.parametrize(
    ("edge", "problem_id"), [("../nope", "dependency-missing"), ("../../prod/vpc", "dependency-later-tier")]
)
def test_edges_that_cannot_be_are_shown_at_the_dependency(edge: str, problem_id: str) -> None:
    files = {
        "accounts.json": ESTATE["accounts.json"],
        "dev/app/terragrunt.hcl": f'dependencies {{\n  paths = ["{edge}"]\n}}\n',
        "dev/app/main.tf": "",
        "prod/vpc/terragrunt.hcl": "",
        "prod/vpc/main.tf": "",
    }
    live = live_of(files)
    problem = problem_of(live)
    assert (problem.id, problem.unit) == (problem_id, "dev/app")
    assert problem.place is not None
    assert (problem.place.file, problem.place.line) == ("dev/app/terragrunt.hcl", 2)
    assert live.units[UnitPath("dev/app")].problems == (problem,)


def test_a_cycle_is_told_once_and_marks_all_its_units() -> None:
    def unit(target: str) -> str:
        return f'dependency "x" {{\n  config_path = "../{target}"\n}}\n'

    files = {"a/terragrunt.hcl": unit("b"), "b/terragrunt.hcl": unit("a"), "a/x.tf": "", "b/x.tf": ""}
    live = live_of(files)
    problem = problem_of(live)
    assert (problem.id, problem.detail.partition(":")[0]) == ("dependency-cycle", "a → b → a")
    assert all(unit.problems == (problem,) for unit in live.units.values())


def test_plain_terraform_roots_have_the_dependencies_that_were_declared() -> None:
    files = {
        "towpath.yml": "units:\n  terraform: [stacks/*]\n  dependencies: {stacks/app: [stacks/vpc]}\n",
        "stacks/vpc/main.tf": 'module "m" { source = "../../modules/m" }',
        "stacks/app/main.tf": "",
        "modules/m/main.tf": "locals {}",
    }
    live = live_of(files)
    app, vpc = live.units.values()
    assert live.problems == ()
    assert (app.kind, app.config, app.dependencies) == ("terraform", None, ("stacks/vpc",))
    changed = live_of({**files, "modules/m/main.tf": "locals { a = 1 }", "stacks/app/main.tf": "# a comment"})
    assert changed.units[vpc.path].fingerprint != vpc.fingerprint
    assert changed.units[app.path].fingerprint == app.fingerprint


def test_declared_dependencies_are_checked_at_their_lines() -> None:
    config = "units:\n  terraform: [a]\n  dependencies:\n    a: [b]\n    c: [a]\n"
    live = live_of({"towpath.yml": config, "a/main.tf": ""})
    found = {(problem.id, problem.place.line) for problem in live.problems if problem.place}
    assert found == {("dependency-missing", 4), ("dependencies-of-nothing", 5)}
    assert all(problem.hint for problem in live.problems)


@pytest.mark.parametrize(
    ("gate", "hint"), [("prdo", "Did you mean prod?"), ("x-*", "Environments are: dev, prod, outside.")]
)
def test_a_gate_that_fits_no_environment_is_an_error(gate: str, hint: str) -> None:
    gates = f"gates:\n  prod: {{}}\n  '*v': {{}}\n  outside: {{}}\n  {gate}: {{}}\n"
    problem = problem_of(live_of({"accounts.json": ESTATE["accounts.json"], "towpath.yml": gates}))
    assert (problem.id, problem.is_error, problem.hint) == ("gate-fits-nothing", True, hint)
    assert problem.place is not None
    assert (problem.place.file, problem.place.line, problem.place.column) == ("towpath.yml", 5, 3)


def test_the_root_of_the_repository_may_be_a_unit() -> None:
    files = {"towpath.yml": "units: {terraform: [.]}\n", "main.tf": "", "inner/x.tf": "", "accounts.json": "{}"}
    live = live_of(files)
    (unit,) = live.units.values()
    assert live.problems == ()
    assert (unit.path, list(unit.files)) == (".", ["inner/x.tf", "main.tf"])
    changed = live_of({**files, "towpath.yml": "units: {terraform: [.]}\nparallelism: 2\n"})
    assert changed.units[unit.path].fingerprint == unit.fingerprint


def test_configuration_under_another_name_is_not_passed_over_in_silence() -> None:
    problem = problem_of(live_of({"towpath.yaml": "gates: {prod: {}}"}))
    assert (problem.id, problem.hint) == ("configuration-misnamed", "Rename it: git mv towpath.yaml towpath.yml")


def test_a_repository_with_nothing_in_it() -> None:
    live = live_of({})
    assert (dict(live.units), dict(live.accounts), live.problems) == ({}, {}, ())


def test_a_link_out_of_the_repository_breaks_its_unit_alone() -> None:
    files = {**ESTATE, f"{VPC}/terragrunt.hcl": FakeLink("/etc/terragrunt.hcl")}
    live = live_of(files)
    assert [problem.id for problem in live.units[VPC].problems] == ["symlink-leaves-repository"]
    assert live.units[APP].problems == ()
    assert live_of({**ESTATE, "towpath.yml": FakeLink("/etc/towpath.yml")}).units.keys() == live_of(ESTATE).units.keys()


def test_a_unit_may_link_to_a_configuration_of_the_repository() -> None:
    files: Files = {
        "shared.hcl": MODULE % "../m" + "inputs = { a = 1 }\n",
        "a/terragrunt.hcl": FakeLink("../shared.hcl"),
        "m/x.tf": "",
    }
    one = live_of(files)
    other = live_of({**files, "shared.hcl": MODULE % "../m" + "inputs = { a = 2 }\n"})
    assert one.problems == ()
    assert one.units[UnitPath("a")].fingerprint != other.units[UnitPath("a")].fingerprint

"""What a stack adds to its units with `autoinclude`, and what a committed `terragrunt.autoinclude.hcl` adds."""

from __future__ import annotations

import pytest
from live_files import one, said
from live_repositories import Files, live_of
from stack_files import CATALOGUE, stack_of, unit_block

from towpath.changes import ChangesRequest, find_changes
from towpath.hcl.convert import to_json
from towpath.model.paths import UnitPath

VPC = UnitPath("dev/.terragrunt-stack/vpc")
APP = UnitPath("dev/.terragrunt-stack/app")
CIDR = 'values = { cidr = "10.0.0.0/16" }'
UNIT = """terraform { source = "." }
dependency "own" {
  config_path  = "../vpc"
  mock_outputs = { a = 1 }
}
inputs = { own = "kept", colour = "grey", own_output = dependency.own.outputs.a }
"""
ADDED = """autoinclude {
    dependency "vpc" {
      config_path  = unit.vpc.path
      mock_outputs = { id = "mock" }
    }
    inputs = {
      colour = "${local.colour}-${values.suffix}"
      id     = "${dependency.vpc.outputs.id}"
      here   = basename(get_terragrunt_dir())
    }
    prevent_destroy = true
  }"""


def stacked(added: str = ADDED) -> Files:
    return {
        **stack_of(
            'locals {\n  colour = "green"\n}\n',
            unit_block(more=CIDR),
            unit_block("app", '"../u"', more=added),
        ),
        "dev/terragrunt.values.hcl": 'suffix = "dark"\n',
        "u/terragrunt.hcl": UNIT,
        "towpath.yml": 'units: {exclude: ["catalog/**", "u"]}',
    }


def inputs_of(files: Files, path: str = APP) -> object:
    live = live_of(files)
    assert [problem for problem in live.problems if problem.is_error] == []
    config = live.units[UnitPath(path)].config
    assert config is not None
    return to_json(dict(config.inputs))


def test_what_is_added_comes_over_what_the_unit_says() -> None:
    assert inputs_of(stacked()) == {
        "own": "kept",
        "own_output": f'(unknown: dependency.own["{VPC}"].outputs.a)',
        "colour": "green-dark",
        "id": f'(unknown: dependency.vpc["{VPC}"].outputs.id)',
        "here": "dev",
    }


def test_added_dependencies_order_the_units_and_the_stack_is_read() -> None:
    live = live_of(stacked(ADDED))
    unit = live.units[APP]
    assert unit.dependencies == (VPC,)
    assert unit.outline is not None
    assert unit.outline.prevent_destroy
    assert {upstream.name: upstream.file for upstream in unit.outline.upstreams} == {
        "own": "u/terragrunt.hcl",
        "vpc": "dev/terragrunt.stack.hcl",
    }
    assert unit.reads == ("dev/terragrunt.stack.hcl", "dev/terragrunt.values.hcl", "u/terragrunt.hcl")


def test_an_added_dependency_takes_the_place_of_one_of_its_name() -> None:
    files = {**stacked(ADDED.replace('"vpc"', '"own"').replace("dependency.vpc", "dependency.own")), **CATALOGUE}
    live = live_of({**files, "towpath.yml": "units: {exclude: [u, 'catalog/**']}"})
    config = live.units[APP].config
    assert config is not None
    assert [dependency.name for dependency in config.dependencies] == ["own"]
    assert to_json(config.dependencies[0].mock_outputs) == {"id": "mock"}


def test_a_change_in_what_is_added_names_the_attribute_and_the_stack() -> None:
    before, after = live_of(stacked(), commit="b" * 40), live_of(stacked(ADDED.replace("local.colour", '"red"')))
    changes = find_changes(ChangesRequest(after, before))
    assert said(one(changes, APP)) == [("value", "inputs.colour", "green-dark", "red-dark", "dev/terragrunt.stack.hcl")]
    assert [unit.path for unit in changes.units] == [APP]
    taken = find_changes(ChangesRequest(live_of(stacked("")), before))
    assert {reason.kind.value for reason in one(taken, APP).reasons} == {"value", "uncertain"}


def test_what_is_unknown_is_unknown_in_the_unit() -> None:
    inputs = inputs_of(stacked('autoinclude {\n    inputs = { who = run_cmd("whoami") }\n  }'))
    assert isinstance(inputs, dict)
    assert inputs["who"] == '(unknown: run_cmd("whoami"))'


@pytest.mark.parametrize(
    ("added", "id_", "line"),
    [
        ("autoinclude {\n    locals {\n    }\n  }", "unknown-block", 15),
        ("autoinclude {\n    autoinclude {\n    }\n  }", "unknown-block", 15),
        ("autoinclude {\n    values = {}\n  }", "unknown-attribute", 15),
        ("autoinclude {\n    inputs = nothing\n  }", "unknown-variable", 15),
        (
            'autoinclude {\n    dependency "x" {\n      config_path = unit.none.path\n    }\n  }',
            "unsupported-attribute",
            16,
        ),
        ("autoinclude {\n  }\n  autoinclude {\n  }", "duplicate-block", 16),
    ],
)
def test_what_is_wrong_with_it_is_told_where_it_is_written(added: str, id_: str, line: int) -> None:
    live = live_of(stacked(added))
    (problem,) = (problem for problem in live.problems if problem.is_error)
    assert problem.place is not None
    assert (problem.id, problem.place.file, problem.place.line) == (id_, "dev/terragrunt.stack.hcl", line)
    assert problem.unit == APP
    assert live.units[VPC].problems == ()


def test_for_a_stack_it_is_refused() -> None:
    block = 'stack "s" {\n  source = "../catalog/stacks/service"\n  path = "s"\n  autoinclude {\n  }\n}\n'
    (problem,) = (problem for problem in live_of(stack_of(block)).problems if problem.is_error)
    assert problem.place is not None
    assert (problem.id, problem.place.line) == ("unsupported-configuration", 4)


def test_a_committed_file_is_merged_too() -> None:
    files: Files = {
        "dev/app/terragrunt.hcl": 'terraform { source = "." }\ninputs = { a = 1, b = 1 }\n',
        "dev/app/terragrunt.autoinclude.hcl": "inputs = { b = 2 }\n",
    }
    assert inputs_of(files, "dev/app") == {"a": 1, "b": 2}
    live = live_of(files)
    assert "dev/app/terragrunt.autoinclude.hcl" in live.units[UnitPath("dev/app")].reads
    (problem,) = live_of({**files, "dev/app/terragrunt.autoinclude.hcl": "inputs = {\n"}).problems
    assert problem.place is not None
    assert problem.place.file == "dev/app/terragrunt.autoinclude.hcl"


def test_a_pointer_that_points_nowhere_adds_nothing() -> None:
    files: Files = {
        "dev/app/terragrunt.hcl": 'terraform { source = "." }\ninputs = { a = 1 }\n',
        "dev/app/towpath.autoinclude.hcl": "",
    }
    assert inputs_of(files, "dev/app") == {"a": 1}

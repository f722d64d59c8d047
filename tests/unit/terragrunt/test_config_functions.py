"""Functions that read other configurations, merge values and compare versions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from terragrunt_repositories import config_of, evaluation_of, input_of, inputs_of, values_of

from towpath.hcl.convert import to_json
from towpath.hcl.values import Unknown

COMMON = """
locals { region = "eu-west-1" }
feature "big" { default = true }
dependency "vpc" { config_path = "${get_terragrunt_dir()}/../vpc" }
terraform {
  source = "../modules//x"
  extra_arguments "a" { commands = ["plan"] }
}
remote_state {
  backend = "s3"
  config  = { bucket = "b", key = path_relative_to_include() }
}
generate "provider" {
  path      = "provider.tf"
  if_exists = "overwrite"
  contents  = "text"
}
inputs = {
  here  = get_terragrunt_dir()
  first = get_original_terragrunt_dir()
  id    = dependency.vpc.outputs.id
}
"""


def read(expression: str, files: dict[str, str] | None = None) -> Any:
    return to_json(input_of(expression, {"common/all.hcl": COMMON, **(files or {})}))


def test_everything_of_another_configuration_can_be_read() -> None:
    value = read('read_terragrunt_config("../../common/all.hcl")')
    assert value["locals"] == {"region": "eu-west-1"}
    assert value["feature"] == {"big": {"value": True}}
    assert value["terraform"]["source"] == "../modules//x"
    assert value["terraform"]["extra_arguments"]["a"]["commands"] == ["plan"]
    assert value["remote_state"]["config"] == {"bucket": "b", "key": "."}
    assert value["generate"]["provider"]["path"] == "provider.tf"
    assert value["iam_role"] == ""
    assert value["dependency"]["vpc"]["config_path"] == "vpc"


def test_a_file_that_is_read_stands_alone_but_for_the_unit_it_is_read_for() -> None:
    inputs = read('read_terragrunt_config("../../common/all.hcl").inputs')
    assert inputs == {
        "here": "/repository/common",
        "first": "/repository/dev/app",
        "id": '(unknown: dependency.vpc["vpc"].outputs.id)',
    }


def test_functions_in_a_file_that_is_read_search_from_there() -> None:
    files = {
        "common/env.hcl": 'locals {\n  a = find_in_parent_folders("a.txt")\n  b = file("b.txt")\n}',
        "a.txt": "",
        "common/b.txt": "b",
        "dev/a.txt": "",
    }
    assert read('read_terragrunt_config("${get_repo_root()}/common/env.hcl").locals', files) == {
        "a": "/repository/a.txt",
        "b": "b",
    }


def test_outputs_in_a_file_that_is_read_make_its_dependencies_the_units() -> None:
    files = {
        "common/all.hcl": COMMON,
        "dev/app/terragrunt.hcl": """
            locals { common = read_terragrunt_config("../../common/all.hcl") }
            inputs = { id = local.common.dependency.vpc.outputs.id }
        """,
    }
    assert config_of(files).all_dependency_paths() == ("vpc",)
    assert evaluation_of(files).dependency_paths[0][0] == "vpc"
    # The file that was read may be asked for any output.
    assert inputs_of(files) == {"id": '(unknown: dependency.vpc["vpc"].outputs)'}


def test_a_unit_that_reads_another_ones_file_does_not_depend_on_what_that_depends_on() -> None:
    files = {
        "dev/api/terragrunt.hcl": """
            dependency "app" { config_path = "../app" }
            inputs = { size = 3, url = dependency.app.outputs.url }
        """,
        "dev/app/terragrunt.hcl": 'inputs = { size = read_terragrunt_config("../api").inputs.size }',
    }
    assert inputs_of(files) == {"size": 3}
    assert config_of(files).all_dependency_paths() == ()


def test_what_was_read_can_be_given_again_as_a_whole() -> None:
    files = {
        "common/all.hcl": COMMON,
        "dev/app/terragrunt.hcl": """
            locals { common = read_terragrunt_config("../../common/all.hcl") }
            remote_state = local.common.remote_state
            generate     = local.common.generate
        """,
    }
    values = values_of(files)
    assert values["remote_state"]["config"]["bucket"] == "b"
    assert values["generate"]["provider"]["contents"] == "text"


def test_a_unit_can_be_read_with_what_it_includes() -> None:
    files = {
        "root.hcl": "inputs = { key = path_relative_to_include() }",
        "dev/vpc/terragrunt.hcl": 'include "root" { path = find_in_parent_folders("root.hcl") }\ninputs = { a = 1 }',
    }
    assert read('read_terragrunt_config("../vpc").inputs', files) == {"key": "dev/vpc", "a": 1}
    assert read('read_terragrunt_config("../vpc/terragrunt.hcl").inputs.a', files) == 1


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('read_terragrunt_config("absent.hcl", { inputs = {} }).inputs', {}),
        ('read_terragrunt_config(find_in_parent_folders("absent.hcl", "absent.hcl"), null)', None),
        ('try(read_terragrunt_config("absent.hcl").inputs, "none")', "none"),
        ('try(read_terragrunt_config("../../broken.hcl"), "none")', "none"),
        ('read_terragrunt_config("../../empty.hcl").inputs', {}),
        ('read_terragrunt_config("../../empty.hcl").locals', {}),
        ('read_terragrunt_config("../../a/terragrunt.values.hcl")', {"cidr": "10.0.0.0/16"}),
    ],
)
def test_files_that_are_not_there_or_empty(expression: str, expected: object) -> None:
    files = {"broken.hcl": "a = b.c", "empty.hcl": "", "a/terragrunt.values.hcl": 'cidr = "10.0.0.0/16"'}
    assert read(expression, files) == expected


def test_a_path_that_is_unknown_makes_everything_in_it_unknown() -> None:
    assert isinstance(input_of('read_terragrunt_config(get_env("FILE")).inputs.a'), Unknown)


def test_values_of_a_generated_unit_are_a_variable() -> None:
    files = {
        "dev/app/terragrunt.values.hcl": 'cidr = "10.0.0.0/16"',
        "dev/app/terragrunt.hcl": "inputs = { cidr = values.cidr }",
    }
    assert inputs_of(files) == {"cidr": "10.0.0.0/16"}
    assert "dev/app/terragrunt.values.hcl" in evaluation_of(files).reads


@pytest.mark.parametrize(
    ("expression", "expected", "file"),
    [
        ('read_terragrunt_config("absent.hcl")', "file-not-found", "dev/app/terragrunt.hcl"),
        ('read_terragrunt_config("../../broken.hcl")', "unknown-variable", "broken.hcl"),
        ('read_terragrunt_config("../../circle.hcl")', "read-cycle", "circle.hcl"),
        ('read_terragrunt_config("../../../x.hcl")', "outside-repository", "dev/app/terragrunt.hcl"),
        ('read_terragrunt_config("../../s/terragrunt.stack.hcl")', "unknown-variable", "s/terragrunt.stack.hcl"),
        ('read_terragrunt_config("../../s/other.hcl.json")', "unsupported-configuration", "dev/app/terragrunt.hcl"),
        ('read_terragrunt_config("terragrunt.hcl")', "read-cycle", "dev/app/terragrunt.hcl"),
        ("read_terragrunt_config()", "wrong-arguments", "dev/app/terragrunt.hcl"),
        ("read_terragrunt_config(1)", "wrong-arguments", "dev/app/terragrunt.hcl"),
        ('read_tfvars_file("absent.tfvars")', "file-not-found", "dev/app/terragrunt.hcl"),
        ('read_tfvars_file("../../bad.tfvars")', "unknown-block", "bad.tfvars"),
        ('read_tfvars_file("../../bad.json")', "wrong-arguments", "dev/app/terragrunt.hcl"),
        ('read_tfvars_file("../../list.json")', "wrong-arguments", "dev/app/terragrunt.hcl"),
        ("deep_merge(1)", "wrong-arguments", "dev/app/terragrunt.hcl"),
        ('constraint_check("one", ">= 1")', "wrong-arguments", "dev/app/terragrunt.hcl"),
    ],
)
def test_what_cannot_be_read_is_a_problem(expression: str, expected: str, file: str) -> None:
    files = {
        "broken.hcl": "inputs = { a = b.c }",
        "circle.hcl": 'locals { a = read_terragrunt_config("circle.hcl") }',
        "s/terragrunt.stack.hcl": 'unit "a" { source = nothing }',
        "s/other.hcl.json": "{}",
        "bad.tfvars": "a {}",
        "bad.json": "{",
        "list.json": "[1]",
        "dev/app/terragrunt.hcl": f"inputs = {{ it = {expression} }}",
    }
    problem = evaluation_of(files).problems[0]
    assert (problem.id, problem.place.file if problem.place else None) == (expected, file)


def test_variables_are_read_as_json() -> None:
    files = {"dev/app/a.tfvars": 'a = 1\nb = ["x", { c = null }]', "common/b.tfvars.json": '{"a": 1.5}'}
    assert json.loads(str(input_of('read_tfvars_file("a.tfvars")', files))) == {"a": 1, "b": ["x", {"c": None}]}
    assert read('jsondecode(read_tfvars_file("../../common/b.tfvars.json")).a', files) == 1.5
    # What is JSON already is given as it is written, so that a hash of it is a hash of the file.
    assert input_of('read_tfvars_file("../../common/b.tfvars.json")', files) == '{"a": 1.5}'
    assert input_of('read_tfvars_file("a.tfvars")', {"dev/app/a.tfvars": 'b = 1\na = "<"'}) == '{"a":"\\u003c","b":1}'


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("deep_merge({ a = { b = 1, l = [1] } }, { a = { c = 2, l = [2] } })", {"a": {"b": 1, "c": 2, "l": [1, 2]}}),
        ("deep_merge({ a = 1 }, null, { a = null })", {"a": None}),
        ("deep_merge()", {}),
        ('constraint_check("1.2.3", ">= 1.0, < 2.0")', True),
        ('constraint_check("1.2.3", "~> 1.3")', False),
        ('startswith("abc", "ab")', True),
        ('timecmp("2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z")', -1),
    ],
)
def test_values(expression: str, expected: object) -> None:
    assert read(expression) == expected


def test_merging_with_something_unknown_keeps_what_is_known() -> None:
    assert read('deep_merge({ a = 1, b = { c = 1 } }, { b = { d = get_env("X") } })') == {
        "a": 1,
        "b": {"c": 1, "d": '(unknown: get_env("X"))'},
    }

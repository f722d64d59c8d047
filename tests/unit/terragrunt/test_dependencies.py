"""`dependency` and `dependencies`: paths, mocks, outputs."""

from __future__ import annotations

import pytest
from terragrunt_repositories import config_of, evaluation_of, inputs_of

from towpath.hcl.convert import canonical


def test_a_dependency_with_everything() -> None:
    unit = """
        dependency "vpc" {
          config_path  = "../vpc"
          mock_outputs = { id = "mock" }
          mock_outputs_allowed_terraform_commands = ["validate", "plan"]
          mock_outputs_merge_strategy_with_state  = "deep_map_only"
        }
    """
    (dependency,) = config_of(unit).dependencies
    assert (dependency.name, dependency.path) == ("vpc", "dev/vpc")
    assert dependency.mock_outputs == {"id": "mock"}
    assert dependency.mock_commands == ("validate", "plan")
    assert dependency.mock_merge == "deep_map_only"
    assert (dependency.skip_outputs, dependency.enabled) == (False, True)
    assert (dependency.place.file, dependency.place.line) == ("dev/app/terragrunt.hcl", 3)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ("", "no_merge"),
        ("mock_outputs_merge_with_state = true", "shallow"),
        ("mock_outputs_merge_with_state = false", "no_merge"),
        ('mock_outputs_merge_with_state = true\nmock_outputs_merge_strategy_with_state = "no_merge"', "no_merge"),
        ('mock_outputs_merge_strategy_with_state = "shallow"', "shallow"),
    ],
)
def test_how_mocks_are_merged(attributes: str, expected: str) -> None:
    unit = f'dependency "vpc" {{\n config_path = "../vpc"\n {attributes}\n}}'
    assert config_of(unit).dependencies[0].mock_merge == expected


def test_mocks_decide_something_only_where_they_are_merged_with_outputs() -> None:
    unit = 'dependency "vpc" {\n config_path = "../vpc"\n mock_outputs = { id = "%s" }\n %s\n}'
    merged = 'mock_outputs_merge_strategy_with_state = "shallow"'
    plain_values = [canonical(config_of(unit % (mock, "")).as_values()) for mock in ("a", "b")]
    merged_values = [canonical(config_of(unit % (mock, merged)).as_values()) for mock in ("a", "b")]
    assert plain_values[0] == plain_values[1]
    assert merged_values[0] != merged_values[1]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("../vpc", "dev/vpc"),
        ("../../prod/vpc/", "prod/vpc"),
        ("../vpc/terragrunt.hcl", "dev/vpc"),
        ("/repository/shared/dns", "shared/dns"),
        ("${get_repo_root()}/shared/dns", "shared/dns"),
        ("..", "dev"),
        ("../..", "."),
    ],
)
def test_paths_start_from_the_units_folder(path: str, expected: str) -> None:
    unit = f'dependency "a" {{ config_path = "{path}" }}\ndependencies {{ paths = ["{path}"] }}'
    assert config_of(unit).all_dependency_paths() == (expected,)


def test_both_forms_come_with_their_places_each_unit_once() -> None:
    unit = """
dependencies {
  paths = ["../kms", "../vpc"]
}
dependency "vpc" {
  config_path = "../vpc"
}
"""
    evaluation = evaluation_of(unit)
    assert [(path, place.line) for path, place in evaluation.dependency_paths] == [("dev/vpc", 6), ("dev/kms", 3)]


def test_paths_are_known_even_when_the_unit_is_broken() -> None:
    unit = 'dependency "vpc" { config_path = "../vpc" }\ndependencies { paths = ["../kms"] }\ninputs = nope.x'
    evaluation = evaluation_of(unit)
    assert evaluation.config is None
    assert [path for path, _ in evaluation.dependency_paths] == ["dev/vpc", "dev/kms"]


def test_a_disabled_dependency_is_no_edge() -> None:
    unit = """
        dependency "vpc" {
          config_path  = "../vpc"
          enabled      = false
          mock_outputs = { id = "mock" }
        }
        inputs = { id = dependency.vpc.outputs.id }
    """
    assert config_of(unit).all_dependency_paths() == ()
    assert evaluation_of(unit).dependency_paths == ()
    assert inputs_of(unit) == {"id": "mock"}


def test_a_dependency_that_skips_outputs_has_its_mocks_or_none() -> None:
    unit = 'dependency "a" {\n config_path = "../a"\n skip_outputs = true\n %s\n}\ninputs = dependency.a.outputs'
    assert inputs_of(unit % "mock_outputs = { id = 1 }") == {"id": 1}
    assert inputs_of(unit % "") == {}
    assert config_of(unit % "").all_dependency_paths() == ("dev/a",)


def test_outputs_of_different_units_under_one_name_are_different_values() -> None:
    unit = 'dependency "a" {{ config_path = "../{}" }}\ninputs = {{ id = dependency.a.outputs.{} }}'
    values = {canonical(config_of(unit.format(*pair)).as_values()) for pair in (("x", "id"), ("y", "id"), ("x", "arn"))}
    assert len(values) == 3


def test_a_dependency_that_only_orders_does_not_decide_what_applying_does() -> None:
    with_one = config_of('dependency "a" { config_path = "../a" }\ndependencies { paths = ["../b"] }')
    assert with_one.as_values() == config_of("").as_values()


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ('dependency "a" {}', "missing-attribute"),
        ('dependency "a" { config_path = "" }', "missing-attribute"),
        ('dependency "a" { config_path = null }', "missing-attribute"),
        ('dependency "a" { config_path = "../../../a" }', "outside-repository"),
        ('dependency "a" { config_path = get_env("A", "../a") }', "unknown-dependency-path"),
        ('dependency { config_path = "../a" }', "wrong-labels"),
        ('dependency "a" { config_path = ["../a"] }', "wrong-type"),
        ('dependency "a" { config_path = "../a" }\ndependency "a" { config_path = "../a" }', "duplicate-block"),
        ("dependencies {}", "missing-attribute"),
        ('dependencies { paths = ["../../../a"] }', "outside-repository"),
        ('dependencies { paths = [get_env("A")] }', "unknown-dependency-path"),
        ('dependencies { paths = get_env("A") }', "unknown-dependency-path"),
        ('dependency "a" { config_path = "../a" }\ninputs = { a = dependency.a.inputs.x }', "unsupported-attribute"),
        ("inputs = { a = dependency.absent.outputs.x }", "unsupported-attribute"),
    ],
)
def test_what_is_wrong_with_a_dependency_is_a_problem_with_its_place(unit: str, expected: str) -> None:
    problems = evaluation_of(unit).problems
    assert [problem.id for problem in problems] == [expected]
    assert problems[0].place is not None


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ("{}", ()),
        ("{ a = dependency.a.outputs.x, b = [dependency.a.outputs.y[0], dependency.a.outputs.x] }", ("x", "y")),
        ('{ a = dependency.a.outputs["x"].id }', ("x",)),
        ('{ a = try(dependency.a.outputs.x, "none") }', ("x",)),
        ("{ a = dependency.a.outputs }", None),
        ("{ a = dependency.a.outputs.x, b = keys(dependency.a.outputs) }", None),
        ('{ a = dependency.a.outputs[get_env("NAME")] }', None),
        ("{ all = dependency }", None),
    ],
)
def test_which_outputs_are_read(inputs: str, expected: tuple[str, ...] | None) -> None:
    unit = f'dependency "a" {{ config_path = "../a" }}\ninputs = {inputs}'
    assert config_of(unit).dependencies[0].outputs_read == expected


def test_a_dependency_that_skips_outputs_has_none_read() -> None:
    unit = 'dependency "a" {\n  config_path = "../a"\n  skip_outputs = true\n}\ninputs = dependency.a.outputs'
    assert config_of(unit).dependencies[0].outputs_read == ()

"""Includes: how they are found, in which context they are evaluated, what they expose, how they are merged."""

from __future__ import annotations

import pytest
from terragrunt_repositories import config_of, evaluation_of, inputs_of, problem_ids, values_of

INCLUDE = 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n%s}\n'
ROOT = INCLUDE % ""
DEEP = INCLUDE % '  merge_strategy = "deep"\n'
EXPOSED = INCLUDE % "  expose = true\n"


def test_the_units_inputs_replace_the_included_ones_key_by_key() -> None:
    files = {
        "root.hcl": 'inputs = { a = 1, tags = { x = "root" } }',
        "dev/app/terragrunt.hcl": ROOT + 'inputs = { b = 2, tags = { y = "unit" } }',
    }
    assert inputs_of(files) == {"a": 1, "b": 2, "tags": {"y": "unit"}}


def test_a_deep_merge_joins_maps_and_lists_and_replaces_the_rest() -> None:
    files = {
        "root.hcl": 'inputs = { a = true, list = ["root"], map = { foo = 1, deep = { a = 1 } }, kind = [1] }',
        "dev/app/terragrunt.hcl": DEEP
        + 'inputs = { a = false, list = ["unit"], map = { bar = 2, deep = { b = 2 } }, kind = "text" }',
    }
    assert inputs_of(files) == {
        "a": False,
        "list": ["root", "unit"],
        "map": {"foo": 1, "bar": 2, "deep": {"a": 1, "b": 2}},
        "kind": "text",
    }


def test_no_merge_contributes_nothing() -> None:
    files = {
        "root.hcl": 'inputs = { a = 1 }\nlocals { region = "eu-west-1" }',
        "dev/app/terragrunt.hcl": INCLUDE % '  expose = true\n  merge_strategy = "no_merge"\n'
        + "inputs = { region = include.root.locals.region }",
    }
    assert inputs_of(files) == {"region": "eu-west-1"}


def test_of_two_includes_the_later_one_wins() -> None:
    files = {
        "one.hcl": "inputs = { a = 1, b = 1 }",
        "two.hcl": "inputs = { b = 2, c = 2 }",
        "dev/app/terragrunt.hcl": """
            include "one" { path = "../../one.hcl" }
            include "two" { path = "../../two.hcl" }
        """,
    }
    assert inputs_of(files) == {"a": 1, "b": 2, "c": 2}


def test_a_bare_include_is_exposed_as_include_itself() -> None:
    files = {
        "root.hcl": "locals { a = 1 }\ninputs = { b = 2 }",
        "dev/app/terragrunt.hcl": """
            include {
              path   = find_in_parent_folders("root.hcl")
              expose = true
            }
            inputs = { c = include.locals.a, d = include.inputs.b }
        """,
    }
    assert inputs_of(files) == {"b": 2, "c": 1, "d": 2}


def test_locals_see_what_is_exposed() -> None:
    files = {
        "root.hcl": "locals { a = 1 }\ninputs = { b = 2 }",
        "dev/app/terragrunt.hcl": EXPOSED
        + "locals { sum = include.root.locals.a + include.root.inputs.b }\ninputs = { sum = local.sum }",
    }
    assert inputs_of(files) == {"b": 2, "sum": 3}


def test_locals_see_what_is_exposed_of_a_file_with_dependencies() -> None:
    files = {
        "root.hcl": """
            locals { a = 1 }
            dependency "vpc" { config_path = "../vpc" }
            inputs = { id = dependency.vpc.outputs.id, other = dependency.kms.outputs.arn }
        """,
        "dev/app/terragrunt.hcl": EXPOSED
        + """
            locals { a = include.root.locals.a }
            dependency "kms" { config_path = "../kms-${local.a}" }
            inputs = { a = local.a, arn = include.root.inputs.other }
        """,
    }
    config = config_of(files)
    assert config.all_dependency_paths() == ("dev/kms-1", "dev/vpc")
    assert inputs_of(files) == {
        "a": 1,
        "id": '(unknown: dependency.vpc["dev/vpc"].outputs)',
        "other": '(unknown: dependency.kms["dev/kms-1"].outputs)',
        "arn": '(unknown: dependency.kms["dev/kms-1"].outputs)',
    }


def test_what_is_not_exposed_cannot_be_seen() -> None:
    files = {
        "root.hcl": "locals { a = 1 }",
        "dev/app/terragrunt.hcl": ROOT + "inputs = { a = include.root.locals.a }",
    }
    assert problem_ids(files) == ["unsupported-attribute"]


def test_locals_are_never_merged() -> None:
    files = {
        "root.hcl": "locals { a = 1 }",
        "dev/app/terragrunt.hcl": ROOT + "inputs = { a = local.a }",
    }
    assert problem_ids(files) == ["unsupported-attribute"]


def test_an_included_file_is_evaluated_for_the_unit() -> None:
    files = {
        "_common/app.hcl": """
            locals { env = read_terragrunt_config(find_in_parent_folders("env.hcl")).locals.env }
            terraform { source = "${get_repo_root()}/modules//app" }
            inputs = {
              env    = local.env
              unit   = get_terragrunt_dir()
              first  = get_original_terragrunt_dir()
              parent = get_parent_terragrunt_dir()
              to     = path_relative_to_include()
              from   = path_relative_from_include()
              text   = file("note.txt")
            }
        """,
        "_common/note.txt": "beside the included file",
        "dev/env.hcl": 'locals { env = "dev" }',
        "dev/app/terragrunt.hcl": 'include "app" { path = "${get_terragrunt_dir()}/../../_common/app.hcl" }',
    }
    assert values_of(files) == {
        "terraform": {"source": "/repository/modules//app"},
        "inputs": {
            "env": "dev",
            "unit": "/repository/dev/app",
            "first": "/repository/dev/app",
            "parent": "/repository/_common",
            "to": "../dev/app",
            "from": "../../_common",
            "text": "beside the included file",
        },
    }
    assert evaluation_of(files).reads == {
        "_common/app.hcl",
        "_common/note.txt",
        "dev/env.hcl",
        "dev/app/terragrunt.hcl",
    }


def test_a_root_terragrunt_file_can_be_the_parent() -> None:
    files = {
        "terragrunt.hcl": 'inputs = { key = "${path_relative_to_include()}/state" }',
        "dev/app/terragrunt.hcl": "include { path = find_in_parent_folders() }",
    }
    assert inputs_of(files) == {"key": "dev/app/state"}
    assert values_of(files, ".")["inputs"] == {"key": "./state"}


@pytest.mark.parametrize("strategy", ["shallow", "deep"])
def test_terraform_is_merged_by_attribute_and_name(strategy: str) -> None:
    files = {
        "root.hcl": """
            terraform {
              source = "root"
              copy_terraform_lock_file = false
              extra_arguments "both" {
                commands  = ["plan"]
                arguments = ["-root"]
              }
              extra_arguments "root" { commands = ["apply"] }
              before_hook "both" {
                commands = ["plan"]
                execute  = ["root"]
              }
            }
        """,
        "dev/app/terragrunt.hcl": INCLUDE % f'merge_strategy = "{strategy}"\n'
        + """
            terraform {
              source = "unit"
              extra_arguments "both" { commands = ["destroy"] }
              extra_arguments "added" { commands = ["init"] }
            }
        """,
    }
    config = config_of(files)
    assert config.source == "unit"
    assert config.copy_terraform_lock_file is False
    assert [(block.name, block.commands, block.arguments) for block in config.extra_arguments] == [
        ("both", ("destroy",), ()),
        ("root", ("apply",), ()),
        ("added", ("init",), ()),
    ]
    assert [hook.execute for hook in config.before_hooks] == [("root",)]


@pytest.mark.parametrize(("strategy", "expected"), [("shallow", ("unit/*",)), ("deep", ("root/*", "unit/*"))])
def test_lists_of_files_to_copy_are_joined_by_a_deep_merge_alone(strategy: str, expected: tuple[str, ...]) -> None:
    files = {
        "root.hcl": 'terraform { include_in_copy = ["root/*"] }',
        "dev/app/terragrunt.hcl": INCLUDE % f'merge_strategy = "{strategy}"\n'
        + 'terraform { include_in_copy = ["unit/*"] }',
    }
    assert config_of(files).include_in_copy == expected


@pytest.mark.parametrize("strategy", ["shallow", "deep"])
def test_remote_state_is_replaced_and_generate_merged_by_name(strategy: str) -> None:
    generate = 'generate "%s" {\n path = "%s.tf"\n if_exists = "skip"\n contents = "%s"\n}\n'
    files = {
        "root.hcl": 'remote_state {\n backend = "s3"\n config = { bucket = "b" }\n}\n'
        + generate % ("a", "a", "root")
        + generate % ("b", "b", "root"),
        "dev/app/terragrunt.hcl": INCLUDE % f'merge_strategy = "{strategy}"\n'
        + 'remote_state { backend = "local" }\n'
        + generate % ("b", "b", "unit"),
    }
    config = config_of(files)
    assert config.remote_state is not None
    assert (config.remote_state.backend, config.remote_state.config) == ("local", {})
    assert [(block.name, block.contents) for block in config.generate] == [("a", "root"), ("b", "unit")]


@pytest.mark.parametrize("strategy", ["shallow", "deep"])
def test_dependencies_blocks_are_joined(strategy: str) -> None:
    files = {
        "root.hcl": 'dependencies { paths = ["../kms"] }',
        "dev/app/terragrunt.hcl": INCLUDE % f'merge_strategy = "{strategy}"\n' + 'dependencies { paths = ["../vpc"] }',
    }
    assert config_of(files).all_dependency_paths() == ("dev/kms", "dev/vpc")


def test_errors_are_merged_deeply_where_asked_for() -> None:
    retry = 'errors {\n retry "%s" {\n retryable_errors = ["%s"]\n max_attempts = 3\n sleep_interval_sec = 5\n }\n}\n'
    files = {
        "root.hcl": retry % ("net", "a"),
        "deep/terragrunt.hcl": DEEP + retry % ("lock", "b"),
        "shallow/terragrunt.hcl": ROOT + retry % ("lock", "b"),
    }
    assert [retry.name for retry in config_of(files, "deep").retries] == ["net", "lock"]
    assert [retry.name for retry in config_of(files, "shallow").retries] == ["lock"]


def test_both_files_see_the_dependencies_of_both() -> None:
    files = {
        "root.hcl": """
            dependency "vpc" { config_path = "../vpc" }
            inputs = { db = dependency.mysql.outputs.db }
        """,
        "dev/app/terragrunt.hcl": DEEP
        + """
            dependency "mysql" { config_path = "../mysql" }
            inputs = { group = dependency.vpc.outputs.group }
        """,
    }
    assert inputs_of(files) == {
        "db": '(unknown: dependency.mysql["dev/mysql"].outputs.db)',
        "group": '(unknown: dependency.vpc["dev/vpc"].outputs.group)',
    }


def test_dependencies_of_one_name_are_merged_deeply_or_replaced() -> None:
    root = """
        dependency "vpc" {
          config_path  = ""
          mock_outputs = { a = "root", list = [1] }
          mock_outputs_allowed_terraform_commands = ["plan"]
        }
    """
    unit = 'dependency "vpc" {\n config_path = "../vpc"\n mock_outputs = { b = "unit", list = [2] }\n}\n'
    files = {"root.hcl": root, "deep/terragrunt.hcl": DEEP + unit, "shallow/terragrunt.hcl": ROOT + unit}
    deep, shallow = config_of(files, "deep").dependencies[0], config_of(files, "shallow").dependencies[0]
    assert deep.mock_outputs == {"a": "root", "b": "unit", "list": (1, 2)}
    assert (deep.path, deep.mock_commands) == ("vpc", ("plan",))
    assert shallow.mock_outputs == {"b": "unit", "list": (2,)}
    assert shallow.mock_commands is None


def test_provenance_names_the_file_that_contributed_each_key() -> None:
    files = {
        "root.hcl": 'inputs = {\n  a = 1\n  tags = {\n    team = "core"\n  }\n}\n',
        "dev/app/terragrunt.hcl": DEEP + 'inputs = {\n  b = 2\n  tags = {\n    "cost/x" = "app"\n  }\n}\n',
    }
    provenance = config_of(files).provenance
    assert [(path, provenance[path].file, provenance[path].line) for path in sorted(provenance)] == [
        ("inputs", "dev/app/terragrunt.hcl", 5),
        ("inputs.a", "root.hcl", 2),
        ("inputs.b", "dev/app/terragrunt.hcl", 6),
        ("inputs.tags", "dev/app/terragrunt.hcl", 7),
        ("inputs.tags.team", "root.hcl", 4),
        ('inputs.tags["cost/x"]', "dev/app/terragrunt.hcl", 8),
    ]


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ('include "a" { path = "../../absent.hcl" }', "include-not-found"),
        ('include "a" { path = "../../../outside.hcl" }', "outside-repository"),
        ('include "a" { path = "/etc/root.hcl" }', "outside-repository"),
        ('include "a" { path = get_env("ROOT") }', "unknown-include-path"),
        ('include "a" { path = "../../nested.hcl" }', "nested-include"),
        ('include "a" "b" { path = "../../root.hcl" }', "wrong-labels"),
        ('include "a" { expose = true }', "missing-attribute"),
        ('include "a" {\n path = "../../root.hcl"\n merge_strategy = "upward"\n}', "wrong-type"),
        ('include "a" { path = "../../root.hcl" }\ninclude "a" { path = "../../root.hcl" }', "duplicate-block"),
        ('include "a" {\n path = "../../root.hcl"\n depth = 1\n}', "unknown-attribute"),
        ('include "a" { path = find_in_parent_folders("absent.hcl") }', "parent-not-found"),
    ],
)
def test_what_is_wrong_with_an_include_is_a_problem_with_its_place(unit: str, expected: str) -> None:
    files = {"root.hcl": "", "nested.hcl": ROOT, "dev/app/terragrunt.hcl": unit}
    problem = evaluation_of(files).problems[0]
    assert problem.id == expected
    assert problem.place is not None
    assert problem.place.file == ("nested.hcl" if expected == "nested-include" else "dev/app/terragrunt.hcl")
    assert problem.place.line is not None
    assert problem.unit == "dev/app"


def test_a_problem_in_an_included_file_is_told_at_its_place_there() -> None:
    files = {"root.hcl": "\n\nlocals { a = nope.b }", "dev/app/terragrunt.hcl": ROOT}
    problem = evaluation_of(files).problems[0]
    assert (problem.id, problem.place.file if problem.place else None) == ("unknown-variable", "root.hcl")


def test_flags_of_an_included_file_are_seen_and_can_be_set_anew() -> None:
    files = {
        "root.hcl": 'feature "a" { default = "root" }\nfeature "b" { default = "root" }',
        "dev/app/terragrunt.hcl": ROOT
        + 'feature "b" { default = "unit" }\nlocals { a = feature.a.value }\n'
        + "inputs = { a = local.a, b = feature.b.value }",
    }
    assert inputs_of(files) == {"a": "root", "b": "unit"}


def test_a_generated_include_beside_the_unit_comes_over_it() -> None:
    files = {
        "dev/app/terragrunt.autoinclude.hcl": """
            dependency "vpc" { config_path = "../vpc" }
            inputs = { b = 2, id = dependency.vpc.outputs.id }
        """,
        "dev/app/terragrunt.hcl": "inputs = { a = 1, b = 1 }",
    }
    assert inputs_of(files) == {"a": 1, "b": 2, "id": '(unknown: dependency.vpc["dev/vpc"].outputs.id)'}
    assert config_of(files).all_dependency_paths() == ("dev/vpc",)
    assert problem_ids({**files, "dev/app/terragrunt.autoinclude.hcl": "sauce = 1"}) == ["unknown-attribute"]


def test_dependencies_of_an_include_that_is_not_merged_serve_what_it_exposes() -> None:
    files = {
        "common.hcl": 'dependency "vpc" { config_path = "../vpc" }\ninputs = { id = dependency.vpc.outputs.id }',
        "dev/app/terragrunt.hcl": """
            include "common" {
              path           = find_in_parent_folders("common.hcl")
              expose         = true
              merge_strategy = "no_merge"
            }
            inputs = { id = include.common.inputs.id }
        """,
    }
    assert inputs_of(files) == {"id": '(unknown: dependency.vpc["dev/vpc"].outputs)'}
    assert config_of(files).all_dependency_paths() == ("dev/vpc",)

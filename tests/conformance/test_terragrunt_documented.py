"""Configurations against what Terragrunt's reference says they give. Each case names the section; the repositories are
made up, the rules are the reference's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from terragrunt_repositories import config_of, values_of

ROOT = 'include "root" { path = find_in_parent_folders("root.hcl") }\n'


@dataclass(frozen=True)
class Case:
    """`expected` maps paths of keys to values."""

    section: str
    files: dict[str, str]
    unit: str
    expected: dict[str, Any]


def _at(values: Any, path: str) -> Any:
    for key in path.split("."):
        values = values[key]
    return values


CASES = (
    Case(
        "remote_state: a key relative to the included file",
        {
            "root.hcl": """
                remote_state {
                  backend = "s3"
                  config  = { key = "${path_relative_to_include()}/tf.tfstate" }
                }
            """,
            "prod/mysql/terragrunt.hcl": ROOT,
        },
        "prod/mysql",
        {"remote_state.config.key": "prod/mysql/tf.tfstate"},
    ),
    Case(
        "path_relative_from_include: sources beside the configurations",
        {
            "terragrunt/root.hcl": """
                terraform { source = "${path_relative_from_include()}/../sources//${path_relative_to_include()}" }
            """,
            "terragrunt/secrets/mysql/terragrunt.hcl": ROOT,
        },
        "terragrunt/secrets/mysql",
        {"terraform.source": "../../../sources//secrets/mysql"},
    ),
    Case(
        "find_in_parent_folders: from the unit, also when an included file calls it",
        {
            "root.hcl": 'inputs = { env = basename(dirname(find_in_parent_folders("env.hcl"))) }',
            "prod/env.hcl": "",
            "prod/mysql/terragrunt.hcl": ROOT,
        },
        "prod/mysql",
        {"inputs.env": "prod"},
    ),
    Case(
        "get_parent_terragrunt_dir: the folder of the file that is included",
        {
            "root.hcl": """
                terraform {
                  extra_arguments "common" {
                    commands  = ["plan"]
                    arguments = ["-var-file=${get_parent_terragrunt_dir()}/common.tfvars"]
                  }
                }
            """,
            "tests/app2/terragrunt.hcl": ROOT,
        },
        "tests/app2",
        {"terraform.extra_arguments.common.arguments": ["-var-file=/repository/common.tfvars"]},
    ),
    Case(
        "get_original_terragrunt_dir: the unit, in a file that it reads",
        {
            "foo/bar.hcl": "locals {\n mine = get_terragrunt_dir()\n first = get_original_terragrunt_dir()\n}",
            "code/terragrunt.hcl": 'inputs = read_terragrunt_config("${get_repo_root()}/foo/bar.hcl").locals',
        },
        "code",
        {"inputs.mine": "/repository/foo", "inputs.first": "/repository/code"},
    ),
    Case(
        "include: multiple includes, one for its data alone",
        {
            "root.hcl": 'remote_state {\n backend = "s3"\n config = { bucket = "b" }\n}',
            "region.hcl": 'locals { region = "production" }\ninputs = { never = "merged" }',
            "child/terragrunt.hcl": """
                include "remote_state" {
                  path   = find_in_parent_folders("root.hcl")
                  expose = true
                }
                include "region" {
                  path           = find_in_parent_folders("region.hcl")
                  expose         = true
                  merge_strategy = "no_merge"
                }
                inputs = {
                  bucket = include.remote_state.remote_state.config.bucket
                  region = include.region.locals.region
                }
            """,
        },
        "child",
        {"inputs": {"bucket": "b", "region": "production"}, "remote_state.backend": "s3"},
    ),
    Case(
        "include: an exposed input decides a dependency's path",
        {
            "root.hcl": 'inputs = { vpc_name = "mgmt" }',
            "child/terragrunt.hcl": """
                include "root" {
                  path   = find_in_parent_folders("root.hcl")
                  expose = true
                }
                dependency "alb" {
                  config_path  = include.root.inputs.vpc_name == "mgmt" ? "../alb-public" : "../alb-private"
                  skip_outputs = true
                  mock_outputs = { id = "mock" }
                }
                inputs = { alb_id = dependency.alb.outputs.id }
            """,
        },
        "child",
        {"inputs": {"vpc_name": "mgmt", "alb_id": "mock"}},
    ),
    Case(
        "include: what a deep merge is",
        {
            "root.hcl": """
                remote_state {
                  backend = "s3"
                  config  = { bucket = "b" }
                }
                dependency "vpc" {
                  config_path  = ""
                  skip_outputs = true
                  mock_outputs = {
                    attribute     = "hello"
                    old_attribute = "old"
                    list          = ["hello"]
                    map           = { foo = "bar" }
                  }
                }
                inputs = {
                  attribute     = "hello"
                  old_attribute = "old"
                  list          = ["hello"]
                  map           = { foo = "bar", test = dependency.vpc.outputs.new_attribute }
                }
            """,
            "child/terragrunt.hcl": """
                include "root" {
                  path           = find_in_parent_folders("root.hcl")
                  merge_strategy = "deep"
                }
                remote_state { backend = "local" }
                dependency "vpc" {
                  config_path  = "../vpc"
                  mock_outputs = {
                    attribute     = "mock"
                    new_attribute = "new"
                    list          = ["mock"]
                    map           = { bar = "baz" }
                  }
                }
                inputs = {
                  attribute     = "mock"
                  new_attribute = "new"
                  list          = ["mock"]
                  map           = { bar = "baz" }
                  outputs       = dependency.vpc.outputs
                }
            """,
        },
        "child",
        {
            "remote_state": {"backend": "local"},
            "inputs": {
                "attribute": "mock",
                "old_attribute": "old",
                "new_attribute": "new",
                "list": ["hello", "mock"],
                "map": {"foo": "bar", "bar": "baz", "test": "new"},
                "outputs": {
                    "attribute": "mock",
                    "old_attribute": "old",
                    "new_attribute": "new",
                    "list": ["hello", "mock"],
                    "map": {"foo": "bar", "bar": "baz"},
                },
            },
        },
    ),
    Case(
        "feature: the default decides",
        {
            "app/terragrunt.hcl": """
                feature "run_hook" { default = false }
                terraform {
                  before_hook "flag" {
                    commands = ["apply"]
                    execute  = feature.run_hook.value ? ["sh", "-c", "script"] : ["sh", "-c", "exit", "0"]
                  }
                }
            """,
        },
        "app",
        {"terraform.before_hook.flag.execute": ["sh", "-c", "exit", "0"]},
    ),
    Case(
        "read_tfvars_file: a backend's settings from variables",
        {
            "app/backend.tfvars": 'region = "eu-west-1"',
            "app/terragrunt.hcl": """
                locals { backend = jsondecode(read_tfvars_file("backend.tfvars")) }
                remote_state {
                  backend = "s3"
                  config  = { region = local.backend.region }
                }
            """,
        },
        "app",
        {"remote_state.config.region": "eu-west-1"},
    ),
    Case(
        "constraint_check: inputs that differ by version",
        {
            "app/terragrunt.hcl": """
                feature "module_version" { default = "1.2.3" }
                locals { needs_v2 = constraint_check(feature.module_version.value, ">= 2.0.0") }
                inputs = !local.needs_v2 ? { old_name = "a" } : { new_name = "b" }
            """,
        },
        "app",
        {"inputs": {"old_name": "a"}},
    ),
    Case(
        "values: what a stack hands to a unit",
        {
            "vpc/terragrunt.values.hcl": 'vpc_name = "main"\ncidr     = "10.0.0.0/16"',
            "vpc/terragrunt.hcl": "inputs = { vpc_name = values.vpc_name, cidr = values.cidr }",
        },
        "vpc",
        {"inputs": {"vpc_name": "main", "cidr": "10.0.0.0/16"}},
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.section)
def test_documented(case: Case) -> None:
    values = values_of(case.files, case.unit)
    assert {path: _at(values, path) for path in case.expected} == case.expected


def test_dependencies_of_the_deep_merge_point_to_the_units_path() -> None:
    case = next(case for case in CASES if case.section.endswith("what a deep merge is"))
    assert config_of(case.files, case.unit).all_dependency_paths() == ("vpc",)

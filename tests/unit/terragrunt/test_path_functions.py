"""Terragrunt's functions of paths."""

from __future__ import annotations

import pytest
from terragrunt_repositories import evaluation_of, input_of, inputs_of, problem_ids

FILES = {
    "root.hcl": "",
    "prod/region.hcl": "",
    "prod/common/tags.yml": "",
    "prod/mysql/primary/config/a.yaml": "",
    "prod/mysql/primary/config/more/b.yaml": "",
    "prod/mysql/primary/config/c.txt": "",
}
UNIT = "prod/mysql/primary"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('find_in_parent_folders("root.hcl")', "/repository/root.hcl"),
        ('find_in_parent_folders("region.hcl")', "/repository/prod/region.hcl"),
        ('find_in_parent_folders("common/tags.yml")', "/repository/prod/common/tags.yml"),
        ('find_in_parent_folders("common")', "/repository/prod/common"),
        ('find_in_parent_folders("absent.hcl", "fallback.hcl")', "fallback.hcl"),
        ("get_terragrunt_dir()", "/repository/prod/mysql/primary"),
        ("get_original_terragrunt_dir()", "/repository/prod/mysql/primary"),
        ("get_parent_terragrunt_dir()", "/repository/prod/mysql/primary"),
        ("get_repo_root()", "/repository"),
        ("get_path_from_repo_root()", "prod/mysql/primary"),
        ("get_path_to_repo_root()", "../../.."),
        ("path_relative_to_include()", "."),
        ("path_relative_from_include()", "."),
        ('mark_as_read("config/a.yaml")', "config/a.yaml"),
        (
            'mark_glob_as_read("${get_terragrunt_dir()}/config/{*.yaml,**/*.yaml}")',
            ("/repository/prod/mysql/primary/config/a.yaml", "/repository/prod/mysql/primary/config/more/b.yaml"),
        ),
        ('mark_glob_as_read("absent/*")', ()),
        ('basename(dirname(find_in_parent_folders("region.hcl")))', "prod"),
    ],
)
def test_paths(expression: str, expected: object) -> None:
    assert input_of(expression, FILES, UNIT) == expected


def test_a_unit_at_the_root_has_no_parent_folders() -> None:
    files = {"terragrunt.hcl": 'inputs = { it = find_in_parent_folders("x.hcl", "none"), p = get_path_to_repo_root() }'}
    assert inputs_of(files, ".") == {"it": "none", "p": "."}


def test_the_search_does_not_find_the_units_own_folder() -> None:
    files = {"prod/mysql/primary/region.hcl": ""}
    assert input_of('find_in_parent_folders("region.hcl", "none")', files, UNIT) == "none"


def test_what_is_marked_as_read_counts_as_read() -> None:
    written = {**FILES, f"{UNIT}/terragrunt.hcl": 'locals { a = mark_as_read("config") }'}
    assert evaluation_of(written, UNIT).reads >= {f"{UNIT}/config/a.yaml", f"{UNIT}/config/c.txt"}


LABELLED = """
include "root" { path = find_in_parent_folders("root.hcl") }
include "region" { path = find_in_parent_folders("region.hcl") }
"""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('path_relative_to_include("root")', "prod/mysql/primary"),
        ('path_relative_to_include("region")', "mysql/primary"),
        ('path_relative_from_include("root")', "../../.."),
        ('path_relative_from_include("region")', "../.."),
        ('get_parent_terragrunt_dir("root")', "/repository"),
        ('get_parent_terragrunt_dir("region")', "/repository/prod"),
    ],
)
def test_functions_of_one_include_among_several_take_its_label(expression: str, expected: str) -> None:
    files = {**FILES, f"{UNIT}/terragrunt.hcl": LABELLED + f"inputs = {{ it = {expression} }}"}
    assert inputs_of(files, UNIT) == {"it": expected}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("path_relative_to_include()", "unknown-include"),
        ('path_relative_to_include("absent")', "unknown-include"),
        ('path_relative_to_include("root", "region")', "wrong-arguments"),
        ('find_in_parent_folders("a", "b", "c")', "wrong-arguments"),
        ("find_in_parent_folders(null)", "wrong-arguments"),
        ("get_repo_root(1)", "wrong-arguments"),
        ('mark_as_read("../../../../etc/passwd")', "outside-repository"),
        ('file("/etc/passwd")', "outside-repository"),
        ('fileexists("../../../../x")', "outside-repository"),
        ('fileset(".", "[a")', "wrong-arguments"),
        ('mark_glob_as_read("{a")', "wrong-arguments"),
    ],
)
def test_what_does_not_fit_is_a_problem_at_the_call(expression: str, expected: str) -> None:
    files = {**FILES, f"{UNIT}/terragrunt.hcl": LABELLED + f"inputs = {{\n  it = {expression}\n}}"}
    problem = evaluation_of(files, UNIT).problems[0]
    assert (problem.id, problem.place.file if problem.place else None) == (expected, f"{UNIT}/terragrunt.hcl")


def test_relative_paths_start_from_the_unit_also_in_an_included_file() -> None:
    files = {
        "root.hcl": 'inputs = { here = abspath("x/../y"), there = abspath("/a//b/.") }',
        "a/terragrunt.hcl": 'include {\n  path = find_in_parent_folders("root.hcl")\n}',
    }
    assert inputs_of(files, "a") == {"here": "/repository/a/y", "there": "/a/b"}


def test_terraforms_functions_read_beside_the_file_they_stand_in() -> None:
    files = {
        "dev/app/notes/one.txt": "one",
        "dev/app/notes/two.txt": "two",
        "dev/app/hello.tftpl": "Hello ${name}",
        "dev/app/terragrunt.hcl": """
            inputs = {
              texts = [for name in sort(fileset("notes", "*.txt")) : file("notes/${name}")]
              hello = templatefile("hello.tftpl", { name = "you" })
              there = fileexists("${get_terragrunt_dir()}/notes/one.txt")
            }
        """,
    }
    assert inputs_of(files) == {"texts": ["one", "two"], "hello": "Hello you", "there": True}
    assert evaluation_of(files).reads == set(files)


def test_terragrunts_functions_are_not_for_templates() -> None:
    files = {
        "dev/app/a.tftpl": "${no_such_function()}",
        "dev/app/terragrunt.hcl": 'inputs = { a = templatefile("a.tftpl", {}) }',
    }
    assert problem_ids(files) == ["unknown-function"]

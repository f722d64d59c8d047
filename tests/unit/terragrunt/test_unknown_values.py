"""What is unknown still differs when something it was computed with does."""

from __future__ import annotations

import pytest
from terragrunt_repositories import config_of

from towpath.hcl.convert import canonical

UNIT = """
locals {
  region = "%s"
  tags   = { team = "core" }
  secret = sensitive("%s")
  name   = "${get_aws_account_id()}-${local.region}"
}
inputs = { it = %s }
"""


def canonical_of(expression: str, region: str = "eu", mark: str = "s", note: str = "n") -> str:
    files = {"dev/app/terragrunt.hcl": UNIT % (region, mark, expression), "dev/app/note.txt": note}
    return canonical(config_of(files).inputs)


@pytest.mark.parametrize(
    "expression",
    [
        '"${get_env("X")}-${local.region}"',
        "local.name",
        '"prefix-${local.name}"',
        'run_cmd("name", local.region)',
        'get_env("X", local.region)',
        'merge(yamldecode(run_cmd("x")), { region = local.region })',
        '[for a in ["x"] : "${get_env("X")}-${local.region}"]',
        '{ a = { b = "${local.region}${get_env("X")}" } }',
        'get_env("X") == "y" ? local.region : "z"',
        "jsondecode(run_cmd(local.region)).a",
    ],
)
def test_a_known_part_shows(expression: str) -> None:
    assert canonical_of(expression, region="eu") != canonical_of(expression, region="us")
    assert canonical_of(expression, region="eu") == canonical_of(expression, region="eu")


def test_a_file_that_was_read_shows() -> None:
    expression = 'merge(yamldecode(run_cmd("x")), { note = file("note.txt") })'
    assert canonical_of(expression, note="a") != canonical_of(expression, note="b")


def test_a_secret_shows_as_a_digest_alone() -> None:
    expression = '"${get_env("X")}-${local.secret}"'
    one, other = canonical_of(expression, mark="hunter2"), canonical_of(expression, mark="hunter3")
    assert one != other
    assert "hunter" not in one


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('jsondecode(run_cmd("x")).a', 'jsondecode(run_cmd("x")).b'),
        ('jsondecode(run_cmd("x"))[0]', 'jsondecode(run_cmd("x"))[1]'),
    ],
)
def test_parts_of_something_unknown_differ(one: str, other: str) -> None:
    assert canonical_of(one) != canonical_of(other)


def test_layout_and_comments_make_no_difference() -> None:
    one = 'merge(yamldecode(run_cmd("x","y")),{region=local.region})'
    other = 'merge(\n  yamldecode(run_cmd("x", "y")), # why\n  { region = local.region })'
    assert canonical_of(one) == canonical_of(other)


def test_what_only_hands_on_adds_nothing() -> None:
    config = config_of('locals { a = { b = get_env("X") } }\ninputs = { it = local.a, b = local.a.b }')
    assert {origin.source for unknown in config.unknowns().values() for origin in unknown.origins} == {'get_env("X")'}


def test_inputs_that_are_unknown_as_a_whole_still_differ_by_what_they_are_merged_with() -> None:
    unit = 'include "root" { path = find_in_parent_folders("root.hcl") }\ninputs = yamldecode(run_cmd("x"))'
    root = 'inputs = { region = "%s" }'
    configs = [config_of({"root.hcl": root % region, "dev/app/terragrunt.hcl": unit}) for region in ("eu", "us")]
    assert canonical(configs[0].as_values()) != canonical(configs[1].as_values())
    assert list(configs[0].unknowns()) == ["inputs"]
    assert configs[0].inputs == {}

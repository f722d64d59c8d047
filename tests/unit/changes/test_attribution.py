"""Which file carries a change."""

from __future__ import annotations

from live_files import INCLUDE, changes_of, one

COMMON = 'locals {\n  size = "small"\n}\n'
REGION = "locals {\n  zones = 2\n}\n"
UNIT = (
    INCLUDE
    + """
locals {
  common = read_terragrunt_config(find_in_parent_folders("common.hcl"))
  region = read_terragrunt_config(find_in_parent_folders("region.hcl"))
}
inputs = {
  size  = local.common.locals.size
  zones = local.region.locals.zones
  fixed = "a"
}
"""
)
FILES = {
    "root.hcl": 'inputs = {\n  team = "core"\n}\n',
    "common.hcl": COMMON,
    "dev/region.hcl": REGION,
    "dev/app/terragrunt.hcl": UNIT,
}


def files_of(head: dict[str, str]) -> dict[str | None, str | None]:
    return {reason.attribute: reason.file for reason in one(changes_of(FILES, FILES | head), "dev/app").reasons}


def test_the_only_file_that_differs_carries_the_change() -> None:
    assert files_of({"common.hcl": COMMON.replace("small", "large")}) == {"inputs.size": "common.hcl"}


def test_a_file_no_unit_reads_carries_nothing() -> None:
    changed = {"common.hcl": COMMON.replace("small", "large"), "README.md": "new"}
    assert files_of(changed) == {"inputs.size": "common.hcl"}


def test_several_files_are_told_apart() -> None:
    changed = {"common.hcl": COMMON.replace("small", "large"), "dev/region.hcl": REGION.replace("2", "3")}
    assert files_of(changed) == {"inputs.size": "common.hcl", "inputs.zones": "dev/region.hcl"}


def test_a_remark_in_the_file_it_is_written_in_does_not_draw_the_change_there() -> None:
    changed = {"common.hcl": COMMON.replace("small", "large"), "dev/app/terragrunt.hcl": "# A remark\n" + UNIT}
    assert files_of(changed) == {"inputs.size": "common.hcl"}


def test_a_value_that_is_written_anew_is_carried_by_its_own_file() -> None:
    changed = {
        "common.hcl": COMMON.replace("small", "large"),
        "dev/app/terragrunt.hcl": UNIT.replace('"a"', '"b"'),
    }
    assert files_of(changed) == {"inputs.size": "common.hcl", "inputs.fixed": "dev/app/terragrunt.hcl"}


def test_an_attribute_that_is_gone_was_in_the_file_it_was_written_in() -> None:
    changed = {
        "common.hcl": COMMON.replace("small", "large"),
        "dev/app/terragrunt.hcl": UNIT.replace('  fixed = "a"\n', ""),
    }
    assert files_of(changed)["inputs.fixed"] == "dev/app/terragrunt.hcl"

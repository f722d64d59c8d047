"""What a change to a stack, its catalogue or its values means for the units it makes."""

from __future__ import annotations

import pytest
from live_files import changes_of, one, said
from live_repositories import Files
from stack_files import CATALOGUE, ESTATE, stack_of, unit_block

from towpath.git import fake_tree
from towpath.live import LiveReader
from towpath.model.changes import Action, Change, ChangeSet
from towpath.problems import Severity

VPC = "dev/network/.terragrunt-stack/vpc"
FRONT = "dev/network/.terragrunt-stack/apps/front"
SERVICE = "prod/.terragrunt-stack/service/.terragrunt-stack"
STACK = "dev/network/terragrunt.stack.hcl"


def texts(files: Files) -> dict[str, str]:
    return {path: content for path, content in files.items() if isinstance(content, str)}


def changed(path: str, old: str, new: str, files: Files = ESTATE) -> ChangeSet:
    base = texts(files)
    assert old in base[path]
    return changes_of(base, {**base, path: base[path].replace(old, new)})


def affected(changes: ChangeSet) -> dict[str, tuple[Change, Action]]:
    return {unit.path: (unit.change, unit.action) for unit in changes.units}


def test_a_changed_value_names_the_attribute_and_the_stack_file() -> None:
    changes = changed(STACK, "10.0.0.0", "10.8.0.0")
    assert affected(changes) == {VPC: (Change.MODIFIED, Action.APPLY)}
    assert said(one(changes, VPC)) == [("value", "inputs.cidr", "10.0.0.0/16", "10.8.0.0/16", STACK)]
    assert [follower.path for follower in changes.may_follow] == [FRONT]


def test_a_value_that_a_nested_stack_hands_on() -> None:
    changes = changed("prod/terragrunt.stack.hcl", "v1", "v2")
    assert said(one(changes, f"{SERVICE}/app")) == [("value", "inputs.image", "v1", "v2", "prod/terragrunt.stack.hcl")]
    assert set(affected(changes)) == {f"{SERVICE}/app"}


def test_a_value_that_nobody_uses_affects_nothing() -> None:
    assert affected(changed(STACK, "{ cidr = local.cidr }", "{ cidr = local.cidr, unused = 1 }")) == {}
    assert affected(changed(STACK, "locals {", "# a comment\nlocals   {")) == {}


def test_a_change_in_the_catalogue_affects_every_unit_made_from_it() -> None:
    path = "catalog/units/vpc/terragrunt.hcl"
    changes = changed(path, "inputs = {", 'inputs = {\n  more = "x"')
    assert set(affected(changes)) == {VPC, f"{SERVICE}/vpc"}
    assert said(one(changes, VPC)) == [("value", "inputs.more", None, "x", path)]


def test_a_changed_file_of_a_copy_is_named_where_it_is_committed() -> None:
    path = "catalog/units/app/module/main.tf"
    changes = changed(path, "image", "picture")
    assert set(affected(changes)) == {FRONT, f"{SERVICE}/app"}
    assert said(one(changes, FRONT)) == [("file", None, None, None, path), ("module", None, None, None, path)]


def test_the_file_that_carries_a_change_is_found_where_several_differ() -> None:
    base = texts(ESTATE)
    catalogue = "catalog/units/vpc/terragrunt.hcl"
    head = {
        **base,
        STACK: base[STACK].replace("10.0.0.0", "10.8.0.0"),
        catalogue: base[catalogue].replace("inputs = {", 'inputs = {\n  more = "x"'),
    }
    reasons = said(one(changes_of(base, head), VPC))
    assert [(attribute, file) for _, attribute, _, _, file in reasons] == [
        ("inputs.cidr", STACK),
        ("inputs.more", catalogue),
    ]


def test_a_unit_taken_out_of_a_stack_is_destroyed() -> None:
    base = texts(ESTATE)
    start = base[STACK].index('unit "app"')
    changes = changes_of(base, {**base, STACK: base[STACK][:start]})
    assert affected(changes) == {FRONT: (Change.REMOVED, Action.DESTROY)}
    assert said(one(changes, FRONT)) == [("removed", None, None, None, STACK)]


def test_a_unit_added_to_a_stack_names_the_stack() -> None:
    base = texts(stack_of(unit_block(more="values = { cidr = 1 }")))
    head = texts(stack_of(unit_block(more="values = { cidr = 1 }"), unit_block("more", more="values = { cidr = 2 }")))
    changes = changes_of(base, head)
    assert said(one(changes, "dev/.terragrunt-stack/more")) == [("added", None, None, None, "dev/terragrunt.stack.hcl")]


@pytest.mark.parametrize("broken", ['unit "vpc" {\n', unit_block(path='run_cmd("where")', more="values = {}")])
def test_nothing_is_destroyed_where_it_cannot_be_known_what_a_stack_makes(broken: str) -> None:
    base = texts(ESTATE)
    changes = changes_of(base, {**base, STACK: broken})
    assert affected(changes) == dict.fromkeys((VPC, FRONT), (Change.REMOVED, Action.NONE))
    doubts = [problem for problem in changes.problems if problem.id == "removed-unit-doubtful"]
    assert {(problem.unit, problem.severity) for problem in doubts} == {
        (VPC, Severity.WARNING),
        (FRONT, Severity.WARNING),
    }


def test_a_unit_whose_source_went_away_is_broken_and_not_removed() -> None:
    changes = changed(STACK, '"../../catalog/units/vpc"', '"git::https://example.com/c.git//vpc?ref=v1"')
    assert affected(changes) == {VPC: (Change.MODIFIED, Action.NONE)}


def test_a_unit_that_becomes_a_template_is_not_destroyed() -> None:
    unit = 'terraform { source = "../../modules/vpc" }\ninputs = { cidr = %s }\n'
    base = {**texts(CATALOGUE), "dev/own/terragrunt.hcl": unit % '"10.0.0.0/16"'}
    changes = changes_of(base, {**base, "dev/own/terragrunt.hcl": unit % "values.cidr"})
    assert affected(changes) == {"dev/own": (Change.REMOVED, Action.NONE)}
    assert {problem.id for problem in changes.problems if problem.unit == "dev/own"} == {"removed-unit-doubtful"}


def test_what_is_known_of_one_commit_serves_the_next() -> None:
    """Reading one commit after the other gives what reading each alone does, whatever became of the stack between."""
    base = texts(ESTATE)
    moved = {path.replace("catalog/units/vpc", "catalog/units/network"): text for path, text in base.items()}
    commits = [
        base,
        {**base, STACK: base[STACK].replace('"../../catalog/units/vpc"', '"../../none"')},
        {**base, STACK: base[STACK].replace("{ cidr = local.cidr }", '{ cidr = run_cmd("x") }')},
        {path: text.replace("units/vpc", "units/network") for path, text in moved.items()},
        {**base, STACK: f"# two lines\n# more\n{base[STACK]}"},
        {path: text for path, text in base.items() if path != STACK},
        base,
    ]
    reader, known = LiveReader({}), None
    for number, files in enumerate(commits):
        tree = fake_tree(files, f"{number:040}")
        known = reader.read(tree, known=known)
        alone = LiveReader({}).read(tree)
        assert known.problems == alone.problems
        assert known.unsure == alone.unsure
        assert known.units == alone.units


def test_what_a_stack_hands_over_is_no_part_of_a_module_in_the_units_folder() -> None:
    unit = {"u/terragrunt.hcl": 'terraform { source = "." }\ninputs = { a = values.a }\n'}
    stack = unit_block("vpc", '"../u"', more="values = { a = 1%s }")
    base = {**unit, "dev/terragrunt.stack.hcl": stack % ""}
    assert affected(changes_of(base, {**base, "dev/terragrunt.stack.hcl": stack % ", unused = 2"})) == {}

"""Units that stacks make: where they stand, what they are given, and what is said where they cannot be made."""

from __future__ import annotations

import pytest
from live_repositories import Files, live_of
from stack_files import CATALOGUE, ESTATE, stack_of, unit_block

from towpath.git import FakeLink, Tree, fake_tree
from towpath.hcl.convert import to_json
from towpath.live import Live
from towpath.live.stacks import expand
from towpath.model.paths import UnitPath
from towpath.problems import Problem, Severity
from towpath.terragrunt import HermeticOutside, ParseCache

VPC = UnitPath("dev/network/.terragrunt-stack/vpc")
FRONT = UnitPath("dev/network/.terragrunt-stack/apps/front")
SERVICE = "prod/.terragrunt-stack/service/.terragrunt-stack"
MADE = UnitPath("dev/.terragrunt-stack/vpc")
CIDR = 'values = { cidr = "10.0.0.0/16" }'


def inputs_of(live: Live, path: str) -> dict[str, object]:
    config = live.units[UnitPath(path)].config
    assert config is not None
    inputs = to_json(dict(config.inputs))
    assert isinstance(inputs, dict)
    return inputs


def problems_of(files: Files) -> list[Problem]:
    """What is wrong, without the templates of the catalogue that nobody uses then."""
    return [problem for problem in live_of(files).problems if problem.id != "template-unused"]


def problem_of(files: Files) -> Problem:
    (problem,) = problems_of(files)
    return problem


def place_of(problem: Problem) -> tuple[str, int | None]:
    assert problem.place is not None
    return problem.place.file, problem.place.line


def expanded(files: Files, **environment: str) -> Tree:
    return expand(fake_tree(files), ParseCache(), HermeticOutside(environment)).tree


def test_units_of_stacks_are_units_like_any_other() -> None:
    live = live_of(ESTATE)
    assert live.problems == ()
    assert list(live.units) == [FRONT, VPC, f"{SERVICE}/app", f"{SERVICE}/vpc"]
    front = live.units[FRONT]
    assert (front.account, front.tier, front.dependencies) == (live.accounts["dev"], 1, (VPC,))
    assert front.module is not None
    assert front.module[0] == f"{FRONT}/module"
    assert inputs_of(live, FRONT)["image"] == "latest"
    assert inputs_of(live, VPC) == {"cidr": "10.0.0.0/16", "where": VPC}
    assert inputs_of(live, f"{SERVICE}/app")["image"] == "v1"
    assert live.units[UnitPath(f"{SERVICE}/app")].dependencies == (f"{SERVICE}/vpc",)


def test_what_a_unit_read_are_files_of_the_commit() -> None:
    live = live_of(ESTATE)
    assert live.units[VPC].reads == ("catalog/units/vpc/terragrunt.hcl", "dev/network/terragrunt.stack.hcl", "root.hcl")
    nested = live.units[UnitPath(f"{SERVICE}/vpc")]
    assert nested.shared_reads == (
        "catalog/stacks/service/terragrunt.stack.hcl",
        "catalog/units/vpc/terragrunt.hcl",
        "prod/terragrunt.stack.hcl",
        "root.hcl",
    )
    assert nested.stack == "catalog/stacks/service/terragrunt.stack.hcl"
    assert set(live.blobs) == set(ESTATE)


def test_the_catalogue_is_no_unit_of_its_own() -> None:
    live = live_of(ESTATE)
    assert not [path for path in live.units if path.startswith("catalog")]
    assert set(live.unsure) == {"catalog/stacks/service", "catalog/units/app", "catalog/units/vpc"}


def test_a_template_that_nobody_uses_is_told_and_no_unit() -> None:
    live = live_of(CATALOGUE)
    assert {(problem.id, problem.severity, place_of(problem)[0]) for problem in live.problems} == {
        ("template-unused", Severity.WARNING, f"catalog/{name}.hcl")
        for name in ("units/vpc/terragrunt", "units/app/terragrunt", "stacks/service/terragrunt.stack")
    }
    assert live.units == {}
    assert live_of({**CATALOGUE, "towpath.yml": 'units: {exclude: ["catalog/**"]}'}).problems == ()


def test_a_source_may_be_excluded_as_a_unit() -> None:
    live = live_of({**ESTATE, "towpath.yml": 'units: {exclude: ["catalog/**"]}'})
    assert live.problems == ()
    assert len(live.units) == 4


def test_a_source_that_is_complete_by_itself_is_a_unit_too_and_that_is_said() -> None:
    complete = 'terraform { source = "../../../modules/vpc" }\n'
    live = live_of({**stack_of(unit_block()), "catalog/units/vpc/terragrunt.hcl": complete})
    (problem,) = (problem for problem in live.problems if problem.id != "template-unused")
    assert (problem.id, problem.severity) == ("stack-source-is-unit", Severity.WARNING)
    assert place_of(problem)[0] == "catalog/units/vpc/terragrunt.hcl"
    assert UnitPath("catalog/units/vpc") in live.units


def test_a_template_may_be_where_a_stack_copies_it_with_the_stack() -> None:
    inner = unit_block("inner", '"./units/inner"', more="values = { a = 1 }")
    live = live_of(
        {
            "dev/terragrunt.stack.hcl": 'stack "s" {\n  source = "../catalog/s"\n  path = "s"\n}\n',
            "catalog/s/terragrunt.stack.hcl": inner,
            "catalog/s/units/inner/terragrunt.hcl": 'terraform { source = "." }\ninputs = { a = values.a }\n',
            "towpath.yml": 'units: {exclude: ["catalog/**"]}',
        }
    )
    assert live.problems == ()
    assert list(live.units) == ["dev/.terragrunt-stack/s/.terragrunt-stack/inner"]


def test_stacks_beside_their_file_and_committed_generated_folders() -> None:
    block = unit_block(more=f"no_dot_terragrunt_stack = true\n  {CIDR}")
    live = live_of({**stack_of(block), "dev/.terragrunt-stack/old/terragrunt.hcl": 'terraform { source = "." }'})
    assert list(live.units) == ["dev/vpc"]
    assert inputs_of(live, "dev/vpc")["cidr"] == "10.0.0.0/16"


def test_a_committed_generated_folder_alone_is_nobodys_source() -> None:
    tree = expanded({"dev/.terragrunt-stack/old/terragrunt.hcl": "", "dev/a": ""})
    assert list(tree.entries()) == ["dev/a"]
    assert not tree.is_folder("dev/.terragrunt-stack")


def test_without_stacks_the_tree_stays_what_it_is() -> None:
    tree = fake_tree({"dev/vpc/terragrunt.hcl": "", "a/my-terragrunt.stack.hcl": ""})
    assert expand(tree, ParseCache(), HermeticOutside({})).tree is tree


def test_a_file_of_values_in_the_source_counts_unless_the_stack_gives_some() -> None:
    files = {**CATALOGUE, "catalog/units/vpc/terragrunt.values.hcl": 'cidr = "10.9.0.0/16"\n'}
    stack = unit_block() + unit_block("own", more=CIDR)
    live = live_of({**files, "dev/terragrunt.stack.hcl": stack})
    assert inputs_of(live, MADE)["cidr"] == "10.9.0.0/16"
    assert inputs_of(live, "dev/.terragrunt-stack/own")["cidr"] == "10.0.0.0/16"
    assert "catalog/units/vpc/terragrunt.values.hcl" in live.units[MADE].reads


def test_values_of_every_kind_arrive_as_they_are() -> None:
    given = r"""values = {
    text = "a \"b\" $${c} %%{d}\n\\ é"
    number = 12345678901234567890.5
    list = [1, "two", null, [true]]
    object = { "a key" = { b = toset(["x", "y"]) } }
    none = null
  }"""
    unit = 'terraform { source = "." }\ninputs = values\n'
    live = live_of({"u/terragrunt.hcl": unit, "dev/terragrunt.stack.hcl": unit_block("vpc", '"../u"', more=given)})
    assert inputs_of(live, MADE) == {
        "text": 'a "b" ${c} %{d}\n\\ é',
        "number": "12345678901234567890.5",
        "list": [1, "two", None, [True]],
        "object": {"a key": {"b": ["x", "y"]}},
        "none": None,
    }


def test_a_value_that_cannot_be_known_stays_unknown_with_its_source() -> None:
    unit = 'terraform { source = "." }\ninputs = { who = values.who, secret = values.secret, known = values.known }\n'
    given = 'values = { who = run_cmd("whoami"), secret = sensitive("s3cret"), known = 1 }'
    files: Files = {"u/terragrunt.hcl": unit, "dev/terragrunt.stack.hcl": unit_block("vpc", '"../u"', more=given)}
    live = live_of(files)
    assert inputs_of(live, MADE) == {"who": '(unknown: run_cmd("whoami"))', "secret": "(sensitive)", "known": 1}
    written = expanded(files).read(f"{MADE}/terragrunt.values.hcl")
    assert written is not None
    assert b"s3cret" not in written
    config = live.units[MADE].config
    assert config is not None
    (unknown,) = config.unknowns().values()
    assert [place_of(Problem("", "", place=origin.place)) for origin in unknown.origins] == [
        ("dev/terragrunt.stack.hcl", 4)
    ]


def test_a_stack_says_where_its_units_will_stand() -> None:
    app = 'terraform { source = "." }\ndependency "vpc" { config_path = values.vpc }\n'
    block = unit_block("app", '"../u"', more="values = { vpc = unit.vpc.path, beside = unit.beside.path }")
    beside = unit_block("beside", more=f"no_dot_terragrunt_stack = true\n  {CIDR}")
    live = live_of({**stack_of(unit_block(more=CIDR), block, beside), "u/terragrunt.hcl": app})
    assert live.units[UnitPath("dev/.terragrunt-stack/app")].dependencies == (MADE,)


def test_a_unit_outside_may_depend_on_a_unit_of_a_stack() -> None:
    unit = 'terraform { source = "../../modules/vpc" }\ndependencies { paths = ["../network/.terragrunt-stack/vpc"] }\n'
    live = live_of({**ESTATE, "dev/app/terragrunt.hcl": unit})
    assert live.problems == ()
    assert live.units[UnitPath("dev/app")].dependencies == (VPC,)
    assert live.dependents(VPC) == ("dev/app", FRONT)


def test_included_stack_files_bring_their_units() -> None:
    files = stack_of('include "common" {\n  path = "../common.hcl"\n}\nlocals {\n  cidr = "10.4.0.0/16"\n}\n')
    live = live_of({**files, "common.hcl": unit_block(more="values = { cidr = local.cidr }")})
    assert inputs_of(live, MADE)["cidr"] == "10.4.0.0/16"
    assert "common.hcl" in live.units[MADE].reads


def test_links_in_a_source_are_followed() -> None:
    files: Files = {
        **stack_of(unit_block("vpc", '"../u"')),
        "u/terragrunt.hcl": FakeLink("../shared/unit.hcl"),
        "u/module": FakeLink("../modules/vpc"),
        "u/nothing": FakeLink("gone"),
        "shared/unit.hcl": 'terraform { source = "./module" }\n',
    }
    live = live_of(files)
    assert live.units[MADE].problems == ()
    assert list(live.units[MADE].parts.module) == [f"{MADE}/module/main.tf"]
    assert "shared/unit.hcl" in live.units[MADE].reads
    assert live.units[MADE].origins[f"{MADE}/module/main.tf"] == "modules/vpc/main.tf"


def test_problems_of_a_copy_are_told_where_somebody_can_mend_them() -> None:
    problem = problem_of(
        {**stack_of(unit_block(more=CIDR)), "catalog/units/vpc/terragrunt.hcl": "inputs = {\n  a = b + values.cidr\n}"}
    )
    assert (problem.id, place_of(problem), problem.unit) == (
        "unknown-variable",
        ("catalog/units/vpc/terragrunt.hcl", 2),
        MADE,
    )


ELSEWHERE = '"git::https://example.com/catalogue.git//units/vpc?ref=v1"'


@pytest.mark.parametrize(
    ("block", "id_", "line"),
    [
        (unit_block(source=ELSEWHERE), "stack-source-elsewhere", 2),
        (unit_block(source='"../catalog/units/none"'), "stack-source-missing", 2),
        (unit_block(source='"../../outside"'), "stack-source-missing", 2),
        (unit_block(source='"../modules/vpc"'), "stack-source-empty", 2),
        (unit_block(source='get_env("WHERE")'), "stack-value-unknown", 2),
        (unit_block(more='values = yamldecode(run_cmd("date"))'), "stack-value-unknown", 1),
        (unit_block(more='values = { "a b" = 1 }'), "wrong-value-name", 1),
        (unit_block(more="values = nothing"), "unknown-variable", 4),
        (unit_block(more="enabled = false"), "unknown-attribute", 4),
        (unit_block(source="null"), "missing-attribute", 1),
    ],
)
def test_a_unit_that_cannot_be_made_is_broken_and_hides_no_other(block: str, id_: str, line: int) -> None:
    live = live_of(stack_of(block, unit_block("other", more=CIDR)))
    (problem,) = (problem for problem in live.problems if problem.id != "template-unused")
    assert (problem.id, place_of(problem), problem.unit) == (id_, ("dev/terragrunt.stack.hcl", line), MADE)
    assert live.units[MADE].config is None
    assert live.units[UnitPath("dev/.terragrunt-stack/other")].problems == ()
    assert live.units[MADE].reads == ("dev/terragrunt.stack.hcl",)


@pytest.mark.parametrize(
    ("block", "id_", "line"),
    [
        (unit_block(path='"../vpc"'), "stack-path-outside", 3),
        (unit_block(path='"/vpc"'), "stack-path-outside", 3),
        (unit_block(path='"."'), "stack-path-outside", 3),
        (unit_block(path='"a\\u0000b"'), "stack-path-outside", 3),
        (unit_block(path='get_env("WHERE")'), "stack-value-unknown", 3),
        (unit_block(path="null"), "missing-attribute", 1),
        (unit_block(path="[]"), "wrong-type", 3),
        (unit_block(path="nothing"), "unknown-variable", 3),
        (unit_block(more='no_dot_terragrunt_stack = run_cmd("x") == "y"'), "stack-value-unknown", 3),
        ("locals {\n  a = nothing\n}\n", "unknown-variable", 2),
        ('dependency "x" {\n}\n', "unknown-block", 1),
        ("unit {\n}\n", "wrong-labels", 1),
        ('include "x" {\n  path = "none.hcl"\n}\n', "include-not-found", 1),
        ('include "x" {\n  path = run_cmd("x")\n}\n', "unknown-include-path", 1),
        ('include "x" {\n  path = "../root.hcl"\n}\n', "unknown-attribute", 1),
        ('stack "s" {\n  source = ' + ELSEWHERE + '\n  path = "s"\n}\n', "stack-source-elsewhere", 2),
    ],
)
def test_where_it_cannot_be_known_which_units_there_are_nothing_counts_as_removed(
    block: str, id_: str, line: int
) -> None:
    live = live_of(stack_of(block, unit_block("other", more=CIDR)))
    (problem,) = (problem for problem in live.problems if problem.id != "template-unused")
    file = "root.hcl" if "root.hcl" in block else "dev/terragrunt.stack.hcl"
    assert (problem.id, place_of(problem)) == (id_, (file, line))
    assert problem.unit in ("dev", "dev/.terragrunt-stack/s")
    assert problem.unit in live.unsure
    assert list(live.units) == ["dev/.terragrunt-stack/other"]


def test_a_stack_file_that_cannot_be_read_leaves_the_rest_alone() -> None:
    live = live_of({**ESTATE, "dev/network/terragrunt.stack.hcl": 'unit "vpc" {\n'})
    assert {problem.unit for problem in live.problems if problem.is_error} == {"dev/network"}
    assert "dev/network" in live.unsure
    assert f"{SERVICE}/app" in live.units


def test_a_relative_source_in_a_stack_that_is_used_elsewhere_says_where_it_starts() -> None:
    nested = unit_block("vpc", '"../../units/vpc"', more=CIDR)
    problem = problem_of(
        {
            **CATALOGUE,
            "catalog/stacks/service/terragrunt.stack.hcl": nested,
            "dev/terragrunt.stack.hcl": 'stack "s" {\n  source = "../catalog/stacks/service"\n  path = "s"\n}\n',
            "towpath.yml": 'units: {exclude: ["catalog/**"]}',
        }
    )
    assert (problem.id, place_of(problem)) == (
        "stack-source-missing",
        ("catalog/stacks/service/terragrunt.stack.hcl", 2),
    )
    assert problem.hint is not None
    assert "${get_repo_root()}" in problem.hint


def test_two_blocks_at_one_path() -> None:
    live = live_of(stack_of(unit_block(more=CIDR), unit_block("again", path='"./vpc"', more=CIDR)))
    (problem,) = (problem for problem in live.problems if problem.id != "template-unused")
    assert (problem.id, place_of(problem), problem.unit) == (
        "stack-path-twice",
        ("dev/terragrunt.stack.hcl", 9),
        MADE,
    )
    assert "dev/terragrunt.stack.hcl:3" in problem.detail
    assert live.units[MADE].config is None


def test_a_stack_and_a_unit_at_one_path() -> None:
    stack = (
        'stack "s" {\n  source = "../catalog/stacks/service"\n  path = "vpc"\n  values = { cidr = 1, image = 2 }\n}\n'
    )
    live = live_of(stack_of(stack, unit_block(more=CIDR)))
    assert {problem.id for problem in live.problems if problem.is_error} == {"stack-path-twice"}
    assert live.units[MADE].config is None
    assert MADE in live.unsure


def test_one_name_twice() -> None:
    problem = problem_of(stack_of(unit_block(more=CIDR), unit_block(path='"b"', more=CIDR)))
    assert (problem.id, place_of(problem)) == ("duplicate-block", ("dev/terragrunt.stack.hcl", 7))


@pytest.mark.parametrize("source", ['"."', '"../dev"', "get_repo_root()"])
@pytest.mark.parametrize("kind", ["unit", "stack"])
def test_a_stack_that_makes_itself(kind: str, source: str) -> None:
    block = f'{kind} "x" {{\n  source = {source}\n  path = "x"\n  no_validation = true\n}}\n'
    problem = problem_of({"dev/terragrunt.stack.hcl": block})
    assert (problem.id, place_of(problem)) == ("stack-cycle", ("dev/terragrunt.stack.hcl", 2))
    assert "dev → dev" in problem.detail


def test_stacks_that_make_each_other() -> None:
    block = 'stack "x" {\n  source = "${get_repo_root()}/%s"\n  path = "x"\n}\n'
    problems = problems_of({"a/terragrunt.stack.hcl": block % "b", "b/terragrunt.stack.hcl": block % "a"})
    assert {problem.id for problem in problems} == {"stack-cycle"}
    assert "a → b → a" in problems[0].detail


def test_a_folder_that_is_both_a_unit_and_a_stack() -> None:
    live = live_of({**stack_of(unit_block(more=CIDR)), "dev/terragrunt.hcl": 'terraform { source = "." }'})
    (problem,) = (problem for problem in live.problems if problem.id != "template-unused")
    assert (problem.id, problem.unit) == ("stack-beside-unit", "dev")
    assert list(live.units) == ["dev"]
    assert live.units[UnitPath("dev")].config is None
    assert "dev" in live.unsure


def test_a_committed_file_that_a_stack_replaces() -> None:
    files = stack_of(unit_block(more=f"no_dot_terragrunt_stack = true\n  {CIDR}"))
    same = {**files, "dev/vpc/terragrunt.hcl": files["catalog/units/vpc/terragrunt.hcl"]}
    assert problems_of(same) == []
    problem = problem_of({**files, "dev/vpc/terragrunt.hcl": "inputs = {}"})
    assert (problem.id, problem.severity, place_of(problem)[0]) == (
        "stack-replaces-file",
        Severity.WARNING,
        "dev/terragrunt.stack.hcl",
    )


@pytest.mark.parametrize(
    "more",
    [
        {"dev/vpc": "a file"},
        {"dev/vpc/terragrunt.hcl/x": "in a folder of that name"},
        {"dev/vpc": FakeLink("../modules")},
    ],
)
def test_a_file_where_a_folder_would_stand(more: Files) -> None:
    found = problems_of({**stack_of(unit_block(more=f"no_dot_terragrunt_stack = true\n  {CIDR}")), **more})
    # A folder with the name of a configuration is a problem of its own besides.
    (problem,) = (each for each in found if each.id != "configuration-not-a-file")
    assert (problem.id, place_of(problem)) == ("stack-path-taken", ("dev/terragrunt.stack.hcl", 3))


def test_links_that_leave_or_go_round_in_a_source() -> None:
    files = stack_of(unit_block("vpc", '"../u"'))
    unit: Files = {"u/terragrunt.hcl": "inputs = values"}
    assert problem_of({**files, **unit, "u/out": FakeLink("../../x")}).id == "symlink-leaves-repository"
    assert problem_of({**files, **unit, "u/up": FakeLink("../u")}).id == "symlink-loop"
    around: Files = {"u/b": FakeLink("../v"), "v/a": FakeLink("../u"), "v/f": ""}
    assert problem_of({**files, **unit, **around}).id == "symlink-loop"


def test_a_stack_in_an_excluded_folder_makes_nothing() -> None:
    live = live_of({**ESTATE, "towpath.yml": 'units: {exclude: ["dev/network", "catalog/**"]}'})
    assert list(live.units) == [f"{SERVICE}/app", f"{SERVICE}/vpc"]
    broken = stack_of(unit_block(source=ELSEWHERE))
    assert live_of({**broken, "towpath.yml": f'units: {{exclude: ["catalog/**", "{MADE}"]}}'}).problems == ()


def test_listed_variables_may_decide_which_units_there_are() -> None:
    files: Files = {
        **stack_of(unit_block(path='get_env("COLOUR")', more=CIDR)),
        "towpath.yml": "environment: [COLOUR]",
    }
    assert list(live_of(files, {"COLOUR": "blue"}).units) == ["dev/.terragrunt-stack/blue"]


def test_a_stack_may_be_read_like_any_configuration() -> None:
    unit = """terraform { source = "../../modules/vpc" }
locals { stack = read_terragrunt_config("../network/terragrunt.stack.hcl") }
inputs = { cidr = local.stack.unit.vpc.values.cidr, path = local.stack.unit.app.path, more = local.stack.local.cidr }
"""
    live = live_of({**ESTATE, "dev/other/terragrunt.hcl": unit})
    assert inputs_of(live, "dev/other") == {"cidr": "10.0.0.0/16", "path": "apps/front", "more": "10.0.0.0/16"}

"""Mistakes in a repository's files: each is told with its place and what to do, and none hides another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from bad_input import only_problem, place_of
from world import Outcome, World

S3 = """remote_state {
  backend = "s3"
  config = {
    bucket = "states"
    key    = "app/terraform.tfstate"
    region = "eu-west-1"
  }
}
"""


def include(path: str) -> str:
    return f'include "root" {{\n  path = "{path}"\n}}\n'


def dependency(path: str) -> str:
    return f'dependency "other" {{\n  config_path = "{path}"\n}}\n'


def value(expression: str) -> str:
    return f"inputs = {{\n  a = {expression}\n}}\n"


@dataclass(frozen=True)
class Case:
    """What a unit says, and what must be told: id, place (the unit's own configuration, unless `file` is given), part
    of the hint, part of the detail."""

    text: str
    id: str
    line: int | None
    column: int | None
    hint: str
    detail: str = ""
    file: str | None = None


CASES = {
    "broken-string": Case(value('"never closed'), "hcl-syntax", 2, 7, "a quote", "not closed on its line"),
    "broken-bracket": Case("inputs = {\n", "hcl-syntax", 1, 10, "a bracket", "never closed"),
    "broken-value": Case("inputs = {\n  a = = 1\n}\n", "hcl-syntax", 2, 3, "Look here"),
    "broken-include": Case(include("../common/broken.hcl"), "hcl-syntax", 2, 3, "Look here", file="common/broken.hcl"),
    "include-missing": Case(
        include("../common/rot.hcl"), "include-not-found", 2, 3, 'Did you mean "common/root.hcl"?', "common/rot.hcl"
    ),
    "include-nowhere": Case(include("../nothing.hcl"), "include-not-found", 2, 3, "Correct the path"),
    "include-parent": Case(
        'include "root" {\n  path = find_in_parent_folders("rot.hcl")\n}\n',
        "parent-not-found",
        2,
        10,
        "correct the name",
    ),
    "include-cycle": Case(
        include("../common/one.hcl"), "nested-include", 1, 1, "Include both files", file="common/one.hcl"
    ),
    "read-cycle": Case(
        'locals {\n  a = read_terragrunt_config("terragrunt.hcl")\n}\n', "read-cycle", 2, 7, "a file of its own"
    ),
    "cycle-one": Case(dependency("../cycle-two"), "dependency-cycle", 2, 3, "Take one", "cycle-one → cycle-two → cy"),
    "depends-on-itself": Case(dependency("."), "dependency-cycle", 2, 3, "Take one of these dependencies away"),
    "depends-on-nothing": Case(dependency("../nothing"), "dependency-missing", 2, 3, "Correct the path", "no unit in"),
    "arguments-none": Case(value("upper()"), "wrong-arguments", 2, 7, "Use it as upper(text).", "takes 1 argument"),
    "arguments-type": Case(value("upper([1])"), "wrong-arguments", 2, 7, "upper(text)", "A string is needed"),
    "arguments-wrong": Case(value('cidrhost("10.0.0.0/33", 1)'), "wrong-arguments", 2, 7, "cidrhost(", "CIDR"),
    "function-unknown": Case(value('uper("a")'), "unknown-function", 2, 7, 'Did you mean "upper"?'),
    "function-strange": Case(value("provider_thing(1)"), "unknown-function", 2, 7, "Correct the name"),
    "module-missing": Case(
        'terraform {\n  source = "../modules//vcp"\n}\n', "module-missing", 2, 3, "Correct the path.", "modules/vcp"
    ),
    "module-calls-missing": Case(
        'terraform {\n  source = "../modules//calling"\n}\n',
        "module-missing",
        2,
        3,
        "Correct the path.",
        "modules/nothing",
        file="modules/calling/main.tf",
    ),
    "module-is-submodule": Case(
        'terraform {\n  source = "../submodule//x"\n}\n', "module-missing", 2, 3, "git source with a ref", "submodule"
    ),
    "attribute-unknown": Case("prevent_destory = true\n", "unknown-attribute", 1, 1, "`prevent_destroy`"),
    "attribute-strange": Case("zzz = true\n", "unknown-attribute", 1, 1, "Take it out"),
    "attribute-missing": Case('dependency "a" {\n}\n', "missing-attribute", 1, 1, "Add `config_path = …`"),
    "label-missing": Case("dependency {\n}\n", "wrong-labels", 1, 1, 'dependency "name"'),
    "type-wrong": Case('inputs = "x"\n', "wrong-type", 1, 1, "Give `inputs` a value of that type."),
    "locals-cycle": Case("locals {\n  a = local.b\n  b = local.a\n}\n", "locals-cycle", 2, 3, "needs none"),
    "state-one": Case(S3, "state-shared", 5, 5, "a state of its own", "state-two (state-two/terragrunt.hcl:5)"),
}
"""Each is a unit of that name."""

LINKS = {
    "link-outside": ("symlink-leaves-repository", "/etc/hostname", "copy the file into it"),
    "link-climbing": ("symlink-leaves-repository", "../../../../etc/hostname", "copy the file into it"),
    "link-loop": ("symlink-loop", "terragrunt.hcl", "Let one of the links point to a file"),
    "link-nowhere": ("file-not-found", "nothing.hcl", "let it point to a file"),
}
"""Units whose configuration is a link: what is told, where the link leads, part of the hint."""


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("broken"))
    texts = {name: case.text for name, case in CASES.items()}
    texts |= {"cycle-two": dependency("../cycle-one"), "state-two": S3, "sound": "inputs = {}\n"}
    world.write({f"{name}/terragrunt.hcl": text for name, text in texts.items()})
    world.write({f"{name}/main.tf": "" for name in (*texts, *LINKS)})
    world.write({"common/root.hcl": "", "common/broken.hcl": "locals {\n  a = = 1\n}\n"})
    world.write({"common/one.hcl": include("two.hcl"), "common/two.hcl": include("one.hcl")})
    world.write({"modules/vpc/main.tf": "", "modules/calling/main.tf": 'module "a" {\n  source = "../nothing"\n}\n'})
    for name, (_, target, _) in LINKS.items():
        (world.folder / name / "terragrunt.hcl").symlink_to(target)
    (world.folder / "sound" / "passwords").symlink_to("/etc/shadow")
    world.add_submodule("submodule")
    world.push("Everything that can be wrong")
    return world


@pytest.fixture(scope="module")
def told(broken: World) -> Outcome:
    return broken.towpath("units", status=2)


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_is_told_with_its_place_and_what_to_do(told: Outcome, name: str) -> None:
    case = CASES[name]
    problem = only_problem(told, case.id, name)
    assert place_of(problem) == (case.file or f"{name}/terragrunt.hcl", case.line, case.column)
    assert problem["severity"] == "error"
    assert case.hint in problem["hint"]
    assert case.detail in problem["detail"]


@pytest.mark.parametrize("name", LINKS)
def test_a_link_is_followed_inside_the_repository_alone(told: Outcome, name: str) -> None:
    id_, _, hint = LINKS[name]
    problem = only_problem(told, id_, name)
    assert place_of(problem)[0] == f"{name}/terragrunt.hcl"
    assert hint in problem["hint"]


def test_a_link_in_a_units_folder_is_refused_before_anything_is_planned(told: Outcome, broken: World) -> None:
    problem = only_problem(told, "symlink-leaves-repository", "sound")
    assert (problem["file"], "/etc/shadow" in problem["detail"]) == ("sound/passwords", True)
    assert Path("/etc/shadow").name not in {path.name for path in broken.home.rglob("shadow")}


def test_a_person_sees_the_line_a_caret_and_the_hint(broken: World) -> None:
    lines = broken.spoken("units").splitlines()
    start = lines.index("  --> arguments-none/terragrunt.hcl:2:7")
    assert lines[start - 1 : start + 7] == [
        "error[wrong-arguments]: The arguments of a function do not fit",
        "  --> arguments-none/terragrunt.hcl:2:7",
        "  |",
        "2 |   a = upper()",
        "  |       ^",
        "  = upper takes 1 argument, and here are 0.",
        "  = hint: Use it as upper(text).",
        "",
    ]


def test_what_is_wrong_with_one_unit_stops_no_other(told: Outcome) -> None:
    paths = {each["path"] for each in told.document["units"]}
    assert paths == {*CASES, *LINKS, "cycle-two", "state-two", "sound"}
    assert {each["unit"] for each in told.document["problems"]} == paths - {"cycle-two", "state-two"}

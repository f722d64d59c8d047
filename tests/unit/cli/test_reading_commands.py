"""`towpath units`, `show`, `graph`, `changes`: what other programs read, and what people see."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from command_line import CommandLine

from towpath.git import FakeRepository

VPC = """include "root" {
  path = find_in_parent_folders("root.hcl")
}
terraform {
  source = "../../../modules//vpc"
}
inputs = {
  cidr = "10.0.0.0/16"
}
"""
APP = """include "root" {
  path = find_in_parent_folders("root.hcl")
}
terraform {
  source = "git::https://example.com/modules.git//app?ref=v1"
}
dependency "vpc" {
  config_path = "../vpc"
  mock_outputs = {
    id = "mock"
  }
}
inputs = {
  vpc_id = dependency.vpc.outputs.id
}
"""
FILES = {
    "accounts.json": '{"dev": {"id": "111111111111", "email": "d@example.com", "deploy_order": 1},'
    ' "prod": {"id": "222222222222", "email": "p@example.com", "deploy_order": 2}}',
    "root.hcl": 'inputs = {\n  team = "core"\n}\n',
    "modules/vpc/main.tf": "# Empty\n",
    "dev/us-east-1/vpc/terragrunt.hcl": VPC,
    "dev/us-east-1/app/terragrunt.hcl": APP,
    "prod/us-east-1/vpc/terragrunt.hcl": VPC,
}


@pytest.fixture
def towpath(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(FakeRepository(FILES), capsys)


def test_units_as_json(towpath: CommandLine) -> None:
    said = towpath("units", "--json")
    assert (said.status, list(said.document)) == (0, ["commit", "units", "problems"])
    app, vpc, _ = said.document["units"]
    fingerprint = vpc.pop("fingerprint")
    assert fingerprint.startswith("sha256:")
    assert vpc == {
        "path": "dev/us-east-1/vpc",
        "kind": "terragrunt",
        "account": "dev",
        "account_id": "111111111111",
        "region": "us-east-1",
        "tier": 1,
        "layer": None,
        "source": "../../../modules//vpc",
        "dependencies": [],
        "reads": ["root.hcl"],
        "protected": False,
    }
    assert app["dependencies"] == ["dev/us-east-1/vpc"]


def test_units_as_a_table(towpath: CommandLine) -> None:
    said = towpath("units")
    assert said.out.splitlines()[:2] == [
        "TIER  ACCOUNT  REGION     UNIT                DEPENDS ON",
        "1     dev      us-east-1  dev/us-east-1/app   dev/us-east-1/vpc",
    ]
    assert "3 units in 2 accounts and 2 tiers" in said.err


def test_quiet_says_the_result_only(towpath: CommandLine) -> None:
    assert towpath("-q", "units").err == ""


def test_global_options_stand_before_or_after(towpath: CommandLine) -> None:
    assert towpath("--json", "units").document == towpath("units", "--json").document


def test_units_at_another_commit(towpath: CommandLine) -> None:
    towpath.repository.commit({path: text for path, text in FILES.items() if "prod" not in path})
    assert len(towpath("units", "--json").document["units"]) == 2
    assert len(towpath("units", "--json", "--at", "HEAD~1").document["units"]) == 3


def test_what_is_not_committed_is_told(towpath: CommandLine) -> None:
    towpath.repository.dirty = True
    assert "not committed" in towpath("units").err


def test_changes_as_json(towpath: CommandLine) -> None:
    towpath.repository.commit(FILES | {"dev/us-east-1/vpc/terragrunt.hcl": VPC.replace("10.0", "10.1")})
    said = towpath("changes", "HEAD~1", "--json")
    document = said.document
    assert (said.status, list(document)) == (0, ["base", "head", "units", "tiers", "may_follow", "problems"])
    assert (len(document["base"]), document["head"]) == (40, towpath.repository.head)
    assert document["units"] == [
        {
            "path": "dev/us-east-1/vpc",
            "account": "dev",
            "change": "modified",
            "action": "apply",
            "held": None,
            "reasons": [
                {
                    "kind": "value",
                    "attribute": "inputs.cidr",
                    "before": "10.0.0.0/16",
                    "after": "10.1.0.0/16",
                    "file": "dev/us-east-1/vpc/terragrunt.hcl",
                    "detail": None,
                }
            ],
        }
    ]
    assert document["tiers"] == [{"deploy_order": 1, "accounts": ["dev"], "levels": [["dev/us-east-1/vpc"]]}]
    assert document["may_follow"] == ["dev/us-east-1/app"]


def test_changes_in_words(towpath: CommandLine) -> None:
    head = {path: text for path, text in FILES.items() if not path.startswith("prod")}
    towpath.repository.commit(head | {"root.hcl": 'inputs = {\n  team = "edge"\n}\n'})
    lines = towpath("changes", "HEAD~1").out.splitlines()
    assert lines[:5] == [
        "Tier 1: dev",
        "  ~ dev/us-east-1/vpc",
        '      inputs.team: "core" → "edge"  (root.hcl)',
        "  ~ dev/us-east-1/app",
        '      inputs.team: "core" → "edge"  (root.hcl)',
    ]
    assert "  - prod/us-east-1/vpc  destroy" in lines
    assert lines[-1].startswith("2 modified, 1 removed")


def test_a_remark_changes_nothing(towpath: CommandLine) -> None:
    towpath.repository.commit(FILES | {"root.hcl": "# A remark\n" + FILES["root.hcl"]})
    assert towpath("changes", "HEAD~1").out == "Nothing to do: no unit differs.\n"


def test_a_broken_unit_is_an_invalid_configuration_and_hides_nothing(towpath: CommandLine) -> None:
    towpath.repository.commit(
        FILES
        | {
            "dev/us-east-1/app/terragrunt.hcl": "inputs = {\n  a = nonsense(1)\n}\n",
            "prod/us-east-1/vpc/terragrunt.hcl": VPC.replace("10.0", "10.1"),
        }
    )
    said = towpath("changes", "HEAD~1", "--json")
    assert said.status == 2
    assert [unit["action"] for unit in said.document["units"]] == ["none", "apply"]
    assert said.document["problems"][0]["unit"] == "dev/us-east-1/app"
    printed = towpath("changes", "HEAD~1")
    assert "2 |   a = nonsense(1)" in printed.err
    assert "Left alone" in printed.out


def test_show_as_json(towpath: CommandLine) -> None:
    document = towpath("show", "dev/us-east-1/app", "--json").document
    assert list(document) == ["commit", "unit", "values", "provenance", "dependents", "problems"]
    assert document["values"]["inputs"]["team"] == "core"
    assert "dependency.vpc" in document["values"]["inputs"]["vpc_id"]
    assert document["provenance"]["inputs.team"]["file"] == "root.hcl"


def test_show_says_where_each_value_came_from(towpath: CommandLine) -> None:
    lines = towpath("show", "dev/us-east-1/vpc").out.splitlines()
    team = next(line for line in lines if "team" in line)
    assert team.split("#")[0].strip() == 'team = "core"'
    assert team.endswith("# root.hcl:2")
    assert any(line.startswith("needed by") and "dev/us-east-1/app" in line for line in lines)


def test_a_unit_may_be_named_from_where_one_stands(towpath: CommandLine, tmp_path: Path) -> None:
    towpath.repository.folder = tmp_path
    here = tmp_path / "dev/us-east-1/vpc"
    here.mkdir(parents=True)
    document = towpath("show", ".", "--json", folder=here).document
    assert document["unit"]["path"] == "dev/us-east-1/vpc"


def test_an_unknown_unit_is_told_with_what_was_meant(towpath: CommandLine) -> None:
    said = towpath("show", "dev/us-east-1/vcp")
    assert said.status == 2
    assert "error[unknown-unit]" in said.err
    assert "Did you mean dev/us-east-1/vpc" in said.err


def test_graph_as_text_and_json(towpath: CommandLine) -> None:
    assert towpath("graph").out.splitlines()[:3] == [
        "Tier 1: dev",
        "  dev/us-east-1/vpc",
        "    dev/us-east-1/app  ← dev/us-east-1/vpc",
    ]
    document = towpath("graph", "--json").document
    assert document["edges"] == [{"unit": "dev/us-east-1/app", "depends_on": "dev/us-east-1/vpc"}]


def test_graph_for_graphviz(towpath: CommandLine) -> None:
    out = towpath("graph", "--format", "dot").out
    assert '"dev/us-east-1/app" -> "dev/us-east-1/vpc";' in out
    assert out.startswith("digraph")
    assert out.rstrip().endswith("}")


def test_graph_as_a_drawing(towpath: CommandLine) -> None:
    drawing = ET.fromstring(towpath("graph", "--format", "svg").out)  # noqa: S314  # drawn by the code under test
    space = "{http://www.w3.org/2000/svg}"
    names = [text.text for text in drawing.iter(f"{space}text") if text.get("class") == "name"]
    assert sorted(str(name) for name in names) == ["app", "vpc", "vpc"]
    assert len([path for path in drawing.iter(f"{space}path") if path.get("class") == "edge"]) == 1


def test_an_unknown_commit(towpath: CommandLine) -> None:
    said = towpath("changes", "nowhere", "--json")
    assert said.status == 2
    assert said.document["problems"][0]["id"] == "unknown-commit"

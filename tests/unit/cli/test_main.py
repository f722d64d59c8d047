"""Where every invocation begins and ends."""

from __future__ import annotations

import json

import click
import pytest
from command_line import CommandLine

from towpath.cli.lazy import LazyCommand, LazyGroup
from towpath.git import FakeRepository

UNIT = 'terraform {\n  source = "git::https://example.com/modules.git//any?ref=v1"\n}\n'


@pytest.fixture
def towpath(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(FakeRepository({"README.md": ""}), capsys)


def test_help_names_every_command(towpath: CommandLine) -> None:
    said = towpath("--help")
    assert said.status == 0
    for command in ("units", "show", "graph", "changes", "schema", "completion"):
        assert f"\n  {command} " in said.out


def test_help_imports_no_command() -> None:
    group = LazyGroup("x", lazy={"one": LazyCommand("no.such.module", "one", "The first.")})
    assert "one  The first." in group.get_help(click.Context(group))


def test_wrong_usage_has_its_own_status(towpath: CommandLine) -> None:
    said = towpath("unitz")
    assert said.status == 2
    assert "Did you mean 'units'?" in said.err
    assert said.out == ""


@pytest.mark.parametrize("arguments", [("units", "--nope", "--json"), ("--json", "nope"), ("changes", "--json")])
def test_wrong_usage_is_a_document_too(towpath: CommandLine, arguments: tuple[str, ...]) -> None:
    said = towpath(*arguments)
    assert said.status == 2
    assert said.document["problems"][0]["id"] == "wrong-usage"


@pytest.mark.parametrize("words", [("--json",), ("--serve", "--json")])
def test_the_demo_speaks_to_people_only(towpath: CommandLine, words: tuple[str, ...]) -> None:
    said = towpath("demo", *words)
    assert said.status == 2
    assert said.document["problems"][0]["id"] == "wrong-usage"


def test_the_demo_in_the_browser_keeps_nothing(towpath: CommandLine) -> None:
    said = towpath("demo", "--serve", "--keep")
    assert said.status == 2
    assert "--keep is not for it" in said.err


def test_an_empty_repository_has_no_units(towpath: CommandLine) -> None:
    assert towpath("units", "--json").document["units"] == []


def test_schema_is_a_json_schema(towpath: CommandLine) -> None:
    document = towpath("schema").document
    assert document["title"] == "towpath.yml"
    assert "gates" in document["properties"]


def test_schema_of_the_server_is_that_of_its_file(towpath: CommandLine) -> None:
    document = towpath("schema", "--server").document
    assert set(document["properties"]) >= {"database", "repositories", "schedules", "freezes"}
    assert "url" in document["$defs"]["RepositorySettings"]["required"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(towpath: CommandLine, shell: str) -> None:
    out = towpath("completion", shell).out
    assert towpath("completion", shell, "--json").document["script"].strip() == out.strip()
    assert "_TOWPATH_COMPLETE" in out
    assert f"towpath completion {shell}" in out


def test_names_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    towpath = CommandLine(FakeRepository({"dev/\x1b[2Jx/terragrunt.hcl": UNIT}), capsys)
    for arguments in (("units",), ("graph",), ("graph", "--format", "dot"), ("graph", "--format", "svg")):
        said = towpath(*arguments)
        assert "\x1b" not in said.out + said.err
        assert "\\x1b[2Jx" in said.out or "\\\\x1b[2Jx" in said.out
    assert json.loads(towpath("units", "--json").out)["units"][0]["path"] == "dev/\x1b[2Jx"
    assert "\x1b" not in towpath("units", "--json").out

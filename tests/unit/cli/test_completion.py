"""What the shell offers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from run_house import House, walk
from run_house import step as walk_step

from towpath.cli.app import App, Doors
from towpath.cli.main import cli
from towpath.git import FakeRepository
from towpath.system import FakeClock, FakeEnvironment, FakeIds, FakeProcesses

FILES = {"dev/vpc/terragrunt.hcl": "", "dev/app/terragrunt.hcl": "", "prod/vpc/terragrunt.hcl": "", "dev/x.hcl": ""}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "state")
    yield house
    house.state.close()


def offered(house: House, *words: str) -> list[str]:
    """What the shell offers for the last of the words."""
    repository = FakeRepository(FILES)
    doors = Doors(FakeProcesses(), FakeEnvironment(), FakeClock(), FakeIds(), house.folder, repository=repository)
    app = App(doors)
    app.options.state = house.folder
    *before, incomplete = words
    context = cli.make_context("towpath", list(before), obj=app, resilient_parsing=True)
    command = cli.get_command(context, before[0])
    assert command is not None
    inner = command.make_context(before[0], list(before[1:]), parent=context, resilient_parsing=True)
    arguments = [parameter for parameter in command.params if isinstance(parameter, click.Argument)]
    argument = arguments[min(len(before) - 1, len(arguments) - 1)]
    return [item.value for item in argument.shell_complete(inner, incomplete)]


@pytest.mark.parametrize("command", ["show", "plan", "apply", "destroy"])
def test_units_are_offered(house: House, command: str) -> None:
    assert offered(house, command, "dev/") == ["dev/app", "dev/vpc"]


@pytest.mark.parametrize("command", ["status", "logs", "approve", "reject", "resume", "cancel"])
def test_runs_are_offered_newest_first(house: House, command: str) -> None:
    older, newer = house.create(walk(walk_step("dev/vpc"))), house.create(walk(walk_step("dev/app")))
    assert offered(house, command, "") == [newer, older]
    assert older in offered(house, command, older[:5])
    assert offered(house, command, "nope") == []


def test_where_nothing_was_kept_nothing_is_offered_and_nothing_made(house: House, tmp_path: Path) -> None:
    house.folder = tmp_path / "other"
    assert offered(house, "status", "") == []
    assert not house.folder.exists()

"""`towpath plan`, `apply` and their like, typed on a repository in memory and a cloud in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click
import pytest
from command_line import CommandLine
from run_house import House

from towpath.git import FakeRepository
from towpath.service.outside import Outside
from towpath.service.reading import Reading
from towpath.service.working import Working

SOURCE = 'terraform {\n  source = "git::https://example.com/modules.git//any?ref=v1"\n}\n'
ACCOUNTS = (
    '{"dev": {"id": "111111111111", "email": "d@example.com", "deploy_order": 1},'
    ' "prod": {"id": "222222222222", "email": "p@example.com", "deploy_order": 2}}'
)


def unit(size: int = 1, needs: str | None = None) -> str:
    """A `terragrunt.hcl`; `needs` is the path of a unit that must come first, relative to this one."""
    order = f'dependencies {{\n  paths = ["{needs}"]\n}}\n' if needs else ""
    return f"{SOURCE}{order}inputs = {{\n  size = {size}\n}}\n"


def live_files(size: int = 1, configuration: str = "gates: {prod: {approvals: 1}}\n") -> dict[str, str]:
    """Two units in dev, one in prod, a gate before prod."""
    return {
        "accounts.json": ACCOUNTS,
        "towpath.yml": configuration,
        "dev/vpc/terragrunt.hcl": unit(size),
        "dev/app/terragrunt.hcl": unit(size, "../vpc"),
        "prod/vpc/terragrunt.hcl": unit(size),
    }


class TypedRuns(CommandLine):
    """The commands about runs. Terraform seems to be there until `no_engine`."""

    def __init__(self, repository: FakeRepository, capture: pytest.CaptureFixture[str], house: House) -> None:
        super().__init__(repository, capture, self._open)
        self.house = house
        self.questions: list[str] = []
        self.processes.install("terraform", "/bin/terraform")
        self.processes.script("/bin/terraform", "version", stdout=b"Terraform v1.11.4")

    @contextmanager
    def _open(self, outside: Outside) -> Iterator[Working]:
        reading = Reading(self.repository, {})
        yield Working(reading, self.house.state, self.house.runs, outside)

    def no_engine(self) -> None:
        self.processes.install("terraform", "")

    def answering(self, *answers: str) -> None:
        """Somebody sits there who gives these answers, and then presses Ctrl-C."""
        left = list(answers)

        def ask(question: str, choices: Sequence[str]) -> str:
            assert set(answers) <= set(choices)
            self.questions.append(question)
            if not left:
                raise click.Abort
            return left.pop(0)

        self.ask = ask

    def run_of(self, *arguments: str) -> str:
        """Types it with `--json`; the id of the run it speaks of."""
        return str(self(*arguments, "--json").document["run"])

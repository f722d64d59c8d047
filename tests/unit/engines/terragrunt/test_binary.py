"""Which Terragrunt is taken."""

from __future__ import annotations

import pytest

from towpath.engines.terraform import EngineBinary, EngineChoice
from towpath.engines.terraform.binary import Constraint
from towpath.engines.terragrunt import find_terragrunt
from towpath.problems import Problem, ProblemError
from towpath.system import FakeProcesses


def machine(said: bytes, status: int = 0) -> FakeProcesses:
    processes = FakeProcesses()
    processes.install("terragrunt", "/bin/terragrunt")
    processes.install("/opt/tg", "/opt/tg")
    for path in ("/bin/terragrunt", "/opt/tg"):
        processes.script(path, "--version", stdout=said, status=status)
    return processes


def problem_of(processes: FakeProcesses, choice: EngineChoice | None = None) -> Problem:
    with pytest.raises(ProblemError) as error:
        find_terragrunt(choice or EngineChoice("terragrunt"), processes)
    return error.value.problems[0]


@pytest.mark.parametrize("said", [b"terragrunt version v1.0.4\n", b"terragrunt version 1.0.4\n"])
def test_the_one_on_path(said: bytes) -> None:
    assert find_terragrunt(EngineChoice(), machine(said)) == EngineBinary("terragrunt", "/bin/terragrunt", "1.0.4")


def test_the_one_that_is_named() -> None:
    found = find_terragrunt(EngineChoice(binary="/opt/tg"), machine(b"terragrunt version v1.2.0\n"))
    assert found.path == "/opt/tg"


def test_none_is_there() -> None:
    problem = problem_of(FakeProcesses())
    assert (problem.id, problem.summary) == ("engine-missing", "No engine is installed")
    assert "terragrunt was not found" in problem.detail
    assert "https://docs.terragrunt.com" in (problem.hint or "")


@pytest.mark.parametrize("version", ["0.99.4", "0.38.0", "2.0.0", "1.1.0-rc1"])
def test_a_version_whose_command_line_is_another(version: str) -> None:
    problem = problem_of(machine(f"terragrunt version v{version}\n".encode()))
    assert problem.id == "engine-version"
    assert f"/bin/terragrunt is version {version}; Towpath asks for ~> 1.0" in problem.detail
    assert "Install Terragrunt 1.x" in (problem.hint or "")


def test_who_asks_for_another_version_is_named() -> None:
    choice = EngineChoice("terragrunt", None, (Constraint("towpath.yml", ">= 1.0"), Constraint("dev/vpc", ">= 1.3")))
    assert "dev/vpc asks for >= 1.3" in problem_of(machine(b"terragrunt version v1.0.4\n"), choice).detail


def test_a_program_that_is_no_terragrunt() -> None:
    problem = problem_of(machine(b"what?", status=3))
    assert (problem.id, "exit status 3" in problem.detail) == ("engine-missing", True)

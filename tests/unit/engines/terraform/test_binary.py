"""Which engine is taken."""

from __future__ import annotations

import pytest

from towpath.engines.terraform import EngineBinary, EngineChoice, find_engine
from towpath.engines.terraform.binary import Constraint
from towpath.problems import Place, Problem, ProblemError
from towpath.system import FakeProcesses


def machine(*names: str, version: str = "1.9.2") -> FakeProcesses:
    processes = FakeProcesses()
    for name in names:
        where = f"/bin/{name}"
        title = "OpenTofu" if name == "tofu" else "Terraform"
        processes.install(name, where)
        processes.install(where, where)
        processes.script(where, "version", stdout=f"{title} v{version}\n".encode())
    return processes


def answering(answer: bytes, status: int = 0) -> FakeProcesses:
    processes = FakeProcesses()
    processes.install("terraform", "/bin/terraform")
    processes.install("/bin/terraform", "/bin/terraform")
    processes.script("/bin/terraform", "version", status=status, stdout=answer)
    return processes


def problem_of(choice: EngineChoice, processes: FakeProcesses) -> Problem:
    with pytest.raises(ProblemError) as error:
        find_engine(choice, processes)
    return error.value.problems[0]


def test_whichever_is_there_opentofu_first() -> None:
    assert find_engine(EngineChoice(), machine("terraform")) == EngineBinary("terraform", "/bin/terraform", "1.9.2")
    assert find_engine(EngineChoice(), machine("terraform", "tofu")).name == "tofu"


def test_the_one_that_is_named() -> None:
    assert find_engine(EngineChoice("terraform"), machine("terraform", "tofu")).name == "terraform"
    assert find_engine(EngineChoice(binary="/bin/tofu"), machine("tofu")).path == "/bin/tofu"


def test_the_answer_tells_the_two_apart_whatever_the_file_is_called() -> None:
    processes = answering(b"OpenTofu v1.10.0\non linux_amd64\n")
    assert find_engine(EngineChoice("tofu", "/bin/terraform"), processes).version == "1.10.0"


@pytest.mark.parametrize("answer", [b"", b"Packer v1.9.0\n", b"no Terraform v1.9.0\n", b"Terraform v \n", b"\xff\xfe"])
def test_something_else_under_its_name(answer: bytes) -> None:
    problem = problem_of(EngineChoice(), answering(answer, status=3))
    assert problem.id == "engine-missing"
    assert "did not answer `version`" in problem.detail
    assert "exit status 3" in problem.detail


def test_none_is_there() -> None:
    problem = problem_of(EngineChoice(), machine())
    assert problem.id == "engine-missing"
    assert "opentofu.org" in (problem.hint or "")


def test_the_wrong_one_is_there() -> None:
    assert problem_of(EngineChoice("tofu"), machine("terraform")).id == "engine-missing"
    assert "asks for tofu" in problem_of(EngineChoice("tofu", "/bin/terraform"), machine("terraform")).detail


def test_the_wrong_version_names_who_asks() -> None:
    choice = EngineChoice(
        constraints=(
            Constraint("towpath.yml", ">= 1.0"),
            Constraint("dev/vpc", "~> 1.5.0", Place("dev/vpc/terragrunt.hcl", 3)),
        )
    )
    problem = problem_of(choice, machine("terraform"))
    assert problem.id == "engine-version"
    assert "dev/vpc asks for ~> 1.5.0" in problem.detail


def test_an_engine_too_old_for_towpath() -> None:
    assert "Towpath asks" in problem_of(EngineChoice(), machine("terraform", version="0.13.0")).detail


def test_a_constraint_that_is_none() -> None:
    choice = EngineChoice(constraints=(Constraint("towpath.yml", "newest"),))
    assert "newest" in problem_of(choice, machine("terraform")).detail


def test_a_program_that_is_no_engine() -> None:
    processes = FakeProcesses()
    processes.install("terraform", "/bin/terraform")
    processes.script("/bin/terraform", status=1, stdout=b"what?")
    assert problem_of(EngineChoice(), processes).id == "engine-missing"

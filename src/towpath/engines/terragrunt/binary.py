"""Whether there is a Terragrunt that can be used."""

from __future__ import annotations

import re

from towpath.engines.terraform.binary import Constraint, EngineBinary, EngineChoice, version_problems
from towpath.problems import Problem, ProblemError
from towpath.system.processes import Processes

__all__ = ["find_terragrunt"]

_NAME = "terragrunt"
_HINT = (
    "Install Terragrunt 1.x (https://docs.terragrunt.com/getting-started/install/) and put it on PATH, or name the "
    "binary as `engine.binary` in towpath.yml. Without `engine: terragrunt`, Towpath needs no Terragrunt."
)
_KNOWN = "~> 1.0"
"""Before 1.0 the command line was another, and so it may be from 2.0 on."""
_ANSWER = re.compile(r"^terragrunt version v?(\S+)\s*$", re.MULTILINE)


def find_terragrunt(choice: EngineChoice, processes: Processes) -> EngineBinary:
    """The binary to use. Raises `ProblemError` with `engine-missing` or `engine-version`."""
    path = processes.which(choice.binary or _NAME)
    if path is None:
        detail = f"towpath.yml asks for Terragrunt: {choice.binary or _NAME} was not found."
        raise ProblemError(Problem("engine-missing", "No engine is installed", detail, hint=_HINT))
    found = EngineBinary(_NAME, path, _ask_version(path, processes))
    problems = tuple(version_problems(found, [Constraint("Towpath", _KNOWN), *choice.constraints], _HINT))
    if problems:
        raise ProblemError(*problems)
    return found


def _ask_version(path: str, processes: Processes) -> str:
    answer = processes.run([path, "--version"], timeout=60)
    said = _ANSWER.search(answer.stdout.decode("utf-8", "replace"))
    if said is None:
        detail = f"{path} did not answer `--version` as Terragrunt does (exit status {answer.status})."
        raise ProblemError(Problem("engine-missing", "No engine is installed", detail, hint=_HINT))
    return said[1]

"""Which engine there is: OpenTofu or Terraform."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from towpath.engines.terraform.versions import ConstraintError, meets
from towpath.problems import Problem, ProblemError
from towpath.system.processes import Processes

__all__ = ["EngineBinary", "EngineChoice", "find_engine", "version_problems"]

_HINT = (
    "Install OpenTofu (https://opentofu.org/docs/intro/install) or Terraform "
    "(https://developer.hashicorp.com/terraform/install) and put it on PATH, "
    "or name the binary as `engine.binary` in towpath.yml."
)
_NAMES = ("tofu", "terraform")
_OLDEST = ">= 1.3"
"""Plans name the paths that force a replacement, and outputs their types, in every version from here on."""


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """What is asked for: a name (`tofu`, `terraform`), a binary's path, version constraints, each with who asks."""

    name: str | None = None
    binary: str | None = None
    constraints: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class EngineBinary:
    """An engine that was found. `name` is `tofu` or `terraform`."""

    name: str
    path: str
    version: str


def find_engine(choice: EngineChoice, processes: Processes) -> EngineBinary:
    """The binary to use. Without a choice OpenTofu is preferred.

    Raises `ProblemError` with `engine-missing` or `engine-version`.
    """
    path = _look(choice, processes)
    if path is None:
        wanted = choice.binary or choice.name or "tofu or terraform"
        raise ProblemError(_missing(f"Neither a plan nor an apply works without it: {wanted} was not found."))
    engine = _ask_version(path, processes)
    if choice.name and choice.name != engine.name:
        raise ProblemError(_missing(f"{path} is {engine.name}, but towpath.yml asks for {choice.name}."))
    problems = tuple(version_problems(engine, [("Towpath", _OLDEST), *choice.constraints], _HINT))
    if problems:
        raise ProblemError(*problems)
    return engine


def _look(choice: EngineChoice, processes: Processes) -> str | None:
    names = [choice.binary] if choice.binary else [choice.name] if choice.name else _NAMES
    return next((found for name in names if (found := processes.which(name))), None)


def _missing(detail: str) -> Problem:
    return Problem("engine-missing", "No engine is installed", detail, hint=_HINT)


def _ask_version(path: str, processes: Processes) -> EngineBinary:
    answer = processes.run([path, "version", "-json"], timeout=60)
    try:
        said = json.loads(answer.stdout)
        version = said["terraform_version"]
    except (ValueError, KeyError, TypeError):
        detail = f"{path} did not answer `version -json` as Terraform and OpenTofu do (exit status {answer.status})."
        raise ProblemError(_missing(detail)) from None
    # OpenTofu keeps Terraform's key; only its plain answer tells the two apart.
    plain = processes.run([path, "version"], timeout=60).stdout.decode("utf-8", "replace")
    return EngineBinary("tofu" if plain.startswith("OpenTofu") else "terraform", path, str(version))


def version_problems(engine: EngineBinary, constraints: Iterable[tuple[str, str]], hint: str) -> Iterable[Problem]:
    """A problem for each constraint that is not met, or is none; with each stands who asks."""
    for asker, constraint in constraints:
        try:
            fine = meets(engine.version, constraint)
        except ConstraintError as error:
            yield Problem("engine-version", "The engine has the wrong version", f"{asker}: {error}.")
            continue
        if not fine:
            detail = f"{engine.path} is version {engine.version}; {asker} asks for {constraint}."
            yield Problem("engine-version", "The engine has the wrong version", detail, hint=hint)

"""Which engine there is: OpenTofu or Terraform."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from towpath.engines.terraform.versions import ConstraintError, meets
from towpath.problems import Place, Problem, ProblemError
from towpath.system.processes import Processes

__all__ = ["Constraint", "EngineBinary", "EngineChoice", "find_engine", "version_problems"]

_INSTALL = (
    "Install OpenTofu (https://opentofu.org/docs/intro/install) or Terraform "
    "(https://developer.hashicorp.com/terraform/install) and put it on PATH, "
    "or name the binary as `engine.binary` in towpath.yml."
)
_CORRECT = "Install it there, or correct `engine` in towpath.yml."
_FITTING = "Install a version that fits and put it on PATH, or change what is asked for."
_NAMES = ("tofu", "terraform")
_ANSWER = re.compile(rb"(OpenTofu|Terraform) v(\S+)")
_OLDEST = ">= 1.3"
"""Plans name the paths that force a replacement, and outputs their types, in every version from here on."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint on the engine's version: who asks, for what, and where that is written."""

    asker: str
    text: str
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """What is asked for: a name (`tofu`, `terraform`) or a binary's path, written at `place`; version constraints."""

    name: str | None = None
    binary: str | None = None
    constraints: tuple[Constraint, ...] = ()
    place: Place | None = field(default=None, compare=False)


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
        raise _missing(choice, f"Neither a plan nor an apply works without it: {wanted} was not found.")
    engine = _ask_version(path, choice, processes)
    if choice.name and choice.name != engine.name:
        raise _missing(choice, f"{path} is {engine.name}, but towpath.yml asks for {choice.name}.")
    problems = tuple(version_problems(engine, [Constraint("Towpath", _OLDEST), *choice.constraints], _FITTING))
    if problems:
        raise ProblemError(*problems)
    return engine


def _look(choice: EngineChoice, processes: Processes) -> str | None:
    names = [choice.binary] if choice.binary else [choice.name] if choice.name else _NAMES
    return next((found for name in names if (found := processes.which(name))), None)


def _missing(choice: EngineChoice, detail: str) -> ProblemError:
    hint = _CORRECT if choice.name or choice.binary else _INSTALL
    return ProblemError(Problem("engine-missing", "No engine is installed", detail, choice.place, hint))


def _ask_version(path: str, choice: EngineChoice, processes: Processes) -> EngineBinary:
    # With `-json` OpenTofu answers just as Terraform does; only the plain answer tells the two apart.
    answer = processes.run([path, "version"], timeout=60)
    said = _ANSWER.match(answer.stdout)
    if said is None:
        detail = f"{path} did not answer `version` as Terraform and OpenTofu do (exit status {answer.status})."
        raise _missing(choice, detail)
    return EngineBinary("tofu" if said[1] == b"OpenTofu" else "terraform", path, said[2].decode("utf-8", "replace"))


def version_problems(engine: EngineBinary, constraints: Iterable[Constraint], hint: str) -> Iterable[Problem]:
    """A problem for each constraint that is not met, or is none."""
    summary = "The engine has the wrong version"
    for constraint in constraints:
        try:
            fine = meets(engine.version, constraint.text)
        except ConstraintError as error:
            form = "Write it as `>= 1.6` or `~> 1.9.0`."
            yield Problem("engine-version", summary, f"{constraint.asker}: {error}.", constraint.place, form)
            continue
        if not fine:
            detail = f"{engine.path} is version {engine.version}; {constraint.asker} asks for {constraint.text}."
            yield Problem("engine-version", summary, detail, constraint.place, hint)

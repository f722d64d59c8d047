"""Which engine is asked for: by `towpath.yml`, and by the unit itself."""

from __future__ import annotations

from dataclasses import dataclass

from towpath.config import EngineSettings
from towpath.engines.terraform.binary import EngineBinary, EngineChoice, find_engine
from towpath.engines.terragrunt.binary import find_terragrunt
from towpath.model.paths import UnitPath
from towpath.system.processes import Processes
from towpath.terragrunt.config import UnitConfig

__all__ = ["Choices", "choices", "engines_of"]


@dataclass(frozen=True, slots=True)
class Choices:
    """`engine` is OpenTofu or Terraform; `terragrunt` is None where Towpath runs the engine itself."""

    engine: EngineChoice
    terragrunt: EngineChoice | None = None


def choices(settings: EngineSettings, unit: UnitPath | None = None, config: UnitConfig | None = None) -> Choices:
    """`config` None: of a plain root module, or of no unit in particular."""
    handed = settings.name == "terragrunt"
    wanted = settings.runs if handed else settings
    asked = [("towpath.yml", wanted.version)]
    if unit and config:
        asked.append((unit, config.terraform_version_constraint))
    binary = wanted.binary or (config.terraform_binary if config else None)
    engine = EngineChoice(None if wanted.name == "terragrunt" else wanted.name, binary, _given(asked))
    if not handed:
        return Choices(engine)
    asked = [("towpath.yml", settings.version)]
    if unit and config:
        asked.append((unit, config.terragrunt_version_constraint))
    return Choices(engine, EngineChoice(settings.name, settings.binary, _given(asked)))


def _given(asked: list[tuple[str, str | None]]) -> tuple[tuple[str, str], ...]:
    return tuple((who, what) for who, what in asked if what)


def engines_of(settings: EngineSettings, processes: Processes) -> tuple[EngineBinary, ...]:
    """What `towpath.yml` asks for, as it is on this machine: what Towpath starts comes first.

    Raises `ProblemError` (`engine-missing`, `engine-version`).
    """
    wanted = choices(settings)
    engine = find_engine(wanted.engine, processes)
    return (find_terragrunt(wanted.terragrunt, processes), engine) if wanted.terragrunt else (engine,)

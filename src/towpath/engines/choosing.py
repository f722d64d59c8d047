"""Which engine is asked for: by `towpath.yml`, and by the unit itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from towpath.config import EngineSettings, Loaded, TowpathConfig
from towpath.engines.terraform.binary import Constraint, EngineBinary, EngineChoice, find_engine
from towpath.engines.terragrunt.binary import find_terragrunt
from towpath.model.paths import UnitPath
from towpath.problems import Place
from towpath.system.processes import Processes
from towpath.terragrunt.config import UnitConfig

__all__ = ["Choices", "choices", "engines_of"]


_FILE = "towpath.yml"


def _somewhere(*keys: str) -> Place:
    del keys
    return Place(_FILE)


@dataclass(frozen=True, slots=True)
class Choices:
    """`engine` is OpenTofu or Terraform; `terragrunt` is None where Towpath runs the engine itself."""

    engine: EngineChoice
    terragrunt: EngineChoice | None = None


def choices(
    settings: EngineSettings,
    unit: UnitPath | None = None,
    config: UnitConfig | None = None,
    place: Callable[..., Place] = _somewhere,
) -> Choices:
    """`config` None: of a plain root module, or of no unit in particular. `place` tells where the value of a key of
    `towpath.yml` stands.
    """
    handed = settings.name == "terragrunt"
    wanted, keys = (settings.runs, ("engine", "runs")) if handed else (settings, ("engine",))
    asked = [Constraint(_FILE, wanted.version, place(*keys, "version"))] if wanted.version else []
    if unit and config:
        asked.extend(_of_unit(unit, config, "terraform_version_constraint"))
    binary = wanted.binary or (config.terraform_binary if config else None)
    name = None if wanted.name == "terragrunt" else wanted.name
    named = place(*keys, "binary" if wanted.binary else "name") if wanted.binary or name else None
    engine = EngineChoice(name, binary, tuple(asked), named)
    if not handed:
        return Choices(engine)
    asked = [Constraint(_FILE, settings.version, place("engine", "version"))] if settings.version else []
    if unit and config:
        asked.extend(_of_unit(unit, config, "terragrunt_version_constraint"))
    named = place("engine", "binary" if settings.binary else "name")
    return Choices(engine, EngineChoice(settings.name, settings.binary, tuple(asked), named))


def _of_unit(unit: UnitPath, config: UnitConfig, attribute: str) -> Iterator[Constraint]:
    text = getattr(config, attribute)
    if text:
        yield Constraint(unit, text, config.provenance.get(attribute))


def engines_of(loaded: Loaded[TowpathConfig], processes: Processes) -> tuple[EngineBinary, ...]:
    """What `towpath.yml` asks for, as it is on this machine: what Towpath starts comes first.

    Raises `ProblemError` (`engine-missing`, `engine-version`).
    """
    wanted = choices(loaded.value.engine, place=loaded.place)
    engine = find_engine(wanted.engine, processes)
    return (find_terragrunt(wanted.terragrunt, processes), engine) if wanted.terragrunt else (engine,)

"""What of the server's environment those may see who work on what repositories say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from towpath.config.server import ServerConfig
from towpath.stores.keys import KEY_VARIABLE
from towpath.system import Environment

__all__ = ["WithoutSecrets", "without_secrets"]


@dataclass(frozen=True)
class WithoutSecrets:
    """An environment that lacks some variables."""

    environment: Environment
    hidden: frozenset[str]

    def get(self, name: str) -> str | None:
        return None if name in self.hidden else self.environment.get(name)

    def all(self) -> Mapping[str, str]:
        return {name: value for name, value in self.environment.all().items() if name not in self.hidden}


def without_secrets(config: ServerConfig, environment: Environment) -> WithoutSecrets:
    """The environment without the variables that hold the server's own secrets: a repository's `towpath.yml` may ask
    for variables, and what it says is executed."""
    return WithoutSecrets(environment, frozenset([KEY_VARIABLE, *_named_variables(config.model_dump())]))


def _named_variables(settings: object) -> Iterator[str]:
    """The values of all settings that name a variable, wherever they stand."""
    if isinstance(settings, Mapping):
        for name, value in settings.items():
            if str(name).endswith("_env") and isinstance(value, str):
                yield value
            else:
                yield from _named_variables(value)
    elif isinstance(settings, list | tuple):
        for item in settings:
            yield from _named_variables(item)

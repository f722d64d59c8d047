"""Environment variables that hold secrets, as their names say."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["environment_secrets", "is_secret"]

_NAMES = ("SECRET", "TOKEN", "PASSWORD", "PASSWD", "PRIVATE_KEY", "API_KEY", "CREDENTIAL")
_SHORTEST = 6
"""A switch (`USE_TOKEN=true`) is no secret, and masking its value would leave no log."""


def is_secret(name: str, value: str) -> bool:
    """Whether the value must not be shown; where a secret is kept is none itself."""
    says_so = any(word in name.upper() for word in _NAMES)
    return says_so and len(value) >= _SHORTEST and not value.startswith("/")


def environment_secrets(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The values that must not be shown."""
    return tuple(value for name, value in environment.items() if is_secret(name, value))

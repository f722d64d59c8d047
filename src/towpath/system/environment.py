"""The environment variables of this process."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Protocol

__all__ = ["Environment", "FakeEnvironment", "ProcessEnvironment"]


class Environment(Protocol):
    """Environment variables, read only."""

    def get(self, name: str) -> str | None: ...

    def all(self) -> Mapping[str, str]: ...


class ProcessEnvironment:
    """What this process was started with."""

    def get(self, name: str) -> str | None:
        return os.environ.get(name)

    def all(self) -> Mapping[str, str]:
        return dict(os.environ)


class FakeEnvironment:
    """The variables given, and no others."""

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        self._variables = dict(variables or {})

    def get(self, name: str) -> str | None:
        return self._variables.get(name)

    def all(self) -> Mapping[str, str]:
        return dict(self._variables)

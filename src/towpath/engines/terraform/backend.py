"""Where a unit's state is: its backend, from the configuration or from what the engine's `init` wrote down."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from towpath.engines.terraform.environment import to_data
from towpath.engines.terraform.generated import backend_settings
from towpath.terragrunt.config import RemoteState

__all__ = ["OVERRIDE_FILE", "Backend", "backend_of", "backend_of_init", "local_override"]

OVERRIDE_FILE = "towpath_backend_override.tf.json"
"""Files named `…_override.tf.json` are merged over the module's own by the engine."""


@dataclass(frozen=True, slots=True)
class Backend:
    """`settings` as the engine's backend takes them, JSON data; may hold credentials, so it is never shown."""

    type: str
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def text(self, name: str) -> str | None:
        """A setting that is a text and not empty."""
        value = self.settings.get(name)
        return value if isinstance(value, str) and value else None


def backend_of(state: RemoteState) -> Backend:
    """Raises `ValueError` when a setting is unknown; the error names where it comes from."""
    data = to_data(backend_settings(state))
    return Backend(state.backend, data if isinstance(data, dict) else {})


def backend_of_init(content: bytes | None) -> Backend:
    """From `.terraform/terraform.tfstate`, which `init` writes; without it the engine uses its local backend."""
    if content is None:
        return Backend("local")
    data = json.loads(content, parse_float=Decimal).get("backend") or {}
    return Backend(data.get("type", "local"), {k: v for k, v in (data.get("config") or {}).items() if v is not None})


def local_override(settings: Mapping[str, str]) -> bytes:
    """A file that gives the local backend these settings, whatever the module says."""
    return json.dumps({"terraform": {"backend": {"local": dict(settings)}}}, indent=2).encode()

"""Where a unit's state is: its backend, from the configuration or from what the engine's `init` wrote down."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from towpath.engines.terraform.environment import to_data
from towpath.engines.terraform.generated import backend_settings
from towpath.terragrunt.config import RemoteState

__all__ = ["OVERRIDE_FILE", "Backend", "backend_of", "backend_of_init", "declared_backend", "local_override"]

OVERRIDE_FILE = "towpath_backend_override.tf.json"
"""Files named `…_override.tf.json` are merged over the module's own by the engine."""

_DECLARED = re.compile(rb'^[ \t]*(?:backend[ \t]+"?([a-z0-9_]+)"?|(cloud))[ \t]*\{', re.MULTILINE)
_COMMENTS = re.compile(rb"/\*.*?\*/|^[ \t]*(?:#|//)[^\n]*", re.DOTALL | re.MULTILINE)


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


def declared_backend(files: Iterable[tuple[str, bytes]]) -> str | None:
    """The type of the backend that a module's `terraform` blocks declare, `cloud` for HCP Terraform; None: none."""
    for name, content in files:
        if name.endswith(".tf.json"):
            found = _declared_in_json(content)
            if found:
                return found
        elif name.endswith((".tf", ".tofu")) and (match := _DECLARED.search(_COMMENTS.sub(b"", content))):
            return (match[1] or match[2]).decode()
    return None


def _declared_in_json(content: bytes) -> str | None:
    try:
        blocks = json.loads(content).get("terraform") or []
    except (ValueError, AttributeError):
        # The engine will say what is wrong with it.
        return None
    for block in blocks if isinstance(blocks, list) else [blocks]:
        if block.get("cloud") is not None:
            return "cloud"
        backend = block.get("backend")
        if backend:
            return str(next(iter(backend[0] if isinstance(backend, list) else backend)))
    return None


def local_override(path: str) -> bytes:
    """A file that puts local state at `path`, whatever the module says."""
    return json.dumps({"terraform": {"backend": {"local": {"path": path}}}}, indent=2).encode()


def local_path(backend: Backend, home: str, translate: Callable[[str], str]) -> str:
    """Where a local backend keeps its state for good. A relative path is meant from the unit's folder, `home`;
    `translate` leads an absolute one out of folders that do not last.
    """
    written = backend.text("path") or "terraform.tfstate"
    return translate(str(PurePosixPath(home) / written))

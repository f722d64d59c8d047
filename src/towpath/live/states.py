"""Where a unit keeps its state, so far as that is written down.

1. The backend is what `remote_state` says, or a generated file, or else the files of the unit's module.
2. Of a backend's settings those count that name the place: another region or role leads to the same object.
3. A place of which anything is unknown or not a literal is not told, nor a local one that nobody wrote down, since
   every unit has its own folder.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from towpath.hcl.convert import canonical
from towpath.hcl.parse import parse
from towpath.hcl.syntax import Literal
from towpath.hcl.values import Sensitive, Value, contains_unknown, unmark
from towpath.live.discovery import folder_of
from towpath.model.paths import UnitPath
from towpath.problems import Place
from towpath.terragrunt import VIRTUAL_ROOT, UnitConfig
from towpath.terragrunt.config import Generate

__all__ = ["Backend", "StatePlace", "declared_backend", "generated_backends", "has_backend", "place_of", "state_place"]

_NAMING: Mapping[str, tuple[str, ...]] = {
    "s3": ("bucket", "key", "endpoint", "endpoints"),
    "gcs": ("bucket", "prefix"),
    "azurerm": ("storage_account_name", "container_name", "key"),
    "http": ("address",),
    "consul": ("address", "path"),
    "local": ("path",),
}
"""The settings that name the place, the first ones being those that must be given. Of other backends all count."""
_GIVEN = {"s3": 2, "gcs": 1, "azurerm": 3, "http": 1, "consul": 1, "local": 1}

_ONLY_BACKEND = re.compile(r'\s*(?:#[^\n]*\s+)*terraform\s*\{\s*backend\s+"([\w-]+)"\s*\{([^{}]*)\}\s*\}\s*')
"""A file that declares a backend and nothing else: what is generated for each unit looks like this, and parsing ten
thousand of them takes seconds."""
_SETTING = re.compile(r'\s*(\w+)\s*=\s*(?:"([^"\\$%\n]*)"|true|false|\d+)\s*')


@dataclass(frozen=True, slots=True)
class StatePlace:
    """One state. `where` tells two of a backend apart, and may hold secrets; `shown` is for people."""

    backend: str
    where: str = field(repr=False)
    shown: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Backend:
    """A backend with the settings that are known, and where it is written, for one that a file declares."""

    type: str
    settings: Mapping[str, Value] = field(repr=False)
    place: Place | None = None


def state_place(config: UnitConfig) -> StatePlace | None:
    """Where the configuration says that the unit's state is; None where it does not, or not entirely."""
    found = _configured(config)
    return place_of(config.unit, found) if found is not None else None


def has_backend(config: UnitConfig) -> bool:
    """Whether the configuration says where the state is, known or not."""
    return config.remote_state is not None or any(generated_backends(config))


def generated_backends(config: UnitConfig) -> Iterator[Generate]:
    """The generated files that may declare the backend."""
    return (block for block in config.generate if "backend" in block.contents and not block.disable)


def _configured(config: UnitConfig) -> Backend | None:
    if config.remote_state is None:
        return next((_in_text(block.contents) for block in generated_backends(config)), None)
    block, _ = unmark(config.values.get("remote_state"))
    if isinstance(block, dict) and contains_unknown(block.get("backend")):
        return None
    return Backend(config.remote_state.backend, config.remote_state.config)


def _in_text(contents: str) -> Backend | None:
    match = _ONLY_BACKEND.fullmatch(contents)
    lines = [line for line in match.group(2).splitlines() if line.strip()] if match else []
    settings = [_SETTING.fullmatch(line) for line in lines]
    if match is None or not all(settings):
        return declared_backend("", contents.encode())
    texts = {found.group(1): found.group(2) for found in settings if found and found.group(2) is not None}
    return Backend(match.group(1), texts)


def declared_backend(file: str, content: bytes) -> Backend | None:
    """The backend that a Terraform file declares, None where there is none or its settings are not all literals."""
    for block in (inner for outer in parse(content, file).body.blocks_of("terraform") for inner in outer.body.blocks):
        if block.type == "backend" and block.labels:
            written = block.body.attributes
            settings = {name: at.expression.value for name, at in written.items() if isinstance(at.expression, Literal)}
            place = written["key"].place if "key" in written else block.place
            return Backend(block.labels[0], settings, place) if len(settings) == len(written) else None
    return None


def place_of(unit: UnitPath, backend: Backend) -> StatePlace | None:
    """The place that the backend's settings name, None where not all is known that does."""
    names = _NAMING.get(backend.type, tuple(backend.settings))
    settings = {name: backend.settings[name] for name in names if backend.settings.get(name) is not None}
    needed = [settings.get(name) for name in names[: _GIVEN.get(backend.type, 0)]]
    if not settings or None in needed or contains_unknown(settings):
        return None
    if backend.type == "local":
        path = posixpath.join(VIRTUAL_ROOT, folder_of(unit), str(unmark(settings["path"])[0]))
        settings = {"path": posixpath.normpath(path)}
    if backend.type == "s3":
        settings["key"] = str(unmark(settings["key"])[0]).lstrip("/")
    return StatePlace(backend.type, canonical(settings), _shown(backend.type, settings))


def _shown(backend: str, settings: Mapping[str, Value]) -> str:
    if any(isinstance(value, Sensitive) for value in settings.values()):
        return f"one place of the backend {backend}"
    if backend == "local":
        return str(settings["path"]).removeprefix(f"{VIRTUAL_ROOT}/")
    if backend in ("s3", "gcs"):
        return f"{backend}://{settings['bucket']}/{settings.get('key') or settings.get('prefix') or ''}"
    return f"one place of the backend {backend}"

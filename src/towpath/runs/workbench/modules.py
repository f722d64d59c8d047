"""What the Terraform files of a module declare, so far as preparing a unit needs to know."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from towpath.hcl.parse import parse
from towpath.hcl.syntax import Block

__all__ = ["ModuleFiles", "local_modules", "read_module"]

_SUFFIXES = (".tf", ".tofu")


@dataclass(frozen=True, slots=True)
class ModuleFiles:
    """`variables` maps each declared variable to whether it is sensitive; `backend` is the type of the declared backend
    (`cloud` for HCP Terraform), None when none is; `backend_path` the path a declared local backend names;
    `backend_code` a file (its name and content) that declares the same backend and nothing else.
    """

    variables: Mapping[str, bool]
    backend: str | None = None
    backend_path: str | None = None
    backend_code: tuple[str, str] | None = None


def read_module(folder: Path) -> ModuleFiles:
    """Reads the module in a folder. Files that cannot be read are passed over: the engine says what is wrong."""
    variables: dict[str, bool] = {}
    backend: _Backend | None = None
    for file in sorted(folder.iterdir()):
        if file.name.endswith(tuple(f"{suffix}.json" for suffix in _SUFFIXES)):
            found = _read_json(file.read_bytes())
        elif file.name.endswith(_SUFFIXES):
            found = _read_hcl(file)
        else:
            continue
        variables.update(found[0])
        backend = found[1] or backend
    if backend is None:
        return ModuleFiles(variables)
    return ModuleFiles(variables, backend.type, backend.path, backend.code)


@dataclass(frozen=True, slots=True)
class _Backend:
    type: str
    path: str | None
    code: tuple[str, str]


_Found = tuple[dict[str, bool], _Backend | None]


def _read_hcl(file: Path) -> _Found:
    body = parse(file.read_bytes(), file.name).body
    variables = {block.labels[0]: _is_true(block, "sensitive") for block in body.blocks_of("variable") if block.labels}
    backend = None
    for block in (inner for outer in body.blocks_of("terraform") for inner in outer.body.blocks):
        code = ("backend.tf", f"terraform {{\n{block.source}\n}}\n")
        if block.type == "cloud":
            backend = _Backend("cloud", None, code)
        elif block.type == "backend" and block.labels:
            backend = _Backend(block.labels[0], _text(block, "path"), code)
    return variables, backend


def _is_true(block: Block, name: str) -> bool:
    return name in block.body.attributes and block.body.attributes[name].expression.source.strip() == "true"


def _text(block: Block, name: str) -> str | None:
    if name not in block.body.attributes:
        return None
    source = block.body.attributes[name].expression.source.strip()
    return source[1:-1] if source.startswith('"') and source.endswith('"') else None


def _read_json(content: bytes) -> _Found:
    try:
        data = json.loads(content)
    except ValueError:
        return {}, None
    variables = {
        name: bool(settings.get("sensitive"))
        for block in _blocks(data, "variable")
        for name, settings in block.items()
        if isinstance(settings, dict)
    }
    return variables, _json_backend(data)


def _json_backend(data: Any) -> _Backend | None:
    for block in _blocks(data, "terraform"):
        kept = {name: block[name] for name in ("backend", "cloud") if name in block}
        code = ("backend.tf.json", json.dumps({"terraform": kept}))
        for name, settings in ((name, inner[name]) for inner in _blocks(block, "backend") for name in inner):
            path = settings.get("path") if isinstance(settings, dict) else None
            return _Backend(name, path, code)
        if "cloud" in block:
            return _Backend("cloud", None, code)
    return None


def _blocks(data: Any, name: str) -> Iterator[dict[str, Any]]:
    """In JSON a block is an object, or a list of them."""
    found = data.get(name) if isinstance(data, dict) else None
    for block in found if isinstance(found, list) else [found]:
        if isinstance(block, dict):
            yield block


def local_modules(root: Path, folder: str) -> frozenset[str]:
    """The folders of the repository at `root` that hold the modules which the one in `folder` refers to by a path, and
    those that they refer to. Paths are relative to the root.
    """
    found: set[str] = set()
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        for source in _local_sources(root / here):
            there = posixpath.normpath(posixpath.join(here, source))
            if not there.startswith("..") and there not in found and (root / there).is_dir():
                found.add(there)
                waiting.append(there)
    return frozenset(found)


def _local_sources(folder: Path) -> Iterator[str]:
    for file in sorted(folder.iterdir()):
        if file.name.endswith(_SUFFIXES):
            for block in parse(file.read_bytes(), file.name).body.blocks_of("module"):
                source = _text(block, "source")
                if source and source.startswith(("./", "../")):
                    yield source

"""What the Terraform files of a module declare, so far as preparing a unit needs to know."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from towpath.engines.terraform.environment import secret_texts
from towpath.hcl.evaluate import evaluate
from towpath.hcl.forms import from_json
from towpath.hcl.parse import parse
from towpath.hcl.scope import Scope
from towpath.hcl.syntax import Block, Literal
from towpath.hcl.values import Value
from towpath.problems import ProblemError

__all__ = ["DeclaredBackend", "ModuleFiles", "files_of", "local_modules", "read_module"]

_SUFFIXES = (".tf", ".tofu")
_JSON_SUFFIXES = (".tf.json", ".tofu.json")


@dataclass(frozen=True, slots=True)
class DeclaredBackend:
    """A backend that a module's own code declares. `type` is `cloud` for HCP Terraform; `settings` is None when they
    are not all written as literals; `code` is a file (name and content) that declares it and nothing else.
    """

    type: str
    settings: Mapping[str, Any] | None = field(repr=False)
    code: tuple[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ModuleFiles:
    """`variables` maps each declared variable to whether it is sensitive; `verbatim` are those that take a text of the
    environment as it is: the engine reads all others as expressions. `secrets` are the texts in the defaults of
    sensitive variables.
    """

    variables: Mapping[str, bool]
    verbatim: frozenset[str] = frozenset()
    backend: DeclaredBackend | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def backend_type(self) -> str | None:
        return self.backend.type if self.backend else None

    @property
    def backend_path(self) -> str | None:
        """Where a declared local backend keeps its state."""
        path = (self.backend.settings or {}).get("path") if self.backend else None
        return path if isinstance(path, str) else None


def files_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a folder in which modules are written, by name."""
    for file in sorted(folder.iterdir()):
        if file.name.endswith((*_SUFFIXES, *_JSON_SUFFIXES)) and file.is_file():
            yield file.name, file.read_bytes()


def read_module(files: Iterable[tuple[str, bytes]]) -> ModuleFiles:
    """What the files (name, content) declare together. What is wrong with one of them, the engine says better."""
    variables: dict[str, _Variable] = {}
    backend: DeclaredBackend | None = None
    for name, content in files:
        if name.endswith(_JSON_SUFFIXES):
            found, declared = _read_json(content)
        elif name.endswith(_SUFFIXES):
            found, declared = _read_hcl(name, content)
        else:
            continue
        variables.update(found)
        backend = declared or backend
    verbatim = frozenset(name for name, variable in variables.items() if variable.type in _VERBATIM)
    secrets = tuple(text for variable in variables.values() for text in variable.secrets)
    return ModuleFiles({name: variable.sensitive for name, variable in variables.items()}, verbatim, backend, secrets)


_VERBATIM = frozenset((None, "string", "number", "bool"))


@dataclass(frozen=True, slots=True)
class _Variable:
    """`type` is the text of its type; None: it has none. `secrets` are what its default holds, if it is sensitive."""

    sensitive: bool
    type: str | None
    secrets: tuple[str, ...] = field(default=(), repr=False)


_Found = tuple[dict[str, _Variable], DeclaredBackend | None]


def _read_hcl(name: str, content: bytes) -> _Found:
    body = parse(content, name).body
    variables = {
        block.labels[0]: _Variable(
            _is_sensitive(block), _type(block), _secrets_in(block) if _is_sensitive(block) else ()
        )
        for block in body.blocks_of("variable")
        if block.labels
    }
    backend = None
    for block in (inner for outer in body.blocks_of("terraform") for inner in outer.body.blocks):
        code = ("backend.tf", f"terraform {{\n{block.source}\n}}\n")
        if block.type == "cloud":
            backend = DeclaredBackend("cloud", None, code)
        elif block.type == "backend" and block.labels:
            backend = DeclaredBackend(block.labels[0], _settings(block), code)
    return variables, backend


def _is_sensitive(block: Block) -> bool:
    return _literals(block).get("sensitive") is True


def _secrets_in(block: Block) -> tuple[str, ...]:
    """What is written as the default, and nothing else: no variable or function has a value here."""
    default = block.body.attributes.get("default")
    try:
        return _texts(evaluate(default.expression, Scope())) if default else ()
    except ProblemError:
        return ()


def _texts(default: Value) -> tuple[str, ...]:
    return tuple(secret_texts(default, secret=True))


def _type(block: Block) -> str | None:
    declared = block.body.attributes.get("type")
    return declared.expression.source.strip().strip('"') if declared else None


def _literals(block: Block) -> dict[str, Any]:
    return {
        name: attribute.expression.value
        for name, attribute in block.body.attributes.items()
        if isinstance(attribute.expression, Literal)
    }


def _settings(block: Block) -> Mapping[str, Any] | None:
    found = _literals(block)
    return found if len(found) == len(block.body.attributes) and not block.body.blocks else None


def _read_json(content: bytes) -> _Found:
    try:
        data = json.loads(content, parse_float=Decimal)
    except ValueError:
        return {}, None
    variables = {
        name: _Variable(
            bool(settings.get("sensitive")),
            settings.get("type"),
            _texts(from_json(settings.get("default"))) if settings.get("sensitive") else (),
        )
        for block in _blocks(data, "variable")
        for name, settings in block.items()
        if isinstance(settings, dict)
    }
    return variables, _json_backend(data)


def _json_backend(data: Any) -> DeclaredBackend | None:
    for block in _blocks(data, "terraform"):
        kept = {name: block[name] for name in ("backend", "cloud") if name in block}
        code = ("backend.tf.json", json.dumps({"terraform": kept}))
        for name, settings in ((name, inner[name]) for inner in _blocks(block, "backend") for name in inner):
            return DeclaredBackend(name, settings if isinstance(settings, dict) else None, code)
        if "cloud" in block:
            return DeclaredBackend("cloud", None, code)
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
    for name, content in files_of(folder):
        if name.endswith(_SUFFIXES):
            for block in parse(content, name).body.blocks_of("module"):
                source = _literals(block).get("source")
                if isinstance(source, str) and source.startswith(("./", "../")):
                    yield source

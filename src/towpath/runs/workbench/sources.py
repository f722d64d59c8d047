"""Fetches modules that are not in the repository, through the engine's own installer.

A source that is pinned (a version, a commit, a tag) is fetched once and kept; any other is fetched once per run.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from towpath.engines.terraform.engine import Console, TerraformEngine, Workspace
from towpath.engines.terraform.source import RemoteSource
from towpath.problems import Problem, ProblemError
from towpath.runs.workbench.tools import InterruptedWorkError

__all__ = ["FetchedSource", "SourceRequest", "fetch_source"]

_MODULE = "source"


@dataclass(frozen=True, slots=True)
class FetchedSource:
    """`package` is the whole of what was fetched, `below` the module's folder in it."""

    package: Path
    below: str


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """`workspace` lends its environment and secrets; its folder is not used. `cache` is where fetched sources are."""

    source: RemoteSource
    cache: Path
    run: str
    workspace: Workspace


def fetch_source(request: SourceRequest, engine: TerraformEngine, console: Console) -> FetchedSource:
    """Raises `ProblemError` (`source-not-fetched`) or `InterruptedWorkError`."""
    source = request.source
    identity = json.dumps([source.address, source.version, None if source.pinned else request.run])
    place = request.cache / hashlib.sha256(identity.encode()).hexdigest()[:24]
    if not place.is_dir():
        request.cache.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=".fetching-", dir=request.cache))
        try:
            _fetch(request, partial, engine, console)
            _move_into_place(partial, place)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return _found(place)


def _fetch(request: SourceRequest, folder: Path, engine: TerraformEngine, console: Console) -> None:
    version = {"version": request.source.version} if request.source.version else {}
    module = {"module": {_MODULE: {"source": request.source.address, **version}}}
    (folder / "main.tf.json").write_text(json.dumps(module), encoding="utf-8")
    workspace = Workspace(folder, request.workspace.environment, request.workspace.secrets)
    done = engine.get(workspace, console)
    if done.interrupted:
        raise InterruptedWorkError
    if done.problem:
        summary = "A module cannot be fetched"
        raise ProblemError(Problem("source-not-fetched", summary, done.problem.detail, hint=done.problem.hint))


def _move_into_place(partial: Path, place: Path) -> None:
    try:
        os.rename(partial, place)
    except OSError:
        # Another process fetched the same source meanwhile.
        if not place.is_dir():
            raise


def _found(place: Path) -> FetchedSource:
    listing = json.loads((place / ".terraform" / "modules" / "modules.json").read_bytes())
    folder = next(str(module["Dir"]) for module in listing["Modules"] if module["Key"] == _MODULE)
    package = f".terraform/modules/{_MODULE}"
    return FetchedSource(place / package, folder.removeprefix(package).strip("/"))

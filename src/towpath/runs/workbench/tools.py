"""What the workbench works with. `service` puts it together."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from towpath.engines.terraform.binary import EngineBinary, EngineChoice
from towpath.git import Tree
from towpath.model.commands import Runner
from towpath.model.paths import UnitPath
from towpath.model.work import PlanFiles
from towpath.system.aws import Aws
from towpath.system.clock import Clock
from towpath.system.ids import Ids
from towpath.system.processes import Processes

__all__ = ["Commits", "InterruptedWorkError", "Tools", "links_folder", "unit_folder_name", "working_folder"]


class Commits(Protocol):
    """The repository. `folder` is where it stands on this machine; local state paths inside of it are kept there."""

    @property
    def folder(self) -> Path: ...

    def tree(self, commit: str) -> Tree: ...


@dataclass(frozen=True, slots=True)
class Tools:
    """`state` is Towpath's own folder (`checkouts`, `work`, `sources` and the caches of providers are made in it);
    `environment` is that of this process; `find_engine` may be replaced in tests.
    """

    commits: Commits
    state: Path
    environment: Mapping[str, str] = field(repr=False)
    processes: Processes
    runner: Runner
    aws: Aws
    plan_files: PlanFiles
    find_engine: Callable[[EngineChoice, Processes], EngineBinary]
    clock: Clock
    ids: Ids
    output_key: bytes = field(default=b"", repr=False)
    """What digests of outputs are keyed with: that of a short secret would otherwise give it away."""
    questions: Processes | None = None
    """What engines are asked for their versions with, where that is not `processes`."""

    @property
    def asking(self) -> Processes:
        return self.questions or self.processes


class InterruptedWorkError(Exception):
    """Towpath was asked to stop, and work on the unit ended before it was done."""


def working_folder(state: Path, run: str, unit: UnitPath) -> Path:
    """Where a run works on a unit; the same for its plan and its apply."""
    return state / "work" / run / unit_folder_name(unit)


def links_folder(state: Path, run: str) -> Path:
    """Where a run keeps links that its working folders share. No unit's folder has this name."""
    return state / "work" / run / "links"


def unit_folder_name(unit: str) -> str:
    """A unit's path as the name of one folder: short, and different for different units."""
    # File systems count bytes: a letter may have four.
    readable = unit.replace("/", "--").encode(errors="surrogateescape")[-80:].decode(errors="ignore")
    digest = hashlib.sha256(unit.encode(errors="surrogateescape")).hexdigest()
    return f"{readable}-{digest[:8]}"

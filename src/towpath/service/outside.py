"""Where somebody stands, and the doors to everything around them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from towpath.system import Clock, Environment, Ids, Processes
from towpath.system.workers import InThisProcess, Workers

__all__ = ["Outside"]


@dataclass(frozen=True, slots=True)
class Outside:
    """The doors to the outside, and where somebody stands; `state` is what they asked for with `--state`."""

    folder: Path
    state: Path | None
    processes: Processes
    environment: Environment
    clock: Clock
    ids: Ids
    workers: Workers = field(default_factory=InThisProcess)

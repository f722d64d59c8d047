"""What each engine can do for one unit that is ready in its workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from towpath.engines.terraform.attempts import Console, Done
from towpath.engines.terraform.binary import EngineBinary
from towpath.engines.terraform.engine import Workspace

__all__ = ["Engine"]


class Engine(Protocol):
    """Plans, applies, and answers what only it knows.

    Laws: whatever fails is told by the `Done`; nothing is raised but `ProblemError`, for a command that cannot be
    started. `apply` applies exactly what lies at `plan_file`. Hooks run once for each attempt.
    """

    @property
    def binary(self) -> EngineBinary:
        """Whose plan files these are."""
        ...

    def plan_file(self, workspace: Workspace) -> Path: ...

    def folder(self, workspace: Workspace) -> Path | None:
        """Where it runs for the unit; None while only the engine could tell, and has not run yet."""
        ...

    def init(self, workspace: Workspace, console: Console) -> Done: ...

    def plan(self, workspace: Workspace, console: Console, *, destroy: bool) -> Done: ...

    def show(self, workspace: Workspace, console: Console) -> Done:
        """The saved plan as JSON, in `stdout`."""
        ...

    def apply(self, workspace: Workspace, console: Console, *, destroy: bool) -> Done: ...

    def outputs(self, workspace: Workspace, console: Console) -> Done:
        """`output -json`, in `stdout`."""
        ...

    def pull(self, workspace: Workspace, console: Console) -> Done:
        """The state itself, in `stdout`; empty when there is none."""
        ...

"""What comes before the engine's first command, as far as a unit has hooks for it.

1. `after_reading`: the configuration is read; hooks log in somewhere, say.
2. `fetching`: the module is fetched. Hooks before it, after it, and on its errors.

The hooks run in the unit's own folder, before its files are taken to where the engine runs: what they write there is
taken along. Source of the order: Terragrunt's hooks `read-config` and `init-from-module`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from towpath.engines.terraform.engine import Console, Done, TerraformEngine, Workspace
from towpath.problems import ProblemError
from towpath.runs.workbench.tools import InterruptedWorkError

__all__ = ["Phases"]


@dataclass(frozen=True, slots=True)
class Phases:
    """`workspace` is in the unit's own folder; without a configuration it has no hooks."""

    engine: TerraformEngine
    workspace: Workspace
    console: Console

    def after_reading(self) -> None:
        """Raises `ProblemError` (`hook-failed`) or `InterruptedWorkError`."""
        _must_be_well(self.engine.after_reading(self.workspace, self.console))

    def fetching(self, work: Callable[[], Path]) -> Path:
        """What the work gives. Raises what the work raises, and as above."""
        given: list[Path] = []
        raised: list[ProblemError] = []

        def step() -> Done:
            try:
                given.append(work())
            except ProblemError as error:
                raised.append(error)
                return Done(problem=error.problems[0])
            return Done()

        done = self.engine.phase(self.workspace, self.console, "init-from-module", step)
        if raised:
            raise raised[0]
        _must_be_well(done)
        return given[0]


def _must_be_well(done: Done) -> None:
    if done.interrupted:
        raise InterruptedWorkError
    if done.problem:
        raise ProblemError(done.problem)

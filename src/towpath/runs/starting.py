"""How a run begins."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from towpath.model.runs import Commit, Run, RunKind, RunSettings, RunStatus, Snapshot
from towpath.planning import Walk
from towpath.runs.making import unit_runs

__all__ = ["RunRequest", "new_run"]


@dataclass(frozen=True, slots=True)
class RunRequest:
    """A run that is asked for: its walk, what it is for, who wrote it, and what it brings. `branch` and `plan_only` are
    those of `Run`; `instead_of` is the run of the same branch that it replaces."""

    walk: Walk
    kind: RunKind
    author: str
    commits: tuple[Commit, ...] = ()
    settings: RunSettings = field(default_factory=RunSettings)
    branch: str | None = None
    plan_only: bool = False
    instead_of: str | None = None


def new_run(request: RunRequest, id_: str, now: datetime.datetime) -> Snapshot:
    """The rows of a run that goes on when it is driven."""
    walk = request.walk
    run = Run(
        id=id_,
        kind=request.kind,
        status=RunStatus.RUNNING,
        author=request.author,
        base=walk.base,
        head=walk.head,
        created_at=now,
        settings=request.settings,
        commits=request.commits,
        gates=walk.gates,
        holds=walk.holds,
        problems=walk.problems,
        branch=request.branch,
        plan_only=request.plan_only,
    )
    return Snapshot(run, {unit.unit: unit for unit in unit_runs(run, walk)})

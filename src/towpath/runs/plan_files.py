"""Plan files that are of no more use."""

from __future__ import annotations

from towpath.stores import State

__all__ = ["forget_plan_files"]


def forget_plan_files(state: State, run: str) -> None:
    """Deletes those of a run that has ended: they hold secrets."""
    for attempt in state.runs.attempts(run):
        if attempt.summary is not None:
            state.plans.delete(attempt.summary.digest)

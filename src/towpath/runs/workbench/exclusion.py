"""Whether a unit excludes itself, asked again now that everything can be known.

What detection knew has been left out of the run. A condition that looks at the clock or at a variable may hold all the
same: then the unit fails, and nothing is done to it.
"""

from __future__ import annotations

from towpath.changes.eligibility import excludes_itself
from towpath.live.evaluated import Outline
from towpath.model.changes import Action
from towpath.problems import Problem, ProblemError
from towpath.runs.workbench.evaluating import EvaluatedUnit

__all__ = ["must_not_be_excluded"]


def must_not_be_excluded(evaluated: EvaluatedUnit, action: Action) -> None:
    """Raises `ProblemError` (`unit-excluded-now`)."""
    config = evaluated.config
    if config is None or not excludes_itself(Outline.of(config), action):
        return
    detail = f"Now that it is known, the configuration of {evaluated.unit} leaves the unit out of this."
    hint = "Resume the run when the condition no longer holds, or change the condition."
    place = config.provenance.get("exclude.if") or config.provenance.get("skip")
    raise ProblemError(Problem("unit-excluded-now", "A unit excludes itself", detail, place, hint))

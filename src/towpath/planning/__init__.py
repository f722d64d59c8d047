"""From a change set to a walk: tiers, order, gates, holds; and comparing a plan with the approved one.

1. A unit that is applied belongs to its account's tier. In it, the unit waits for the nearest units of the walk among
   its dependencies: if A needs B, which does not differ, and B needs C, which does, A waits for C.
2. A unit that is destroyed waits for the nearest units of the walk that depended on it where they were applied last:
   they stop using it, or are destroyed too, and so destruction runs against the order of dependencies. It belongs to
   its account's tier, or to the last tier that stops using it.
3. Each tier has the gates that `towpath.yml` asks for of its environments. The walk has the holds that are known before
   planning; those that only a plan shows (it destroys data) come from `holds_for_plan`.
4. A plan made again is compared with the approved one: equal or smaller goes on, anything more asks again.

This package executes nothing and keeps nothing. What looks at plans (`compare`, `losses`) is imported from its module:
whoever only reads does without.
"""

from __future__ import annotations

from towpath.planning.back import walk_back
from towpath.planning.drift import plan_drift
from towpath.planning.gates import gate_of, gates_of
from towpath.planning.holds import holds_for_steps, holds_for_walk
from towpath.planning.order import Bases, levels_of, unorderable
from towpath.planning.plan import plan_walk
from towpath.planning.walk import Step, Tier, Walk

__all__ = [
    "Bases",
    "Step",
    "Tier",
    "Walk",
    "gate_of",
    "gates_of",
    "holds_for_steps",
    "holds_for_walk",
    "levels_of",
    "plan_drift",
    "plan_walk",
    "unorderable",
    "walk_back",
]

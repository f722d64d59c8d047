"""The walk of a roll-back run: units go back to what they were before another run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from towpath.changes import ChangesRequest, find_changes
from towpath.live import Live
from towpath.model.changes import Action
from towpath.model.paths import UnitPath
from towpath.planning.plan import plan_walk
from towpath.planning.walk import Step, Walk

__all__ = ["walk_back"]


def walk_back(now: Live, then: Live, former: Mapping[UnitPath, Live | None]) -> Walk:
    """The walk over the units of a run that went back.

    `then` is the live repository that the run applied, `former` the one that each of its units was applied from before;
    None where the unit was not there, so that going back destroys it. Gates, holds and protection are those of `now`.
    """
    units = dict(then.units)
    for path, live in former.items():
        if live is None or path not in live.units:
            units.pop(path, None)
        else:
            units[path] = live.units[path]
    as_before = replace(then, units=dict(sorted(units.items())), config=now.config, problems=())
    changes = find_changes(ChangesRequest(as_before, then))
    mine = tuple(unit for unit in changes.units if unit.path in former)
    followers = tuple(one for one in changes.may_follow if any(unit.path in one.upstreams for unit in mine))
    walk = plan_walk(replace(changes, units=mine, may_follow=followers), as_before, then)
    tiers = tuple(replace(tier, steps=tuple(_at(step, former) for step in tier.steps)) for tier in walk.tiers)
    return replace(walk, tiers=tiers)


def _at(step: Step, former: Mapping[UnitPath, Live | None]) -> Step:
    """What is applied is read where it stood; what is destroyed, where it stands."""
    live = former.get(step.unit)
    return replace(step, commit=live.commit) if step.action is Action.APPLY and live is not None else step

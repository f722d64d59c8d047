"""Holds that only a plan shows: it takes data away."""

from __future__ import annotations

from collections.abc import Iterable

from towpath.config import Globs
from towpath.model.gates import Hold, HoldKind
from towpath.model.plans import Plan, ResourceAction, ResourceChange

__all__ = ["holds_for_plan"]


def holds_for_plan(plan: Plan, data_types: Iterable[str]) -> tuple[Hold, ...]:
    """A hold for each resource of a data type that the plan destroys, replaces or forgets. `data_types` are names of
    resource types or patterns of them.
    """
    types = Globs(data_types)
    return tuple(
        Hold(HoldKind.DATA, _loss(resource), plan.binding.unit)
        for resource in plan.resources
        if (resource.action.is_destructive or resource.action is ResourceAction.FORGET) and types.fits(resource.type)
    )


def _loss(resource: ResourceChange) -> str:
    verb = {ResourceAction.REPLACE: "replaces", ResourceAction.FORGET: "lets go of"}.get(resource.action, "destroys")
    return f"The plan {verb} {resource.address}, which holds data."

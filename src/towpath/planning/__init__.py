"""From a change set to a walk: tiers, order, gates, holds; and comparing a plan with the approved one."""

from __future__ import annotations

from towpath.planning.walk import Step, Tier, Walk

__all__ = ["Step", "Tier", "Walk"]

"""The walk: what a run will do, tier by tier, as frozen values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from towpath.model.changes import Action, Held, Reason
from towpath.model.gates import GateSpec, Hold
from towpath.model.paths import UnitPath
from towpath.problems import Problem

__all__ = ["Step", "Tier", "Walk"]


@dataclass(frozen=True, slots=True)
class Step:
    """One unit's part of a walk.

    `tier` is the tier it is done in: its account's, or a later one for a removed unit that something there stops using.
    `waits_for` are the steps of the same tier that must be done before it; `may_wait_for` are units that may follow
    and must be done before it if they join. `reads_from` are all units whose outputs it reads, in the walk or not.
    `commit` is where the unit is read: the head, or the base commit for a removed one; `fingerprint` is the one there.
    A step with `held` is planned and shown, never applied; nothing waits for more of it than its plan.
    """

    unit: UnitPath
    account: str | None
    tier: int
    action: Action
    commit: str
    fingerprint: str
    waits_for: tuple[UnitPath, ...] = ()
    reads_from: tuple[UnitPath, ...] = ()
    may_wait_for: tuple[UnitPath, ...] = ()
    held: Held | None = None
    prevent_destroy: bool = False
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Tier:
    """The steps of the accounts of one `deploy_order`, sorted by unit.

    `levels` show the order: each level needs only levels before it. A run starts a step as soon as what it waits for is
    done, not level by level.
    """

    deploy_order: int
    accounts: tuple[str, ...]
    steps: tuple[Step, ...]
    levels: tuple[tuple[UnitPath, ...], ...]
    gates: tuple[GateSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class Walk:
    """What a run will do: its tiers in order.

    `may_follow` are the units that join when an output they read really changed (with `reasons` empty until then);
    `gates` are those of every environment in the walk, of units that may follow too.
    """

    base: str | None
    head: str
    tiers: tuple[Tier, ...] = ()
    may_follow: tuple[Step, ...] = ()
    holds: tuple[Hold, ...] = ()
    gates: tuple[GateSpec, ...] = ()
    problems: tuple[Problem, ...] = ()

    def steps(self) -> Iterator[Step]:
        """Every step, in the order of the tiers."""
        for tier in self.tiers:
            yield from tier.steps

    @property
    def is_empty(self) -> bool:
        return not self.tiers

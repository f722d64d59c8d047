"""From a change set to a walk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from towpath.changes import outputs_read
from towpath.live import Live, Unit
from towpath.model.changes import Action, AffectedUnit, ChangeSet, Held
from towpath.model.paths import UnitPath
from towpath.planning.gates import gates_of
from towpath.planning.holds import holds_for_walk
from towpath.planning.order import Bases, Ordering, levels_of, unorderable
from towpath.planning.walk import Step, Tier, Walk
from towpath.problems import Problem

__all__ = ["plan_walk"]


def plan_walk(changes: ChangeSet, head: Live, base: Bases) -> Walk:
    """The walk over the units of `changes` that a run acts on, in tiers and in order.

    `base` is the live repository the changes were found against, or gives the one of a base commit. Units that cannot
    be ordered, because they wait for each other, are left out and reported.
    """
    acting = {unit.path: unit for unit in changes.units if unit.action is not Action.NONE}
    ordering = Ordering(head, base, acting)
    before = {path: ordering.before(path)[0] for path in acting}
    stuck = unorderable(before)
    follows = frozenset(follower.path for follower in changes.may_follow)
    steps = [_step(acting[path], ordering, follows) for path in sorted(acting) if path not in stuck]
    followers = tuple(_follower(path, ordering, follows) for path in sorted(follows))
    walk = Walk(
        base=changes.base,
        head=changes.head,
        tiers=_tiers(steps, head),
        may_follow=followers,
        gates=gates_of([*steps, *followers], head.config),
        problems=(*changes.problems, *_problems(stuck, before)),
    )
    return replace(walk, holds=holds_for_walk(walk, head.config))


def _step(affected: AffectedUnit, ordering: Ordering, follows: AbstractSet[UnitPath]) -> Step:
    unit = ordering.unit(affected.path)
    destroyed = affected.action is Action.DESTROY
    step = _of_unit(unit, ordering, follows)
    return replace(
        step,
        account=affected.account,
        action=affected.action,
        commit=(affected.base_commit or ordering.head.commit) if destroyed else ordering.head.commit,
        may_wait_for=() if destroyed else step.may_wait_for,
        held=affected.held,
        reasons=affected.reasons,
    )


def _follower(path: UnitPath, ordering: Ordering, follows: AbstractSet[UnitPath]) -> Step:
    unit = ordering.head.units[path]
    return replace(_of_unit(unit, ordering, follows), held=Held.PROTECTED if unit.protected else None)


def _of_unit(unit: Unit, ordering: Ordering, follows: AbstractSet[UnitPath]) -> Step:
    tier = ordering.tier(unit.path)
    before, between = ordering.before(unit.path)
    return Step(
        unit=unit.path,
        account=unit.account.name if unit.account else None,
        tier=tier,
        action=Action.APPLY,
        commit=ordering.head.commit,
        fingerprint=unit.fingerprint,
        waits_for=_same_tier(before, tier, ordering),
        may_wait_for=_same_tier(between & follows, tier, ordering),
        reads_from=outputs_read(unit),
        prevent_destroy=unit.outline is not None and unit.outline.prevent_destroy,
    )


def _same_tier(paths: Iterable[UnitPath], tier: int, ordering: Ordering) -> tuple[UnitPath, ...]:
    return tuple(sorted(path for path in paths if ordering.tier(path) == tier))


def _tiers(steps: Iterable[Step], head: Live) -> tuple[Tier, ...]:
    by_order: dict[int, list[Step]] = {}
    for step in steps:
        by_order.setdefault(step.tier, []).append(step)
    return tuple(
        Tier(
            deploy_order=order,
            accounts=tuple(sorted({step.account for step in members if step.account is not None})),
            steps=tuple(members),
            levels=levels_of({step.unit: set(step.waits_for) for step in members}),
            gates=gates_of(members, head.config),
        )
        for order, members in sorted(by_order.items())
    )


def _problems(stuck: AbstractSet[UnitPath], before: Mapping[UnitPath, AbstractSet[UnitPath]]) -> Iterable[Problem]:
    for path in sorted(stuck):
        waits = ", ".join(sorted(before[path] & stuck))
        yield Problem(
            "unit-cannot-be-ordered",
            "Units wait for each other",
            f"{path} waits for {waits}, which in the end wait for each other. None of them is part of the walk.",
            hint="Break the cycle of dependencies.",
            unit=path,
        )

"""Holds that are known before anything is planned: a run waits for a person although no gate asks for it."""

from __future__ import annotations

from collections.abc import Iterable

from towpath.config import TowpathConfig
from towpath.model.changes import Held
from towpath.model.gates import Hold, HoldKind
from towpath.planning.walk import Step, Walk

__all__ = ["holds_for_steps", "holds_for_walk"]


def holds_for_walk(walk: Walk, config: TowpathConfig) -> tuple[Hold, ...]:
    """The holds that are known before anything is planned: too many units, too many accounts, protected units."""
    return holds_for_steps(walk.steps(), config)


def holds_for_steps(steps: Iterable[Step], config: TowpathConfig) -> tuple[Hold, ...]:
    """The same for these steps: what a run has become when units have joined it."""
    every = tuple(steps)
    touched = [step for step in every if step.held is None]
    accounts = {step.account for step in touched if step.account is not None}
    holds = [
        *_above(HoldKind.UNITS, len(touched), config.hold_above.units),
        *_above(HoldKind.ACCOUNTS, len(accounts), config.hold_above.accounts),
    ]
    holds.extend(
        Hold(HoldKind.PROTECTED, "The unit is protected: it is planned and shown, and applied by hand.", step.unit)
        for step in every
        if step.held is Held.PROTECTED
    )
    return tuple(holds)


def _above(kind: HoldKind, count: int, limit: int | None) -> Iterable[Hold]:
    if limit is not None and count > limit:
        yield Hold(kind, f"The run touches {count} {kind.value}, more than the {limit} that `hold_above` lets through.")

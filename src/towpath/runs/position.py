"""Questions to a snapshot: what is part of the run, what waits for what, what is ready."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import cached_property

from towpath.model.changes import Action
from towpath.model.gates import OUTSIDE_ENVIRONMENT
from towpath.model.paths import UnitPath
from towpath.model.plans import Exactness
from towpath.model.runs import GateStatus, Snapshot, UnitRun, UnitStatus
from towpath.runs.calendar import ALWAYS, Calendar, Freeze

__all__ = ["Position", "digest_of", "environment_of"]


def environment_of(unit: UnitRun) -> str:
    """The environment whose gate the unit passes."""
    return unit.account or OUTSIDE_ENVIRONMENT


def digest_of(unit: UnitRun) -> str | None:
    """Of the unit's latest plan, None when it has none that is up to date."""
    return unit.plan.digest if unit.plan is not None and not unit.must_replan else None


class Position:
    """One snapshot at one moment, and what follows from it. Nothing here changes anything."""

    def __init__(self, snapshot: Snapshot, now: datetime.datetime, calendar: Calendar = ALWAYS) -> None:
        self.snapshot = snapshot
        self.now = now
        self._calendar = calendar
        self.run = snapshot.run
        self.units = snapshot.units
        self._resolved: dict[UnitPath, bool] = {}

    @cached_property
    def members(self) -> Sequence[UnitRun]:
        """The units that are part of the run, sorted by path."""
        return [unit for unit in self.units.values() if unit.joined]

    @cached_property
    def busy(self) -> frozenset[UnitPath]:
        """Units with an attempt that is queued or running."""
        return frozenset(a.unit for a in self.snapshot.attempts.values() if a.status.is_active)

    @cached_property
    def failed(self) -> Sequence[UnitRun]:
        return [unit for unit in self.members if unit.status is UnitStatus.FAILED]

    @property
    def free_slots(self) -> int:
        """How many more attempts may begin."""
        return max(0, self.run.settings.parallelism - len(self.busy))

    def freeze_of(self, unit: UnitRun) -> Freeze | None:
        """What keeps the unit from being applied now, unless somebody said that the run goes on all the same."""
        if self.run.thawed_by is not None:
            return None
        return self._calendar.freeze_of(environment_of(unit), self.now)

    def is_resolved(self, path: UnitPath) -> bool:
        """Whether the unit is as it will be when the run is over: it is done, or not part of the run and cannot become
        so. A held unit is, once a person has seen its plan and let the run go on.
        """
        if path not in self._resolved:
            # A unit never waits for itself: should rows say so all the same, it is not resolved rather than endless.
            self._resolved[path] = False
            self._resolved[path] = self._look_resolved(path)
        return self._resolved[path]

    def _look_resolved(self, path: UnitPath) -> bool:
        unit = self.units.get(path)
        if unit is None:
            return True
        if unit.joined:
            return unit.status.is_done and not (self._has_work and self._is_unseen(unit))
        return all(self.is_resolved(upstream) for upstream in unit.reads_from)

    def pending_for(self, unit: UnitRun) -> tuple[UnitPath, ...]:
        """The upstreams whose outputs this run may still change."""
        return tuple(path for path in unit.reads_from if self._may_change(path))

    def _may_change(self, path: UnitPath) -> bool:
        unit = self.units.get(path)
        return unit is not None and unit.action is not Action.DESTROY and not self.is_resolved(path)

    def waits(self, unit: UnitRun) -> bool:
        """Whether something must be done before the unit may be applied."""
        before = (*unit.waits_for, *unit.may_wait_for, *self.pending_for(unit))
        return not all(self.is_resolved(path) for path in before)

    def wants_plan(self, unit: UnitRun) -> bool:
        """Whether the unit has no plan that can be relied on, as things stand."""
        if unit.status not in (UnitStatus.PENDING, UnitStatus.PLANNED) or unit.unit in self.busy:
            return False
        return unit.plan is None or unit.must_replan or (not self.waits(unit) and self._is_outdated(unit))

    def _is_outdated(self, unit: UnitRun) -> bool:
        """The plan was made before its upstreams were done, and they turned out otherwise than it assumed."""
        if unit.plan is None or not unit.plan.pending:
            return False
        if unit.plan.exactness is Exactness.PROVISIONAL:
            return True
        return any(self.units[path].changed_outputs for path in unit.plan.pending if path in self.units)

    def may_start(self, unit: UnitRun) -> bool:
        """Not worked on at this moment, and not waiting for a state lock."""
        return unit.unit not in self.busy and (unit.retry_at is None or unit.retry_at <= self.now)

    def is_ready(self, unit: UnitRun) -> bool:
        """Its plan is exact, up to date and cleared, and nothing must be done before it."""
        return (
            unit.status is UnitStatus.PLANNED
            and unit.held is None
            and unit.is_cleared
            and unit.unit not in self.busy
            and not self.wants_plan(unit)
            and not self.waits(unit)
        )

    def said_yes(self, unit: UnitRun, environment: str | None) -> bool:
        """Whether a gate of this environment (None: a hold) was passed for the unit's latest plan."""
        return any(
            gate.status is GateStatus.PASSED
            and gate.environment == environment
            and gate.covers.get(unit.unit) is not None
            and gate.covers[unit.unit] == digest_of(unit)
            for gate in self.snapshot.gates.values()
        )

    @cached_property
    def tier(self) -> int | None:
        """The tier whose turn it is: the first that is not done with."""
        tiers = sorted({unit.tier for unit in self.units.values()})
        return next((tier for tier in tiers if not self._is_done_with(tier)), None)

    def _is_done_with(self, tier: int) -> bool:
        return all(self.is_resolved(unit.unit) for unit in self.units.values() if unit.tier == tier)

    def unseen_held(self, tier: int) -> Sequence[UnitRun]:
        """Held units that change something, of which nobody said yet that the run may go on without them. When nothing
        else is left to apply there is nothing to ask.
        """
        return [unit for unit in self.in_tier(tier) if self._is_unseen(unit)] if self._has_work else []

    def _is_unseen(self, unit: UnitRun) -> bool:
        changes = unit.plan is not None and not unit.plan.changes_nothing
        return unit.status is UnitStatus.HELD and changes and not self.said_yes(unit, None)

    @cached_property
    def _has_work(self) -> bool:
        return any(unit.held is None and not unit.status.is_terminal for unit in self.members)

    def in_tier(self, tier: int) -> Sequence[UnitRun]:
        return [unit for unit in self.members if unit.tier == tier]

    def dependents_of_failed(self) -> Sequence[tuple[UnitRun, UnitPath]]:
        """Units that cannot be done because one they wait for failed, each with that one; not those at work."""
        lost = {unit.unit: unit.unit for unit in self.failed}
        found: list[tuple[UnitRun, UnitPath]] = []
        more = True
        while more:
            more = False
            for unit in self.members:
                cause = next((lost[path] for path in (*unit.waits_for, *unit.may_wait_for) if path in lost), None)
                if cause is not None and unit.unit not in lost and not unit.status.is_done:
                    lost[unit.unit] = cause
                    more = True
                    if unit.status is not UnitStatus.SKIPPED and unit.unit not in self.busy:
                        found.append((unit, cause))
        return found

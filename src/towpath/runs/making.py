"""Making the rows of a run: from a walk, for applying what was planned, for going on after a failure."""

from __future__ import annotations

from dataclasses import replace

from towpath.config import TowpathConfig
from towpath.model.runs import Run, RunSettings, UnitRun, UnitStatus
from towpath.planning import Step, Walk

__all__ = ["once_more", "settings_of", "to_be_applied", "unit_runs"]


def settings_of(config: TowpathConfig) -> RunSettings:
    """What a run keeps of `towpath.yml`."""
    return RunSettings(
        parallelism=config.parallelism,
        lock_timeout=config.lock_timeout,
        data_types=config.data_types,
        hold_above_units=config.hold_above.units,
        hold_above_accounts=config.hold_above.accounts,
    )


def unit_runs(run: Run, walk: Walk) -> tuple[UnitRun, ...]:
    """The units of the walk, and those that may follow, as parts of the run, sorted by path."""
    units = [_unit(run, step) for step in walk.steps()]
    units.extend(_unit(run, step, follows=True) for step in walk.may_follow)
    return tuple(sorted(units, key=lambda unit: unit.unit))


def _unit(run: Run, step: Step, *, follows: bool = False) -> UnitRun:
    return UnitRun(
        run=run.id,
        unit=step.unit,
        account=step.account,
        tier=step.tier,
        action=step.action,
        commit=step.commit,
        fingerprint=step.fingerprint,
        waits_for=step.waits_for,
        reads_from=step.reads_from,
        may_wait_for=step.may_wait_for,
        held=step.held,
        prevent_destroy=step.prevent_destroy,
        reasons=step.reasons,
        follows=follows,
        joined=not follows,
    )


def to_be_applied(unit: UnitRun) -> UnitRun:
    """A unit found unchanged by a plan run is looked at again when its turn comes: what it reads may change first."""
    status = UnitStatus.PLANNED if unit.status is UnitStatus.UNCHANGED else unit.status
    return replace(unit, status=status, shown=unit.plan)


def once_more(unit: UnitRun) -> UnitRun:
    """What failed or was skipped is tried again when the run is resumed; its plan is made anew."""
    if unit.status is UnitStatus.FAILED:
        return replace(
            unit, status=UnitStatus.PENDING, problems=(), reason=None, must_replan=True, replans=0, retry_at=None
        )
    if unit.status is UnitStatus.SKIPPED:
        return replace(unit, status=UnitStatus.PENDING, reason=None, must_replan=unit.plan is not None)
    return unit

"""A walk over units as they were applied, to see whether they still are so."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from towpath.live import Live, Unit
from towpath.model.changes import Action
from towpath.model.ledger import LedgerEntry
from towpath.model.paths import UnitPath
from towpath.planning.order import levels_of
from towpath.planning.walk import Step, Tier, Walk
from towpath.problems import Problem, ProblemError, Severity

__all__ = ["plan_drift"]


def plan_drift(
    ledger: Mapping[UnitPath, LedgerEntry],
    live_at: Callable[[str], Live],
    wanted: Callable[[UnitPath, str | None], bool],
    head: str,
) -> Walk:
    """Each unit of the ledger that is `wanted` (by its path and its account's name), at the commit that it was applied
    from. `live_at` gives the live repository at a commit, and raises `ProblemError` for one that is no longer there;
    such units are left out and told. `head` is the commit from which somebody asks.

    Nothing will be applied, so that no unit waits for another one, and outputs are those that there are.
    """
    steps: dict[int, list[Step]] = {}
    problems: list[Problem] = []
    lives: dict[str, Live | None] = {}
    for path, entry in ledger.items():
        if entry.commit not in lives:
            lives[entry.commit] = _live(live_at, entry.commit)
        live = lives[entry.commit]
        unit = live.units.get(path) if live is not None else None
        if unit is None:
            problems.append(_lost(entry))
        elif wanted(path, unit.account.name if unit.account else None):
            steps.setdefault(unit.tier, []).append(_step(unit, entry))
    return Walk(None, head, tuple(_tiers(steps)), problems=tuple(problems))


def _live(live_at: Callable[[str], Live], commit: str) -> Live | None:
    try:
        return live_at(commit)
    except ProblemError:
        return None


def _step(unit: Unit, entry: LedgerEntry) -> Step:
    return Step(
        unit=unit.path,
        account=unit.account.name if unit.account else None,
        tier=unit.tier,
        action=Action.APPLY,
        commit=entry.commit,
        fingerprint=entry.fingerprint,
    )


def _tiers(steps: Mapping[int, Collection[Step]]) -> Iterator[Tier]:
    for order, members in sorted(steps.items()):
        accounts = tuple(sorted({step.account for step in members if step.account is not None}))
        by_path = tuple(sorted(members, key=lambda step: step.unit))
        yield Tier(order, accounts, by_path, levels_of({step.unit: set() for step in by_path}))


def _lost(entry: LedgerEntry) -> Problem:
    return Problem(
        "drift-not-comparable",
        "A unit cannot be compared with what it was applied from",
        f"{entry.unit} was last applied from {entry.commit[:12]}, where it can no longer be read.",
        hint="Apply it again; the next comparison is with that.",
        unit=entry.unit,
        severity=Severity.WARNING,
    )

"""What somebody asks for, turned into a change set: named units, what differs from a commit, or from the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from towpath.live import Live, Unit
from towpath.model.changes import Action, AffectedUnit, Change, ChangeSet, Held
from towpath.model.paths import UnitPath
from towpath.problems import Problem

__all__ = ["narrowed", "to_destroy"]


def narrowed(changes: ChangeSet, head: Live, units: Sequence[UnitPath]) -> ChangeSet:
    """Only the named units: with their reasons where they are affected, without any where they are asked for all the
    same."""
    affected = {unit.path: unit for unit in changes.units}
    chosen = [affected.get(path) or _asked_for(head.units[path]) for path in sorted(set(units))]
    return ChangeSet(changes.base, changes.head, tuple(chosen), (), _problems_of(changes.problems, units))


def _asked_for(unit: Unit) -> AffectedUnit:
    return AffectedUnit(
        path=unit.path,
        account=unit.account.name if unit.account else None,
        change=Change.MODIFIED,
        action=Action.NONE if unit.config is None else Action.APPLY,
        reasons=(),
        held=Held.PROTECTED if unit.protected else None,
    )


def _problems_of(problems: Iterable[Problem], units: Sequence[UnitPath]) -> tuple[Problem, ...]:
    """Those of the named units, and those of no unit."""
    return tuple(problem for problem in problems if problem.unit is None or problem.unit in units)


def to_destroy(
    head: Live, units: Sequence[UnitPath], dependents: Callable[[UnitPath], Iterable[UnitPath]]
) -> ChangeSet:
    """The named units, to be destroyed as the head describes them. One that others still depend on is a problem, and
    nothing is destroyed."""
    named = frozenset(units)
    needed = {path: sorted(set(dependents(path)) - named) for path in sorted(named)}
    problems = [_still_needed(path, by) for path, by in needed.items() if by]
    affected = () if problems else tuple(_destroyed(head.units[path], head.commit) for path in sorted(named))
    return ChangeSet(None, head.commit, affected, (), (*_problems_of(head.problems, units), *problems))


def _destroyed(unit: Unit, commit: str) -> AffectedUnit:
    held = Held.PROTECTED if unit.protected else None
    account = unit.account.name if unit.account else None
    return AffectedUnit(unit.path, account, Change.REMOVED, Action.DESTROY, (), held, commit)


def _still_needed(unit: UnitPath, by: Sequence[UnitPath]) -> Problem:
    return Problem(
        "unit-still-needed",
        "Other units depend on a unit to be destroyed",
        f"{unit} cannot be destroyed alone: {', '.join(by)} depend{'s' if len(by) == 1 else ''} on it.",
        hint=f"Name them as well: `towpath destroy {' '.join([unit, *by])}`.",
        unit=unit,
    )

"""A change set that somebody asks for, unit by unit, whether anything differs or not."""

from __future__ import annotations

from collections.abc import Collection

from towpath.changes.eligibility import excluded_units, problems_of_exclusion
from towpath.changes.reasons import is_broken
from towpath.live import Live, Unit
from towpath.model.changes import Action, AffectedUnit, Change, ChangeSet, Held
from towpath.model.paths import UnitPath
from towpath.problems import Problem

__all__ = ["select_units"]


def select_units(head: Live, paths: Collection[UnitPath], action: Action) -> ChangeSet:
    """These units of `head`, to be applied or destroyed as they stand there. They have no reasons but the asking, and
    nobody follows them.

    Broken and excluded units are left alone, and so is one to be destroyed that others need which stay. Raises
    `KeyError` for a path that is no unit.
    """
    excluded = excluded_units(head, action)
    units: list[AffectedUnit] = []
    problems: list[Problem] = []
    for path in sorted(set(paths)):
        unit = head.units[path]
        problem = _refusal(unit, head, paths, action)
        if problem is None and path in excluded:
            problem = problems_of_exclusion(path, excluded[path])
        if problem is not None:
            problems.append(problem)
        left_alone = problem is not None or is_broken(unit)
        units.append(_selected(unit, Action.NONE if left_alone else action, head.commit))
    own = {problem for path in paths for problem in head.units[path].problems}
    others = {problem for unit in head.units.values() for problem in unit.problems} - own
    kept = tuple(problem for problem in head.problems if problem not in others)
    return ChangeSet(None, head.commit, tuple(units), problems=(*kept, *problems))


def _selected(unit: Unit, action: Action, commit: str) -> AffectedUnit:
    return AffectedUnit(
        path=unit.path,
        account=unit.account.name if unit.account else None,
        change=Change.MODIFIED,
        action=action,
        reasons=(),
        held=Held.PROTECTED if unit.protected else None,
        base_commit=commit,
    )


def _refusal(unit: Unit, head: Live, paths: Collection[UnitPath], action: Action) -> Problem | None:
    if action is not Action.DESTROY:
        return None
    users = [user for user in head.dependents(unit.path) if user not in paths]
    if not users:
        return None
    return Problem(
        "unit-still-used",
        "A unit that is to be destroyed is still used",
        f"{', '.join(users)} {'depends' if len(users) == 1 else 'depend'} on {unit.path}. It is left alone.",
        hint=f"Name what uses it, too: {' '.join(users)}",
        unit=unit.path,
    )

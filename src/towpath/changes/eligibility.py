"""Which affected units a run leaves alone, and what is said about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from towpath.live import Live, StatePlace, Unit
from towpath.live.evaluated import Outline
from towpath.model.changes import Action
from towpath.model.paths import UnitPath
from towpath.problems import Problem, Severity

__all__ = [
    "HeadIndex",
    "excluded_units",
    "excludes_itself",
    "problems_of_exclusion",
    "refusal_of_destroy",
    "still_used",
]

_COVERING = {
    Action.APPLY: frozenset(["all", "all_except_output", "apply", "plan"]),
    Action.DESTROY: frozenset(["all", "all_except_output", "destroy", "plan"]),
}


def excluded_units(live: Live, action: Action) -> Mapping[UnitPath, str]:
    """The units that exclude themselves from `action`, or are excluded as the dependency of one that does, each with
    a sentence that says how. A condition that cannot be known excludes nothing; it is asked again when the unit is
    planned.

    Source of the rule: Terragrunt's `exclude` block (`if`, `actions`, `exclude_dependencies`) and its `skip` attribute.
    """
    excluded: dict[UnitPath, str] = {}
    for unit in live.units.values():
        if excludes_itself(unit.outline, action):
            excluded[unit.path] = "The unit's own configuration excludes it."
    for path in tuple(excluded):
        for dependency in _excluded_with(live.units[path]):
            excluded.setdefault(dependency, f"It is excluded together with {path}, which depends on it.")
    return excluded


def problems_of_exclusion(unit: UnitPath, why: str) -> Problem:
    return Problem(
        "unit-excluded",
        "A unit that differs is excluded",
        f"{unit} differs, and a run leaves it alone. {why}",
        hint="Change the `exclude` block when it is to be applied after all.",
        unit=unit,
        severity=Severity.WARNING,
    )


class HeadIndex:
    """What destroying must know of the head: who needs a unit, and whose state is where."""

    def __init__(self, head: Live) -> None:
        self._head = head

    @cached_property
    def users(self) -> Mapping[UnitPath, tuple[UnitPath, ...]]:
        """Who depends on a path, whether a unit is there or not; sorted."""
        users: dict[UnitPath, tuple[UnitPath, ...]] = {}
        for unit in self._head.units.values():
            for path in unit.dependencies:
                users[path] = (*users.get(path, ()), unit.path)
        return users

    def doubt_about(self, path: UnitPath) -> str | None:
        """Why it cannot be said that there is no unit of that path, None where it can."""
        if path in self._head.passed_over:
            return self._head.passed_over[path]
        folder = "" if path == "." else path
        around = ("", *(folder[:end] for end in range(1, len(folder) + 1) if folder[end : end + 1] in ("", "/")))
        return next((self._head.unsure[place] for place in around if place in self._head.unsure), None)

    @cached_property
    def states(self) -> Mapping[StatePlace, UnitPath]:
        """The first unit that keeps its state at an address."""
        states: dict[StatePlace, UnitPath] = {}
        for unit in self._head.units.values():
            state = _state(unit)
            if state is not None:
                states.setdefault(state, unit.path)
        return states


def refusal_of_destroy(removed: Unit, head: HeadIndex) -> Problem | None:
    """Why a unit that is gone from the repository must not be destroyed all the same, None when nothing speaks against
    it: it may not be gone, something still depends on it, or a unit at the head keeps its state under the same address.
    """
    doubt = head.doubt_about(removed.path)
    if doubt is not None:
        return _doubtful(removed.path, doubt)
    users = head.users.get(removed.path)
    if users:
        return still_used(removed.path, users, "still depends on it")
    state = _state(removed)
    heir = head.states.get(state) if state is not None else None
    if heir is not None:
        return Problem(
            "state-still-used",
            "A removed unit's state belongs to another unit now",
            f"{removed.path} is gone from the repository, and {heir} keeps its state under the same address. "
            "Destroying the one would destroy the other; it is left alone.",
            hint=f"Nothing need be done when {heir} took its place; else give {heir} a state of its own.",
            unit=removed.path,
            severity=Severity.WARNING,
        )
    return None


def _doubtful(removed: UnitPath, doubt: str) -> Problem:
    return Problem(
        "removed-unit-doubtful",
        "It cannot be said whether a unit is removed",
        f"{removed} is not found any more, and it may be there all the same. {doubt} It is left alone.",
        hint="Remove the whole folder if the unit is to go, or mend what is wrong there; or destroy the unit by hand.",
        unit=removed,
        severity=Severity.WARNING,
    )


def still_used(removed: UnitPath, users: Sequence[UnitPath], how: str) -> Problem:
    return Problem(
        "removed-unit-still-used",
        "A removed unit is still used",
        f"{removed} is gone from the repository, but {', '.join(users)} {how}. It is left alone.",
        hint="Remove the dependency in the same change, or put the unit back.",
        unit=removed,
    )


def excludes_itself(outline: Outline | None, action: Action) -> bool:
    return outline is not None and (outline.skip or not _COVERING[action].isdisjoint(outline.excluded_actions))


def _excluded_with(unit: Unit) -> Iterator[UnitPath]:
    if unit.outline is not None and unit.outline.excludes_dependencies:
        yield from unit.dependencies


def _state(unit: Unit) -> StatePlace | None:
    return unit.outline.state if unit.outline is not None else None

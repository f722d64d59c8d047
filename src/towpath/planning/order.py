"""Order: what must be done before what, and in which tier."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property

from towpath.live import Live, Unit
from towpath.model.changes import Action, AffectedUnit
from towpath.model.paths import UnitPath
from towpath.problems import ProblemError

__all__ = ["Bases", "Ordering", "levels_of", "nearest", "unorderable"]

Bases = Live | Callable[[str], Live] | None
"""What the units were compared with: one live repository, or one for each base commit."""

Edges = Callable[[UnitPath], Iterable[UnitPath]]


def nearest(
    start: UnitPath, edges: Edges, stops: AbstractSet[UnitPath]
) -> tuple[frozenset[UnitPath], frozenset[UnitPath]]:
    """The members of `stops` that can be reached from `start` without passing another one, and what lies on the way."""
    found: set[UnitPath] = set()
    passed: set[UnitPath] = set()
    waiting = list(edges(start))
    while waiting:
        unit = waiting.pop()
        if unit in stops:
            found.add(unit)
        elif unit not in passed:
            passed.add(unit)
            waiting.extend(edges(unit))
    return frozenset(found - {start}), frozenset(passed - {start})


@dataclass
class Ordering:
    """Knows the graph as it will be (for what is applied) and as it was applied (for what is destroyed).

    A unit that is applied waits for the nearest units of the walk among its dependencies. A unit that is destroyed
    waits for the nearest units of the walk among those that depended on it where they were applied last: they stop
    using it, or are destroyed themselves.
    """

    head: Live
    bases: Bases
    steps: Mapping[UnitPath, AffectedUnit]
    _users: dict[UnitPath, set[UnitPath]] | None = None
    _tiers: dict[UnitPath, int] = field(default_factory=dict)
    _before: dict[UnitPath, tuple[frozenset[UnitPath], frozenset[UnitPath]]] = field(default_factory=dict)

    @cached_property
    def _applied(self) -> frozenset[UnitPath]:
        return frozenset(path for path, step in self.steps.items() if step.action is Action.APPLY)

    def unit(self, path: UnitPath) -> Unit:
        """The unit as this walk reads it: at the head, or at its base when it is destroyed."""
        step = self.steps.get(path)
        if step is not None and step.action is Action.DESTROY:
            base = self._base_of(step)
            if base is not None:
                return base.units[path]
        return self.head.units[path]

    def before(self, path: UnitPath) -> tuple[frozenset[UnitPath], frozenset[UnitPath]]:
        """The steps that come before, in whatever tier, and the units that lie between."""
        if path not in self._before:
            self._before[path] = self._find_before(path)
        return self._before[path]

    def _find_before(self, path: UnitPath) -> tuple[frozenset[UnitPath], frozenset[UnitPath]]:
        step = self.steps.get(path)
        if step is not None and step.action is Action.DESTROY:
            return nearest(path, self._users_of, self.steps.keys())
        return nearest(path, self._needs, self._applied)

    def tier(self, path: UnitPath) -> int:
        """The unit's own tier; for one that is destroyed, not before any tier that stops using it."""
        if path not in self._tiers:
            own = self.unit(path).tier
            self._tiers[path] = own  # stands while the others are asked, so that a cycle ends
            step = self.steps.get(path)
            if step is not None and step.action is Action.DESTROY:
                self._tiers[path] = max([own, *(self.tier(other) for other in self.before(path)[0])])
        return self._tiers[path]

    def _needs(self, path: UnitPath) -> Iterable[UnitPath]:
        unit = self.head.units.get(path)
        return unit.dependencies if unit else ()

    def _users_of(self, path: UnitPath) -> Iterable[UnitPath]:
        if self._users is None:
            self._users = {}
            for user in sorted({*self.steps, *self.head.units}):
                for used in self._needed_when_applied(user):
                    self._users.setdefault(used, set()).add(user)
        return self._users.get(path, ())

    def _needed_when_applied(self, path: UnitPath) -> Iterable[UnitPath]:
        step = self.steps.get(path)
        base = self._base_of(step) if step is not None else self.bases if isinstance(self.bases, Live) else self.head
        unit = base.units.get(path) if base is not None else None
        return unit.dependencies if unit else ()

    def _base_of(self, step: AffectedUnit) -> Live | None:
        """What the step was compared with; None when there was nothing, or when its commit is no longer there."""
        if self.bases is None or isinstance(self.bases, Live):
            return self.bases
        if step.base_commit is None:
            return None
        try:
            return self.bases(step.base_commit)
        except ProblemError:
            return None


def unorderable(waits: Mapping[UnitPath, AbstractSet[UnitPath]]) -> frozenset[UnitPath]:
    """The units that are in a cycle, or wait for one that is."""
    left = {unit: {other for other in others if other in waits} for unit, others in waits.items()}
    while ready := [unit for unit, others in left.items() if not others]:
        for unit in ready:
            del left[unit]
        for others in left.values():
            others.difference_update(ready)
    return frozenset(left)


def levels_of(waits: Mapping[UnitPath, AbstractSet[UnitPath]]) -> tuple[tuple[UnitPath, ...], ...]:
    """Levels, each sorted: a unit stands in the first level after everything it waits for. `waits` has no cycle."""
    levels: list[tuple[UnitPath, ...]] = []
    done: set[UnitPath] = set()
    left = {unit: {other for other in others if other in waits} for unit, others in waits.items()}
    while left:
        level = tuple(sorted(unit for unit, others in left.items() if others <= done))
        levels.append(level)
        done.update(level)
        for unit in level:
            del left[unit]
    return tuple(levels)

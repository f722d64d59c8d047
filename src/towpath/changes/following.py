"""Which unaffected units may follow, because outputs they read may change."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from towpath.changes.eligibility import excluded_units
from towpath.changes.reasons import is_broken
from towpath.live import Live, Unit
from towpath.model.changes import Action, AffectedUnit, MayFollow
from towpath.model.paths import UnitPath

__all__ = ["followers", "outputs_read"]


def followers(head: Live, affected: Mapping[UnitPath, AffectedUnit]) -> tuple[MayFollow, ...]:
    """The units that read outputs of affected units, or of units that may follow themselves; sorted by path.

    Only a unit that a run really applies can change its outputs: a held or excluded one, and one that is destroyed,
    takes nobody along. A broken unit and one that is excluded follow nobody.
    """
    readers = _readers(head, excluded_units(head, Action.APPLY))
    moving = [path for path, unit in affected.items() if unit.action is Action.APPLY and unit.held is None]
    upstreams: dict[UnitPath, set[UnitPath]] = {}
    while moving:
        upstream = moving.pop()
        for reader in readers.get(upstream, ()):
            if reader in affected:
                continue
            if reader not in upstreams:
                upstreams[reader] = set()
                moving.append(reader)
            upstreams[reader].add(upstream)
    return tuple(MayFollow(path, tuple(sorted(upstreams[path]))) for path in sorted(upstreams))


def outputs_read(unit: Unit) -> tuple[UnitPath, ...]:
    """The units whose outputs this one reads, sorted."""
    upstreams = unit.outline.upstreams if unit.outline else ()
    return tuple(sorted({upstream.path for upstream in upstreams if upstream.reads_outputs}))


def _readers(head: Live, excluded: Collection[UnitPath]) -> Mapping[UnitPath, tuple[UnitPath, ...]]:
    readers: dict[UnitPath, tuple[UnitPath, ...]] = {}
    for unit in head.units.values():
        if is_broken(unit) or unit.path in excluded:
            continue
        for upstream in outputs_read(unit):
            readers[upstream] = (*readers.get(upstream, ()), unit.path)
    return readers

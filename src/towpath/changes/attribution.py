"""Which file carries a change of a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from towpath.changes.values import ABSENT, Absent, Difference, attribute_path, look_up
from towpath.hcl.convert import canonical
from towpath.hcl.exact import exact_value
from towpath.hcl.values import Value
from towpath.live import Live, Unit
from towpath.model.paths import UnitPath
from towpath.problems import Place

__all__ = ["MAX_OVERLAYS", "Attribution", "Overlay"]

MAX_OVERLAYS = 12
"""How many files are put back, one at a time, before attribution gives up: each costs one evaluation of the head."""

Overlay = Callable[[frozenset[str]], Live]
"""The head with these files as they are at the base."""


@dataclass
class Attribution:
    """Finds the file that carries a difference, among the files that differ between the two commits (`changed`).

    1. Only one file that the unit reads differs: that one.
    2. The value is written in a file that differs, and the line it is written on differs too: that one.
    3. With `overlay`: the file that, put back alone, brings the old value back.
    4. The file the value is written in, if it differs; otherwise nobody can say.
    """

    changed: frozenset[str]
    overlay: Overlay | None = None
    _put_back: dict[str, Live] = field(default_factory=dict)

    def candidates(self, base: Unit, head: Unit) -> tuple[str, ...]:
        """The files that differ and that took part in evaluating the unit, at either commit."""
        return tuple(sorted(self.changed.intersection({*base.reads, *head.reads})))

    def file_of(self, difference: Difference, base: Unit, head: Unit) -> str | None:
        candidates = self.candidates(base, head)
        if len(candidates) == 1:
            return candidates[0]
        written = _written(difference, base, head)
        if written in candidates and _line_differs(difference, base, head):
            return written
        by_trial = self._by_trial(difference, candidates, head.path)
        if by_trial is not None:
            return by_trial
        return written if written in candidates else None

    def _by_trial(self, difference: Difference, candidates: tuple[str, ...], unit: UnitPath) -> str | None:
        for file in candidates:
            live = self._with_file_put_back(file)
            found = live.units.get(unit) if live is not None else None
            if found is None or found.outline is None:
                continue
            if _same(look_up(exact_value(found.values), difference.path), difference.before):
                return file
        return None

    def _with_file_put_back(self, file: str) -> Live | None:
        if self.overlay is None:
            return None
        if file not in self._put_back:
            if len(self._put_back) >= MAX_OVERLAYS:
                return None
            self._put_back[file] = self.overlay(frozenset([file]))
        return self._put_back[file]


def _same(one: Value | Absent, other: Value | Absent) -> bool:
    if isinstance(one, Absent) or isinstance(other, Absent):
        return one is other
    return canonical(one) == canonical(other)


def _written(difference: Difference, base: Unit, head: Unit) -> str | None:
    place = _place(head, difference) if difference.after is not ABSENT else _place(base, difference)
    return place.file if place else None


def _line_differs(difference: Difference, base: Unit, head: Unit) -> bool:
    before, after = _place(base, difference), _place(head, difference)
    if before is None or after is None or before.file != after.file:
        return True
    return before.source != after.source


def _place(unit: Unit, difference: Difference) -> Place | None:
    """Where the value, or the nearest thing around it, is written."""
    provenance: Mapping[str, Place] = unit.config.provenance if unit.config else {}
    for length in range(len(difference.path), 0, -1):
        place = provenance.get(attribute_path(difference.path[:length])) or provenance.get(
            ".".join(str(key) for key in difference.path[:length])
        )
        if place is not None:
            return place
    return None

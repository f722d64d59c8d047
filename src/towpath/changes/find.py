"""The change set between two commits, or between the ledger and a commit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from towpath.changes.attribution import Attribution
from towpath.changes.comparison import Comparison
from towpath.changes.following import followers
from towpath.changes.request import ChangesRequest
from towpath.live import Live, Unit
from towpath.model.changes import ChangeSet
from towpath.model.ledger import LedgerEntry
from towpath.model.paths import UnitPath
from towpath.problems import Problem, ProblemError

__all__ = ["changed_files", "find_changes", "find_changes_since_ledger"]


def find_changes(request: ChangesRequest) -> ChangeSet:
    """The units that differ between `request.base` and `request.head`, with their reasons."""
    head, base = request.head, request.base
    comparison = Comparison(head)
    if base is None:
        for unit in head.units.values():
            comparison.added(unit, None)
        return _change_set(comparison, None)
    attribution = Attribution(changed_files(base, head), request.overlay)
    for path, unit in head.units.items():
        before = base.units.get(path)
        if before is None:
            comparison.added(unit, base.commit)
        else:
            comparison.compared(before, unit, attribution, base.commit)
    for path, gone in base.units.items():
        if path not in head.units:
            comparison.removed(gone, base)
    return _change_set(comparison, base.commit)


def find_changes_since_ledger(
    head: Live, ledger: Mapping[UnitPath, LedgerEntry], live_at: Callable[[str], Live]
) -> ChangeSet:
    """The units that differ from what they were last applied from, each compared with its own entry's commit.

    `live_at` gives the live repository at a commit, and raises `ProblemError` for one that is no longer there. A unit
    without an entry is added; an entry whose unit is gone is a removed unit. A unit whose entry carries the head's
    fingerprint is not looked at further.
    """
    return _SinceLedger(head, live_at).find(ledger)


@dataclass
class _SinceLedger:
    head: Live
    live_at: Callable[[str], Live]
    _bases: dict[str, Live | None] = field(default_factory=dict)
    _attributions: dict[str, Attribution] = field(default_factory=dict)

    def find(self, ledger: Mapping[UnitPath, LedgerEntry]) -> ChangeSet:
        comparison = Comparison(self.head)
        for path, unit in self.head.units.items():
            entry = ledger.get(path)
            if entry is None:
                comparison.added(unit, None)
            elif entry.fingerprint != unit.fingerprint or self._counts_files:
                self._compare(comparison, unit, entry)
        for path in sorted(set(ledger) - set(self.head.units)):
            self._remove(comparison, ledger[path])
        return _change_set(comparison, None)

    @property
    def _counts_files(self) -> bool:
        return self.head.config.changes.rule == "files"

    def _compare(self, comparison: Comparison, unit: Unit, entry: LedgerEntry) -> None:
        base = self._base(entry.commit)
        if base is None:
            comparison.doubtful(
                unit,
                f"It was last applied from {entry.commit[:12]}, which is no longer in the repository.",
                entry.commit,
            )
        elif unit.path not in base.units:
            comparison.doubtful(
                unit, f"It was last applied from {entry.commit[:12]}, which does not hold it.", entry.commit
            )
        else:
            attribution = self._attribution(base)
            comparison.compared(base.units[unit.path], unit, attribution, entry.commit)

    def _remove(self, comparison: Comparison, entry: LedgerEntry) -> None:
        base = self._base(entry.commit)
        gone = base.units.get(entry.unit) if base is not None else None
        if base is None or gone is None:
            comparison.problems.append(_lost(entry))
        else:
            comparison.removed(gone, base)

    def _base(self, commit: str) -> Live | None:
        if commit not in self._bases:
            try:
                self._bases[commit] = self.live_at(commit)
            except ProblemError:
                self._bases[commit] = None
        return self._bases[commit]

    def _attribution(self, base: Live) -> Attribution:
        if base.commit not in self._attributions:
            self._attributions[base.commit] = Attribution(changed_files(base, self.head))
        return self._attributions[base.commit]


def changed_files(base: Live, head: Live) -> frozenset[str]:
    """The files that differ between the two commits."""
    return frozenset(file for file in {*base.blobs, *head.blobs} if base.blobs.get(file) != head.blobs.get(file))


def _change_set(comparison: Comparison, base: str | None) -> ChangeSet:
    comparison.spare_what_is_used()
    comparison.add_upstream_reasons()
    head = comparison.head
    return ChangeSet(
        base=base,
        head=head.commit,
        units=tuple(comparison.affected[path] for path in sorted(comparison.affected)),
        may_follow=followers(head, comparison.affected),
        problems=(*head.problems, *comparison.problems),
    )


def _lost(entry: LedgerEntry) -> Problem:
    return Problem(
        "removed-unit-lost",
        "A removed unit cannot be read any more",
        f"{entry.unit} is gone from the repository. It was last applied from {entry.commit[:12]}, where it can no "
        "longer be read, so nobody knows how to destroy it.",
        hint="Fetch that commit (`git fetch --unshallow`, say), or destroy what is left by hand.",
        unit=entry.unit,
    )

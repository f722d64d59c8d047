"""Comparing one unit of the head with what it is compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from towpath.changes.attribution import Attribution
from towpath.changes.eligibility import HeadIndex, excluded_units, problems_of_exclusion, refusal_of_destroy, still_used
from towpath.changes.reasons import (
    is_broken,
    reasons_for_added,
    reasons_for_modified,
    reasons_for_removed,
    uncertain,
)
from towpath.live import Live, Unit
from towpath.model.changes import Action, AffectedUnit, Change, Held, Reason, ReasonKind
from towpath.model.paths import UnitPath
from towpath.problems import Problem, Severity

__all__ = ["Comparison"]


@dataclass
class Comparison:
    """Collects the affected units of `head`, one by one, and the problems that come up on the way."""

    head: Live
    affected: dict[UnitPath, AffectedUnit] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _removed: dict[UnitPath, tuple[UnitPath, ...]] = field(default_factory=dict)
    _excluded: dict[tuple[str, Action], Mapping[UnitPath, str]] = field(default_factory=dict)

    @cached_property
    def _index(self) -> HeadIndex:
        return HeadIndex(self.head)

    def added(self, unit: Unit, base_commit: str | None) -> None:
        reasons = reasons_for_added(unit)
        if is_broken(unit):
            reasons += (uncertain("The unit cannot be evaluated at this commit; the problems say why."),)
        self._applied(unit, Change.ADDED, reasons, base_commit)

    def compared(self, base: Unit, head: Unit, attribution: Attribution, base_commit: str) -> None:
        """Adds the unit when it differs, or when it was broken before and no longer is.

        With the rule `files`, a unit differs also when a file that took part in evaluating it does.
        """
        mended = is_broken(base) and not is_broken(head)
        read = attribution.candidates(base, head) if self.head.config.changes.rule == "files" else ()
        differs = base.fingerprint != head.fingerprint
        if not (differs or mended or read):
            return
        reasons = reasons_for_modified(base, head, attribution) if differs or mended else ()
        named = {reason.file for reason in reasons}
        reasons += tuple(
            Reason(ReasonKind.FILE, file=file, detail="The unit reads this file, and every file counts here.")
            for file in read
            if file not in named
        )
        self._applied(head, Change.MODIFIED, reasons, base_commit)

    def doubtful(self, unit: Unit, detail: str, base_commit: str | None) -> None:
        """A unit about which nothing is known but that it was there before."""
        self._applied(unit, Change.MODIFIED, (uncertain(detail),), base_commit)

    def removed(self, unit: Unit, base: Live) -> None:
        """A unit that is gone from the head; `unit` is what it was at `base`."""
        refusal = refusal_of_destroy(unit, self._index) or self._exclusion(unit, base)
        if refusal is None and is_broken(unit):
            refusal = _broken_before(unit)
        if refusal is not None:
            self.problems.append(refusal)
        elif unit.outline is not None and unit.outline.prevent_destroy:
            self.problems.append(_prevented(unit))
        action = Action.DESTROY if refusal is None else Action.NONE
        self._add(unit, Change.REMOVED, action, reasons_for_removed(unit), base.commit)
        if action is Action.DESTROY:
            self._removed[unit.path] = base.dependents(unit.path)

    def spare_what_is_used(self) -> None:
        """Leaves removed units alone whose users stop using them, or go, but not in this run: those that are held or
        left alone. Until somebody has applied these, they still use it.
        """
        while spared := [path for path in self._removed if self._users_left(path)]:
            for path in spared:
                self.problems.append(still_used(path, self._users_left(path), "used it and is not applied by this run"))
                self.affected[path] = replace(self.affected[path], action=Action.NONE)
                del self._removed[path]

    def _users_left(self, path: UnitPath) -> tuple[UnitPath, ...]:
        users = (self.affected.get(user) for user in self._removed[path])
        return tuple(user.path for user in users if user and (user.action is Action.NONE or user.held))

    def _applied(self, unit: Unit, change: Change, reasons: tuple[Reason, ...], base_commit: str | None) -> None:
        action = Action.NONE if is_broken(unit) else Action.APPLY
        exclusion = self._exclusion(unit, self.head)
        if action is Action.APPLY and exclusion is not None:
            self.problems.append(exclusion)
            action = Action.NONE
        self._add(unit, change, action, reasons, base_commit)

    def _add(
        self, unit: Unit, change: Change, action: Action, reasons: tuple[Reason, ...], base_commit: str | None
    ) -> None:
        self.affected[unit.path] = AffectedUnit(
            path=unit.path,
            account=unit.account.name if unit.account else None,
            change=change,
            action=action,
            reasons=reasons,
            held=Held.PROTECTED if unit.protected else None,
            base_commit=base_commit,
        )

    def _exclusion(self, unit: Unit, live: Live) -> Problem | None:
        action = Action.APPLY if live is self.head else Action.DESTROY
        key = live.commit, action
        if key not in self._excluded:
            self._excluded[key] = excluded_units(live, action)
        why = self._excluded[key].get(unit.path)
        return problems_of_exclusion(unit.path, why) if why is not None else None

    def add_upstream_reasons(self) -> None:
        """Says of every affected unit which of the units it reads outputs of are added together with it."""
        for path, affected in self.affected.items():
            if affected.change is Change.REMOVED or path not in self.head.units:
                continue
            extra = tuple(self._added_upstreams(self.head.units[path]))
            self.affected[path] = replace(affected, reasons=affected.reasons + extra)

    def _added_upstreams(self, unit: Unit) -> Iterator[Reason]:
        for upstream in unit.outline.upstreams if unit.outline else ():
            affected = self.affected.get(upstream.path)
            if affected is not None and affected.change is Change.ADDED:
                yield Reason(
                    ReasonKind.DEPENDENCY,
                    attribute=f"dependency.{upstream.name}",
                    file=upstream.file,
                    detail=f"{upstream.path} is added in the same change set.",
                )


def _broken_before(unit: Unit) -> Problem:
    return Problem(
        "removed-unit-broken",
        "A removed unit cannot be evaluated",
        f"{unit.path} is gone from the repository, and could not be evaluated where it was last. It is left alone.",
        hint="Put it back, mend it, and remove it again; or destroy it by hand.",
        unit=unit.path,
    )


def _prevented(unit: Unit) -> Problem:
    return Problem(
        "removed-unit-prevents-destroy",
        "A removed unit forbids its destruction",
        f"{unit.path} is gone from the repository, and said `prevent_destroy = true`. A run will not destroy it.",
        hint="Take `prevent_destroy` away in a change of its own first, or destroy it by hand.",
        unit=unit.path,
        severity=Severity.WARNING,
    )

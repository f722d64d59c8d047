"""Why one unit is affected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from towpath.changes.attribution import Attribution
from towpath.changes.values import Difference, differences
from towpath.config import ACCOUNT_FILES
from towpath.live import CONFIG_FILE, Unit
from towpath.model.changes import Reason, ReasonKind

__all__ = ["is_broken", "reasons_for_added", "reasons_for_modified", "reasons_for_removed", "uncertain"]


def is_broken(unit: Unit) -> bool:
    """Whether the unit cannot be evaluated, or what it says cannot be done."""
    return any(problem.is_error for problem in unit.problems)


def reasons_for_added(unit: Unit) -> tuple[Reason, ...]:
    return (Reason(ReasonKind.ADDED, file=_own_configuration(unit)),)


def reasons_for_removed(unit: Unit) -> tuple[Reason, ...]:
    return (Reason(ReasonKind.REMOVED, file=_own_configuration(unit)),)


def reasons_for_modified(base: Unit, head: Unit, attribution: Attribution) -> tuple[Reason, ...]:
    """What differs between the two, most telling first: values, files of the folder, files of the module.

    Never empty: a fingerprint that differs without a cause that can be named is a reason for doubt.
    """
    if is_broken(head):
        return (uncertain("The unit cannot be evaluated at this commit; the problems say why."),)
    reasons = [
        *_of_values(base, head, attribution),
        *_of_place(base, head, attribution),
        *_of_files(ReasonKind.FILE, base.parts.files, head.parts.files),
        *_of_module(base, head),
    ]
    reasons = [_of_commit(reason, {**base.origins, **head.origins}) for reason in reasons]
    if is_broken(base):
        reasons.insert(0, uncertain("The unit could not be evaluated before; now it can."))
    if not reasons:
        reasons.append(uncertain("What decides the unit differs, and no single value or file shows it."))
    return tuple(reasons)


def uncertain(detail: str) -> Reason:
    return Reason(ReasonKind.UNCERTAIN, detail=detail)


def _of_values(base: Unit, head: Unit, attribution: Attribution) -> Iterator[Reason]:
    if base.outline is None or head.outline is None:
        return
    for difference in differences(base.values, head.values):
        kind = _kind(difference)
        is_source = kind is ReasonKind.SOURCE
        yield Reason(
            kind=kind,
            attribute=difference.attribute,
            before=base.source if is_source else difference.before_json(),
            after=head.source if is_source else difference.after_json(),
            file=attribution.file_of(difference, base, head),
            detail=_doubt(difference),
        )


def _doubt(difference: Difference) -> str | None:
    if not difference.is_uncertain:
        return None
    if difference.before_json() == difference.after_json():
        return "The value cannot be known without running something, and something that goes into it differs."
    return "The value cannot be known without running something."


def _kind(difference: Difference) -> ReasonKind:
    if difference.path == ("terraform", "source"):
        return ReasonKind.SOURCE
    return ReasonKind.UNCERTAIN if difference.is_uncertain else ReasonKind.VALUE


def _of_place(base: Unit, head: Unit, attribution: Attribution) -> Iterator[Reason]:
    """Where the unit lands, and what it is made of."""
    settings = sorted(attribution.changed.intersection((CONFIG_FILE, *ACCOUNT_FILES)))
    file = settings[0] if len(settings) == 1 else None
    pairs = {
        "account_id": (base.parts.account_id, head.parts.account_id),
        "kind": (base.parts.kind.value, head.parts.kind.value),
        "region": (base.parts.region, head.parts.region),
    }
    for attribute, (before, after) in pairs.items():
        if before != after:
            yield Reason(ReasonKind.VALUE, attribute=attribute, before=before, after=after, file=file)


def _of_files(kind: ReasonKind, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Reason]:
    for file in sorted({*before, *after}):
        if before.get(file) != after.get(file):
            yield Reason(kind, file=file, detail=_how(file in before, file in after))


def _of_commit(reason: Reason, origins: Mapping[str, str]) -> Reason:
    """The reason with the file of the commit, where the unit has a copy of it."""
    return replace(reason, file=origins.get(reason.file, reason.file)) if reason.file is not None else reason


def _how(before: bool, after: bool) -> str | None:
    if before and after:
        return None
    return "The file is gone." if before else "The file is new."


def _of_module(base: Unit, head: Unit) -> Iterator[Reason]:
    """The files of the local module and of those it calls; when another module is used altogether, the `source` says
    so. A unit that is its own module has no folder of one, and may call others all the same.
    """
    before, after = (unit.module[0] if unit.module is not None else None for unit in (base, head))
    if before == after:
        yield from _of_files(ReasonKind.MODULE, base.parts.module, head.parts.module)


def _own_configuration(unit: Unit) -> str | None:
    """The file that makes the folder a unit."""
    if unit.stack is not None:
        return unit.stack
    own = [file for file in unit.files if file in unit.reads]
    return min(own, key=lambda file: (not file.endswith(".hcl"), len(file), file), default=None)

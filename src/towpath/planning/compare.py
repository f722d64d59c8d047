"""Comparing a plan that was made again with the one that was approved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from towpath.model.plans import AttributeChange, Exactness, OutputChange, Plan, ResourceAction, ResourceChange

__all__ = ["Comparison", "Verdict", "compare"]


class Verdict(StrEnum):
    """Whether what was approved covers the fresh plan. MORE must be asked for again."""

    EQUAL = "equal"
    SMALLER = "smaller"
    MORE = "more"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`more` and `less` say in words what the fresh plan does beyond the approved one, and what it no longer does."""

    more: tuple[str, ...] = ()
    less: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        if self.more:
            return Verdict.MORE
        return Verdict.SMALLER if self.less else Verdict.EQUAL

    @property
    def differences(self) -> tuple[str, ...]:
        """Everything that differs, what is more first."""
        return self.more + self.less


@dataclass(frozen=True, slots=True)
class _Finding:
    is_more: bool
    text: str


_LESS_THAN = {
    ResourceAction.REPLACE: frozenset([ResourceAction.UPDATE, ResourceAction.CREATE]),
}
"""What does strictly less than what was approved: a replacement covers the update, and the creation that is left when
what was to be replaced is gone already."""


def compare(approved: Plan, fresh: Plan) -> Comparison:
    """What `fresh` does that nobody approved, and the reverse.

    1. A resource that changes now and did not before, or in another way that is not strictly less, is more.
    2. An attribute that was exact and now gets another value is more. One that was unknown may become known.
    3. In a provisional plan values may stem from mocks; that they differ now is what its second planning is for. Which
       resources change, and how, counts there too: a create that becomes a replace is more.
    4. What is no longer done is less.
    """
    findings = [*_whole(approved, fresh), *_resources(approved, fresh), *_outputs(approved, fresh)]
    return Comparison(
        more=tuple(finding.text for finding in findings if finding.is_more),
        less=tuple(finding.text for finding in findings if not finding.is_more),
    )


def _whole(approved: Plan, fresh: Plan) -> Iterator[_Finding]:
    if approved.binding.unit != fresh.binding.unit:
        yield _Finding(True, f"The plan is for {fresh.binding.unit}; {approved.binding.unit} was approved.")
    if fresh.is_destroy and not approved.is_destroy:
        yield _Finding(True, "The whole unit is destroyed; that was not approved.")
    if approved.is_destroy and not fresh.is_destroy:
        yield _Finding(True, "The unit is applied; its destruction was approved.")
    if approved.exactness is Exactness.EXACT and fresh.exactness is Exactness.PROVISIONAL:
        yield _Finding(True, "The plan holds mocked outputs now; an exact one was approved.")


def _resources(approved: Plan, fresh: Plan) -> Iterator[_Finding]:
    before, after = _by_address(approved.resources), _by_address(fresh.resources)
    lenient = approved.exactness is Exactness.PROVISIONAL
    for key in sorted({*before, *after}):
        one, other = before.get(key), after.get(key)
        was, now = (r.action if r is not None else ResourceAction.NO_OP for r in (one, other))
        if not was.changes_something and not now.changes_something:
            continue
        if was is now and one is not None and other is not None:
            yield from _attributes(one, other, lenient=lenient)
        else:
            yield _action(key[0], was, now)


def _by_address(resources: Iterable[ResourceChange]) -> Mapping[tuple[str, int], ResourceChange]:
    """By address; objects of one address (a deposed one beside the current) are numbered."""
    found: dict[tuple[str, int], ResourceChange] = {}
    for resource in resources:
        number = 0
        while (resource.address, number) in found:
            number += 1
        found[resource.address, number] = resource
    return found


def _action(address: str, was: ResourceAction, now: ResourceAction) -> _Finding:
    if not now.changes_something:
        return _Finding(False, f"{address}: {was.value} is no longer needed.")
    if not was.changes_something:
        return _Finding(True, f"{address}: {now.value} was not approved.")
    is_less = now in _LESS_THAN.get(was, ())
    words = f"{address}: {was.value} was approved, now it is {now.value}."
    if was is ResourceAction.CREATE and now.is_destructive:
        words += " It is there by now; an apply that did not come to its end leaves what it was making half made."
    return _Finding(not is_less, words)


def _attributes(approved: ResourceChange, fresh: ResourceChange, *, lenient: bool) -> Iterator[_Finding]:
    before = {attribute.path: attribute for attribute in approved.attributes}
    after = {attribute.path: attribute for attribute in fresh.attributes}
    address = approved.address
    creates = approved.action is ResourceAction.CREATE
    for path in sorted({*before, *after}):
        if path not in after:
            yield _Finding(False, f"{address}: {path} no longer changes.")
        elif path not in before:
            if not _was_unknown_around(path, before.values()) and not (lenient and creates):
                yield _Finding(True, f"{address}: {path} changes too; that was not approved.")
        elif not lenient and _value_differs(before[path], after[path]):
            yield _Finding(True, f"{address}: {path} gets another value than was approved.")


def _was_unknown_around(path: str, approved: Iterable[AttributeChange]) -> bool:
    """Whether something that holds the attribute was unknown as a whole."""
    return any(a.unknown and path.startswith((f"{a.path}.", f"{a.path}[")) for a in approved)


def _value_differs(approved: AttributeChange, fresh: AttributeChange) -> bool:
    if approved.unknown:
        return False
    return fresh.unknown or not _same(approved.after, fresh.after)


def _same(one: object, other: object) -> bool:
    """Equal as JSON has it: true is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _outputs(approved: Plan, fresh: Plan) -> Iterator[_Finding]:
    before, after = (_changing_outputs(plan) for plan in (approved, fresh))
    lenient = approved.exactness is Exactness.PROVISIONAL
    for name in sorted({*before, *after}):
        if name not in after:
            yield _Finding(False, f"Output {name} no longer changes.")
        elif lenient:
            continue
        elif name not in before:
            yield _Finding(True, f"Output {name} changes too; that was not approved.")
        elif before[name].after is not None and not _same(before[name].after, after[name].after):
            yield _Finding(True, f"Output {name} gets another value than was approved.")


def _changing_outputs(plan: Plan) -> Mapping[str, OutputChange]:
    return {output.name: output for output in plan.outputs if output.action.changes_something}

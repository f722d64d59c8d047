"""A plan as people read it: what is lost first, then what changes, then what is new."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from towpath.config import Globs
from towpath.model.plans import AttributeChange, Exactness, OutputChange, Plan, ResourceAction, ResourceChange
from towpath.views.text import json_text, plural, printable
from towpath.web.views.marks import Counts, Mark, counts_of

__all__ = ["AttributeRow", "DiffLine", "PlanGroup", "PlanPage", "ResourceCard", "plan_page"]

UNKNOWN: Final = "known after apply"
SENSITIVE: Final = "(sensitive)"
"""What stands in plans for a value that must not be seen."""
_LONG: Final = 160
_MOST_ATTRIBUTES: Final = 40
_MOST_DIFF_LINES: Final = 400

_MARKS: Final = {
    ResourceAction.DELETE: Mark("destroyed", "destroy", "bad"),
    ResourceAction.REPLACE: Mark("destroyed", "replace", "bad"),
    ResourceAction.FORGET: Mark("skipped", "let go of", "warn"),
    ResourceAction.UPDATE: Mark("planned", "change", "warn"),
    ResourceAction.CREATE: Mark("done", "add", "good"),
    ResourceAction.READ: Mark("pending", "read", "faint"),
}
_GROUPS: Final = (
    ("Replaced", ResourceAction.REPLACE),
    ("Destroyed", ResourceAction.DELETE),
    ("Let go of", ResourceAction.FORGET),
    ("Changed", ResourceAction.UPDATE),
    ("Added", ResourceAction.CREATE),
    ("Read while applying", ResourceAction.READ),
)


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a text that changes. `sign` is `+`, `-` or a space."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class AttributeRow:
    """`before` and `after` are one line each, None where there is no such side; or `lines` tell how a text changes."""

    path: str
    before: str | None
    after: str | None
    unknown: bool
    sensitive: bool
    forces: bool
    lines: tuple[DiffLine, ...] = ()

    @property
    def is_long(self) -> bool:
        return max(len(self.before or ""), len(self.after or "")) > _LONG


@dataclass(frozen=True, slots=True)
class ResourceCard:
    """`holds_data`: it is of a type that holds data, and would lose it. `folded` is not seen at first."""

    address: str
    type: str
    mark: Mark
    holds_data: bool
    shown: tuple[AttributeRow, ...]
    folded: tuple[AttributeRow, ...]

    @property
    def is_open(self) -> bool:
        """Whether its attributes are seen without asking: those that tell of a change or a loss."""
        return self.mark.tone in ("bad", "warn")


@dataclass(frozen=True, slots=True)
class PlanGroup:
    """Resources that share a fate. `tone` as of marks."""

    title: str
    tone: str
    resources: tuple[ResourceCard, ...]


@dataclass(frozen=True, slots=True)
class PlanPage:
    """`changes_nothing` tells that there is nothing to apply."""

    counts: Counts | None
    provisional: bool
    is_destroy: bool
    changes_nothing: bool
    groups: tuple[PlanGroup, ...]
    outputs: tuple[AttributeRow, ...]
    facts: tuple[tuple[str, str], ...]


def plan_page(plan: Plan, data_types: Iterable[str]) -> PlanPage:
    types = Globs(data_types)
    return PlanPage(
        counts=counts_of(plan.counts),
        provisional=plan.exactness is Exactness.PROVISIONAL,
        is_destroy=plan.is_destroy,
        changes_nothing=plan.changes_nothing,
        groups=tuple(_groups(plan.resources, types)),
        outputs=tuple(_output(output) for output in plan.outputs if output.action.changes_something),
        facts=tuple(_facts(plan)),
    )


def _groups(resources: Sequence[ResourceChange], types: Globs) -> Iterator[PlanGroup]:
    losing = (ResourceAction.DELETE, ResourceAction.REPLACE, ResourceAction.FORGET)

    def loses_data(resource: ResourceChange) -> bool:
        return resource.action in losing and types.fits(resource.type)

    lost = [resource for resource in resources if loses_data(resource)]
    if lost:
        yield PlanGroup("Data is lost", "bad", tuple(_card(one, holds_data=True) for one in _sorted(lost)))
    for title, action in _GROUPS:
        members = [one for one in resources if one.action is action and not loses_data(one)]
        if members:
            yield PlanGroup(title, _MARKS[action].tone, tuple(_card(one, holds_data=False) for one in _sorted(members)))


def _sorted(resources: Iterable[ResourceChange]) -> list[ResourceChange]:
    order = list(_MARKS)
    return sorted(resources, key=lambda one: (order.index(one.action), one.address))


def _card(resource: ResourceChange, *, holds_data: bool) -> ResourceCard:
    told = sorted(resource.attributes, key=lambda one: (not one.forces_replacement, one.path))
    if resource.action is ResourceAction.DELETE:
        told = [one for one in told if one.before is not None]
    is_new = resource.action is ResourceAction.CREATE
    telling = [one for one in told if not is_new or not (one.unknown or one.after is None)]
    shown = telling[:_MOST_ATTRIBUTES]
    rest = [one for one in told if one not in shown]
    return ResourceCard(
        address=printable(resource.address),
        type=resource.type,
        mark=_MARKS[resource.action],
        holds_data=holds_data,
        shown=tuple(_attribute(one) for one in shown),
        folded=tuple(_attribute(one) for one in rest),
    )


def _attribute(change: AttributeChange) -> AttributeRow:
    return _row(
        change.path,
        change.before,
        change.after,
        unknown=change.unknown,
        sensitive=change.sensitive,
        forces=change.forces_replacement,
    )


def _output(output: OutputChange) -> AttributeRow:
    """An output that is to have a value, and has none in the plan, is known after the apply."""
    unknown = output.after is None and output.action is not ResourceAction.DELETE
    return _row(output.name, output.before, output.after, unknown=unknown, sensitive=output.sensitive, forces=False)


def _row(path: str, before: Any, after: Any, *, unknown: bool, sensitive: bool, forces: bool) -> AttributeRow:
    lines = () if unknown or sensitive else _difference(before, after)
    return AttributeRow(
        path=printable(path),
        before=_text(before),
        after=UNKNOWN if unknown else _text(after),
        unknown=unknown,
        sensitive=sensitive,
        forces=forces,
        lines=lines,
    )


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return SENSITIVE if value == SENSITIVE else json_text(value)


def _difference(before: Any, after: Any) -> tuple[DiffLine, ...]:
    """Line by line, where both are texts of several lines, or documents in JSON."""
    old, new = _lines(before), _lines(after)
    if old is None or new is None or max(len(old), len(new)) < 2:
        return ()
    if max(len(old), len(new)) > _MOST_DIFF_LINES:
        return ()
    found = [DiffLine(line[0], printable(line[2:])) for line in difflib.ndiff(old, new) if line[0] in " +-"]
    return tuple(_without_far_context(found))


def _without_far_context(lines: Sequence[DiffLine], around: int = 3) -> Iterator[DiffLine]:
    changed = [index for index, line in enumerate(lines) if line.sign != " "]
    near = {index + offset for index in changed for offset in range(-around, around + 1)}
    was_left_out = False
    for index, line in enumerate(lines):
        if index in near:
            was_left_out = False
            yield line
        elif not was_left_out:
            was_left_out = True
            yield DiffLine(" ", "…")


def _lines(value: Any) -> list[str] | None:
    if not isinstance(value, str):
        return None
    if value[:1] in ("{", "["):
        try:
            return json.dumps(json.loads(value), indent=2, ensure_ascii=False).splitlines()
        except ValueError:
            return value.splitlines()
    return value.splitlines() if "\n" in value else None


def _facts(plan: Plan) -> Iterator[tuple[str, str]]:
    binding = plan.binding
    yield "engine", f"{binding.engine} {binding.engine_version}"
    yield "commit", binding.commit
    serial = "no state yet" if binding.state_serial is None else f"serial {binding.state_serial}"
    yield "state", serial
    yield "digest", binding.digest
    yield "resources", plural(len(plan.resources), "resource")

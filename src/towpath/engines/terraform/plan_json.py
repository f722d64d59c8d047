"""Reads a plan as `show -json` prints it (format 1.x, of Terraform and of OpenTofu).

1. Every resource whose actions are not a no-op becomes a `ResourceChange`; one that only moves keeps its no-op.
2. Its attributes are compared leaf by leaf: what differs, or will be known only after the apply, is listed.
3. What is marked sensitive before or after, at any depth, is masked; so are whole outputs.
4. An attribute under one of `replace_paths` forces the replacement.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from towpath.model.plans import AttributeChange, OutputChange, ResourceAction, ResourceChange
from towpath.problems import Problem, ProblemError

__all__ = ["SENSITIVE", "PlanContent", "hide_secrets", "read_plan"]

SENSITIVE = "(sensitive)"

_ACTIONS = {
    ("no-op",): ResourceAction.NO_OP,
    ("create",): ResourceAction.CREATE,
    ("read",): ResourceAction.READ,
    ("update",): ResourceAction.UPDATE,
    ("delete",): ResourceAction.DELETE,
    ("forget",): ResourceAction.FORGET,
    ("delete", "create"): ResourceAction.REPLACE,
    ("create", "delete"): ResourceAction.REPLACE,
    ("create", "forget"): ResourceAction.CREATE,
    ("forget", "create"): ResourceAction.CREATE,
}

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class PlanContent:
    """What a plan would do; outputs that stay as they are are left out."""

    resources: tuple[ResourceChange, ...]
    outputs: tuple[OutputChange, ...]


def read_plan(content: bytes) -> PlanContent:
    """Raises `ProblemError` (`plan-unreadable`) for another major format, or an action nobody knows."""
    try:
        data = json.loads(content, parse_float=Decimal)
        version = str(data["format_version"])
        if version.split(".")[0] not in ("0", "1"):
            raise ProblemError(_unreadable(f"Its format is {version}; Towpath reads 1.x."))
        resources = tuple(_resource(entry) for entry in data.get("resource_changes") or () if _matters(entry))
        outputs = tuple(_output(name, change) for name, change in sorted((data.get("output_changes") or {}).items()))
    except (ValueError, KeyError, TypeError) as error:
        raise ProblemError(_unreadable(f"Something expected is not in it: {error}.")) from None
    return PlanContent(resources, tuple(o for o in outputs if o.action is not ResourceAction.NO_OP))


def _unreadable(detail: str) -> Problem:
    hint = "Plan with a released version of OpenTofu or Terraform; if this is one, please report it."
    return Problem("plan-unreadable", "A plan file cannot be read", detail, hint=hint)


def _matters(entry: Mapping[str, Any]) -> bool:
    """Whether it says something: a no-op only when the resource moved, was imported, or its data is read again."""
    change = entry["change"]
    return _action(change) is not ResourceAction.NO_OP or "previous_address" in entry or "importing" in change


def _action(change: Mapping[str, Any]) -> ResourceAction:
    actions = tuple(change["actions"])
    if actions not in _ACTIONS:
        raise ProblemError(_unreadable(f"It holds an action that Towpath does not know: {', '.join(actions)}."))
    return _ACTIONS[actions]


def _resource(entry: Mapping[str, Any]) -> ResourceChange:
    change = entry["change"]
    action = _action(change)
    if action is ResourceAction.NO_OP:
        # The state changes (an address moves, an object is imported), although the object does not.
        action = ResourceAction.UPDATE
    deposed = f" (deposed {entry['deposed']})" if "deposed" in entry else ""
    return ResourceChange(entry["address"] + deposed, entry["type"], action, tuple(_attributes(change)))


def _output(name: str, change: Mapping[str, Any]) -> OutputChange:
    sensitive = bool(_any_mark(change.get("before_sensitive")) or _any_mark(change.get("after_sensitive")))
    before, after = change.get("before"), change.get("after")
    if sensitive:
        before, after = _masked(before, after)
    return OutputChange(name, _action(change), plain(before), plain(after), sensitive)


def _any_mark(mark: Any) -> bool:
    if isinstance(mark, Mapping):
        return any(map(_any_mark, mark.values()))
    return any(map(_any_mark, mark)) if isinstance(mark, list) else bool(mark)


@dataclass(frozen=True, slots=True)
class _Sides:
    """One place of a resource, in each of the parallel trees of a change."""

    before: Any
    after: Any
    unknown: Any
    before_sensitive: Any
    after_sensitive: Any

    @property
    def sensitive(self) -> bool:
        return self.before_sensitive is True or self.after_sensitive is True

    @property
    def differs(self) -> bool:
        return self.unknown is True or self.before != self.after or _any_mark(self.unknown)

    def keys(self) -> Sequence[str | int]:
        """What to go into; nothing where this is a leaf."""
        values = [value for value in (self.before, self.after) if value is not None]
        if self.unknown is True or self.sensitive or not values:
            return ()
        if all(isinstance(value, Mapping) for value in values):
            marked = self.unknown if isinstance(self.unknown, Mapping) else {}
            return sorted({key for value in (*values, marked) for key in value})
        if all(isinstance(value, list) for value in values):
            length = len(self.unknown) if isinstance(self.unknown, list) else 0
            return range(max(length, *map(len, values)))
        return ()

    def at(self, key: str | int) -> _Sides:
        return _Sides(
            _get(self.before, key),
            _get(self.after, key),
            _get(self.unknown, key, spread=True),
            _get(self.before_sensitive, key, spread=True),
            _get(self.after_sensitive, key, spread=True),
        )


def _get(tree: Any, key: str | int, *, spread: bool = False) -> Any:
    """The part of a tree; a mark on the whole (`true`) is spread over its parts."""
    if spread and tree is True:
        return True
    if isinstance(tree, Mapping):
        return tree.get(str(key))
    if isinstance(tree, list) and isinstance(key, int) and key < len(tree):
        return tree[key]
    return None


def _attributes(change: Mapping[str, Any]) -> Iterator[AttributeChange]:
    sides = _Sides(
        change.get("before"),
        change.get("after"),
        change.get("after_unknown"),
        change.get("before_sensitive"),
        change.get("after_sensitive"),
    )
    replacing = [tuple(path) for path in change.get("replace_paths") or ()]
    yield from _walk((), sides, replacing)


def _walk(path: Path, sides: _Sides, replacing: Sequence[Path]) -> Iterator[AttributeChange]:
    if not sides.differs:
        return
    keys = sides.keys()
    if keys:
        for key in keys:
            yield from _walk((*path, key), sides.at(key), replacing)
    elif path:
        yield _attribute(path, sides, replacing)


def _attribute(path: Path, sides: _Sides, replacing: Sequence[Path]) -> AttributeChange:
    before, after = sides.before, sides.after
    # A leaf may still hold marked parts: an object that appears or changes its type is shown whole.
    sensitive = _any_mark(sides.before_sensitive) or _any_mark(sides.after_sensitive)
    if sensitive:
        before, after = _masked(before, after)
    return AttributeChange(
        path=_dotted(path),
        before=plain(before),
        after=None if sides.unknown is True else plain(after),
        unknown=_any_mark(sides.unknown),
        sensitive=sensitive,
        forces_replacement=any(path[: len(forced)] == forced or forced[: len(path)] == path for forced in replacing),
    )


def _dotted(path: Path) -> str:
    text = ""
    for step in path:
        if isinstance(step, str) and step.isidentifier():
            text += f".{step}"
        else:
            text += f"[{json.dumps(step)}]"
    return text.removeprefix(".")


def plain(value: Any) -> Any:
    """The value with numbers that `json.dumps` takes; one that a float would damage becomes a text."""
    if isinstance(value, Decimal):
        return float(value) if Decimal(repr(float(value))) == value else str(value)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def hide_secrets(content: PlanContent, secrets: Collection[str]) -> PlanContent:
    """The same without values that hold one of these texts: what the configuration knows to be secret may not be marked
    so in the module it is given to.
    """
    if not secrets:
        return content
    resources = tuple(
        replace(resource, attributes=tuple(_hidden_attribute(attribute, secrets) for attribute in resource.attributes))
        for resource in content.resources
    )
    return PlanContent(resources, tuple(_hidden_output(output, secrets) for output in content.outputs))


def _hidden_attribute(attribute: AttributeChange, secrets: Collection[str]) -> AttributeChange:
    if not (_holds(attribute.before, secrets) or _holds(attribute.after, secrets)):
        return attribute
    before, after = _masked(attribute.before, attribute.after)
    return replace(attribute, before=before, after=after, sensitive=True)


def _hidden_output(output: OutputChange, secrets: Collection[str]) -> OutputChange:
    if not (_holds(output.before, secrets) or _holds(output.after, secrets)):
        return output
    before, after = _masked(output.before, output.after)
    return replace(output, before=before, after=after, sensitive=True)


def _masked(before: Any, after: Any) -> tuple[Any, Any]:
    """Both sides: of a change to a secret, what it was is one too. What was not there stays so."""
    return SENSITIVE if before is not None else None, SENSITIVE if after is not None else None


def _holds(value: Any, secrets: Collection[str]) -> bool:
    if isinstance(value, Mapping):
        return any(_holds(item, secrets) for pair in value.items() for item in pair)
    if isinstance(value, list):
        return any(_holds(item, secrets) for item in value)
    return value is not None and any(secret in str(value) for secret in secrets)

"""What a commit changes: affected units, each with its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from towpath.model.paths import UnitPath
from towpath.problems import Problem

__all__ = ["Action", "AffectedUnit", "Change", "ChangeSet", "Held", "MayFollow", "Reason", "ReasonKind"]


class Change(StrEnum):
    """How a unit differs between two commits."""

    ADDED = "added"
    MODIFIED = "modified"
    REMOVED = "removed"


class Action(StrEnum):
    """What a run will do to a unit."""

    APPLY = "apply"
    DESTROY = "destroy"
    NONE = "none"


class Held(StrEnum):
    """Why a unit is shown but not applied by a run."""

    PROTECTED = "protected"


class ReasonKind(StrEnum):
    """Why a unit is affected."""

    ADDED = "added"
    REMOVED = "removed"
    VALUE = "value"
    FILE = "file"
    MODULE = "module"
    SOURCE = "source"
    DEPENDENCY = "dependency"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. `attribute` is a dotted path into the evaluated unit (`inputs.cidr`); `before` and `after` are JSON
    values with sensitive ones masked; `file` is the repository's file that carries the change; `detail` is a sentence
    where the other fields do not speak for themselves.
    """

    kind: ReasonKind
    attribute: str | None = None
    before: Any = None
    after: Any = None
    file: str | None = None
    detail: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "attribute": self.attribute,
            "before": self.before,
            "after": self.after,
            "file": self.file,
            "detail": self.detail,
        }


@dataclass(frozen=True, slots=True)
class AffectedUnit:
    """A unit that differs. `base_commit` is what it was compared with; a removed unit is read from there."""

    path: UnitPath
    account: str | None
    change: Change
    action: Action
    reasons: tuple[Reason, ...]
    held: Held | None = None
    base_commit: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "account": self.account,
            "change": self.change.value,
            "action": self.action.value,
            "held": self.held.value if self.held else None,
            "reasons": [reason.as_json() for reason in self.reasons],
        }


@dataclass(frozen=True, slots=True)
class MayFollow:
    """A unit for which nothing differs, but which reads outputs of `upstreams`, which are affected."""

    path: UnitPath
    upstreams: tuple[UnitPath, ...]


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """The affected units between two commits, sorted by path."""

    base: str | None
    head: str
    units: tuple[AffectedUnit, ...]
    may_follow: tuple[MayFollow, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.units

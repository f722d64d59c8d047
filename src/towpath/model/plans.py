"""What an engine says it would do to one unit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from towpath.model.paths import UnitPath

__all__ = [
    "AttributeChange",
    "Exactness",
    "OutputChange",
    "Plan",
    "PlanBinding",
    "PlanCounts",
    "ResourceAction",
    "ResourceChange",
]


class ResourceAction(StrEnum):
    """What happens to one resource."""

    CREATE = "create"
    READ = "read"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    FORGET = "forget"
    NO_OP = "no-op"

    @property
    def is_destructive(self) -> bool:
        return self in (ResourceAction.REPLACE, ResourceAction.DELETE)

    @property
    def changes_something(self) -> bool:
        return self not in (ResourceAction.NO_OP, ResourceAction.READ)


class Exactness(StrEnum):
    """A provisional plan holds mocked outputs; it is shown and approved, but never applied."""

    EXACT = "exact"
    PROVISIONAL = "provisional"


@dataclass(frozen=True, slots=True)
class AttributeChange:
    """One attribute of a resource. Sensitive values are masked already; `unknown` means known only after apply."""

    path: str
    before: Any
    after: Any
    unknown: bool = False
    sensitive: bool = False
    forces_replacement: bool = False


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """One resource and what would happen to it. `type` is the resource type (`aws_s3_bucket`)."""

    address: str
    type: str
    action: ResourceAction
    attributes: tuple[AttributeChange, ...] = ()


@dataclass(frozen=True, slots=True)
class OutputChange:
    """One output of the unit; values are masked when sensitive."""

    name: str
    action: ResourceAction
    before: Any = None
    after: Any = None
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """How many resources are added, changed, destroyed, replaced; a replacement counts as that alone."""

    add: int = 0
    change: int = 0
    destroy: int = 0
    replace: int = 0


@dataclass(frozen=True, slots=True)
class PlanBinding:
    """What a plan is bound to. `digest` is `sha256:` and the hash of the plan file's bytes before encryption;
    `state_lineage` and `state_serial` are None where there was no state yet.
    """

    unit: UnitPath
    commit: str
    fingerprint: str
    state_lineage: str | None
    state_serial: int | None
    engine: str
    engine_version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen to one unit, and to what that statement is bound."""

    binding: PlanBinding
    exactness: Exactness
    resources: tuple[ResourceChange, ...] = ()
    outputs: tuple[OutputChange, ...] = ()
    is_destroy: bool = False

    @property
    def counts(self) -> PlanCounts:
        actions = [resource.action for resource in self.resources]
        return PlanCounts(
            add=actions.count(ResourceAction.CREATE),
            change=actions.count(ResourceAction.UPDATE),
            destroy=actions.count(ResourceAction.DELETE),
            replace=actions.count(ResourceAction.REPLACE),
        )

    @property
    def changes_nothing(self) -> bool:
        """Neither a resource nor an output would change: there is nothing to apply."""
        return not any(r.action.changes_something for r in self.resources) and not any(
            o.action.changes_something for o in self.outputs
        )

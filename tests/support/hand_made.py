"""Live repositories made by hand, without files: for tests of what is computed from units."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from towpath.config import TowpathConfig
from towpath.live import Live, Unit, UnitKind
from towpath.model.accounts import Account
from towpath.model.changes import Action, AffectedUnit, Change, ChangeSet, Held, MayFollow, Reason, ReasonKind
from towpath.model.paths import UnitPath, unit_path
from towpath.model.plans import AttributeChange, Exactness, Plan, PlanBinding, ResourceAction, ResourceChange
from towpath.problems import Problem

BASE = "b" * 40
HEAD = "a" * 40
TIERS = {"shared": 0, "dev": 1, "stage": 2, "prod": 3}


def hand_made_unit(path: str, *needs: str, tier: int | None = None, fingerprint: str = "", **more: Any) -> Unit:
    """A unit whose account is its first folder; the accounts of `TIERS` have their tier there."""
    first = path.partition("/")[0]
    order = TIERS.get(first, 0) if tier is None else tier
    values: dict[str, Any] = {
        "kind": UnitKind.TERRAGRUNT,
        "account": Account(first, "1" * 12, order) if first in TIERS else None,
        "region": None,
        "layer": None,
        "reads": (),
        "files": {},
        "module": None,
        "source": None,
        "protected": False,
    }
    values.update(more)
    return Unit(
        path=unit_path(path),
        tier=order,
        dependencies=tuple(unit_path(need) for need in needs),
        fingerprint=fingerprint or f"sha256:{path}",
        **values,
    )


def hand_made_live(*units: Unit, commit: str = HEAD, config: TowpathConfig | None = None) -> Live:
    """A live repository of these units."""
    problems: tuple[Problem, ...] = tuple(problem for unit in units for problem in unit.problems)
    return Live(
        commit=commit,
        config=config or TowpathConfig(),
        units={unit.path: unit for unit in sorted(units, key=lambda unit: unit.path)},
        accounts={unit.account.name: unit.account for unit in units if unit.account},
        problems=problems,
    )


def affected(path: str, change: Change = Change.MODIFIED, **more: Any) -> AffectedUnit:
    """An affected unit; a removed one is destroyed, any other applied."""
    first = path.partition("/")[0]
    values: dict[str, Any] = {
        "account": first if first in TIERS else None,
        "action": Action.DESTROY if change is Change.REMOVED else Action.APPLY,
        "reasons": (Reason(ReasonKind.VALUE, "inputs.x", 1, 2),),
        "base_commit": BASE,
    }
    return AffectedUnit(path=unit_path(path), change=change, **{**values, **more})


def held(path: str) -> AffectedUnit:
    return affected(path, held=Held.PROTECTED)


def change_set(*units: AffectedUnit, may_follow: Iterable[MayFollow] = ()) -> ChangeSet:
    return ChangeSet(BASE, HEAD, tuple(sorted(units, key=lambda unit: unit.path)), tuple(may_follow))


def follower(path: str, *upstreams: str) -> MayFollow:
    return MayFollow(unit_path(path), tuple(unit_path(upstream) for upstream in upstreams))


def hand_made_plan(*resources: ResourceChange, provisional: bool = False, **more: Any) -> Plan:
    """A plan of one unit that would change these resources."""
    binding = PlanBinding(UnitPath("dev/app"), HEAD, "sha256:f", "lineage", 3, "terraform", "1.9.0", "sha256:d")
    exactness = Exactness.PROVISIONAL if provisional else Exactness.EXACT
    return Plan(binding, exactness, tuple(resources), **more)


def resource(address: str, action: ResourceAction, **attributes: Any) -> ResourceChange:
    """A resource and the values its attributes get; `...` stands for one that is known after the apply."""
    changes = tuple(
        AttributeChange(name, None, None if value is ... else value, unknown=value is ...)
        for name, value in attributes.items()
    )
    return ResourceChange(address, address.rpartition(".")[0].rpartition(".")[2], action, changes)

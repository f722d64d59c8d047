"""Gates and holds: what must hold before a run goes on.

A gate is asked for by the configuration, per environment. A hold is what makes a run wait for a person although no gate
asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from towpath.model.paths import UnitPath
from towpath.model.windows import Window

__all__ = ["OUTSIDE_ENVIRONMENT", "GateSpec", "Hold", "HoldKind"]

OUTSIDE_ENVIRONMENT = "outside"
"""The environment of units outside any account: gates name it like an account."""


@dataclass(frozen=True, slots=True)
class GateSpec:
    """What one environment asks for before its units are applied.

    `approvals` is how many different people must approve; `approvers` are those who may, and groups of them (what has
    no @ may be either), empty meaning anybody; `not_author` keeps the author of the change from being one of them. What
    was approved goes on in the `window`.
    """

    environment: str
    approvals: int = 0
    approvers: tuple[str, ...] = ()
    not_author: bool = False
    window: Window | None = None

    @property
    def asks_for_something(self) -> bool:
        return self.approvals > 0 or self.window is not None

    def as_json(self) -> dict[str, Any]:
        return {
            "environment": self.environment,
            "approvals": self.approvals,
            "approvers": list(self.approvers),
            "not_author": self.not_author,
            "window": self.window.as_json() if self.window is not None else None,
        }


class HoldKind(StrEnum):
    """Why a run waits for a person."""

    UNITS = "units"
    ACCOUNTS = "accounts"
    PROTECTED = "protected"
    DATA = "data"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, order=True)
class Hold:
    """One reason to wait. `detail` is a sentence; `unit` is None where the hold is of the whole run."""

    kind: HoldKind
    detail: str
    unit: UnitPath | None = None

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind.value, "detail": self.detail, "unit": self.unit}

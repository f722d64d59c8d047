"""Which gates the environments of a walk ask for."""

from __future__ import annotations

from collections.abc import Iterable

from towpath.config import Globs, TowpathConfig
from towpath.model.gates import OUTSIDE_ENVIRONMENT, GateSpec
from towpath.model.windows import DAYS, Window
from towpath.planning.walk import Step

__all__ = ["gate_of", "gates_of"]


def gate_of(environment: str, config: TowpathConfig) -> GateSpec:
    """What `towpath.yml` asks for before this environment: by its name, or else by the first pattern that fits it."""
    settings = config.gates.get(environment)
    if settings is None:
        pattern = Globs(config.gates).first(environment)
        settings = config.gates[pattern] if pattern is not None else None
    if settings is None:
        return GateSpec(environment)
    asked = settings.window
    days = tuple(day for day in DAYS if asked is not None and day in asked.days)
    window = Window(days, asked.start, asked.end, asked.time_zone) if asked is not None else None
    return GateSpec(environment, settings.approvals, settings.approvers, settings.not_author, window)


def gates_of(steps: Iterable[Step], config: TowpathConfig) -> tuple[GateSpec, ...]:
    """The gates of the environments these steps touch, sorted; held steps touch nothing, since nobody applies them."""
    environments = {step.account or OUTSIDE_ENVIRONMENT for step in steps if step.held is None}
    gates = (gate_of(environment, config) for environment in sorted(environments))
    return tuple(gate for gate in gates if gate.asks_for_something)

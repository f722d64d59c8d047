"""Terragrunt's command lines, as pure functions.

Each runs one engine command on one unit. What Terragrunt is told stands before `--`, what the engine is told after it.
Terragrunt puts the unit's extra arguments before what stands there, so of two options of one name Towpath's counts:
only what Towpath must have its way with is given.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from towpath.terragrunt.config import ExtraArguments

__all__ = ["Handed", "apply_command", "plan_command"]

_QUIET = ("-input=false", "-no-color")


@dataclass(frozen=True, slots=True)
class Handed:
    """What Terragrunt is given to work with: its binary, the unit's folder, what it starts as the engine, where it may
    keep what it copies and fetches, and where the plan file is.
    """

    terragrunt: str
    unit: Path
    engine: Path
    cache: Path
    plan: Path


def plan_command(
    handed: Handed, lock_timeout: int, extra: Iterable[ExtraArguments], *, destroy: bool
) -> tuple[str, ...]:
    """`lock_timeout` in seconds; it counts unless the unit's extra arguments set one."""
    down = ("-destroy",) if destroy else ()
    wait = _lock_timeout("plan", lock_timeout, extra)
    return (*_run(handed), "plan", *_QUIET, *wait, *down, f"-out={handed.plan}")


def apply_command(handed: Handed, lock_timeout: int, extra: Iterable[ExtraArguments]) -> tuple[str, ...]:
    """Applies the saved plan, also one that takes the unit down: `destroy` takes none."""
    return (*_run(handed), "apply", *_QUIET, *_lock_timeout("apply", lock_timeout, extra), str(handed.plan))


def _run(handed: Handed) -> tuple[str, ...]:
    # That nothing is coloured is said by the environment: Terragrunt takes the engine's `-no-color` for a second
    # `--no-color`, and drops it.
    return (
        handed.terragrunt,
        "run",
        "--non-interactive",
        "--no-auto-retry",
        "--tf-forward-stdout",
        "--log-format=pretty",
        f"--working-dir={handed.unit}",
        f"--tf-path={handed.engine}",
        f"--download-dir={handed.cache}",
        "--",
    )


def _lock_timeout(command: str, seconds: int, extra: Iterable[ExtraArguments]) -> tuple[str, ...]:
    given = (argument for block in extra if command in block.commands for argument in block.arguments)
    is_set = any(argument.lstrip("-").startswith("lock-timeout") for argument in given)
    return () if is_set else (f"-lock-timeout={seconds}s",)

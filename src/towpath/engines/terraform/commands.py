"""The engine's command lines, as pure functions.

What Towpath needs comes first, then the unit's extra arguments: of two options of one name the engine takes the last.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from towpath.terragrunt.config import ExtraArguments

__all__ = [
    "PLAN_FILE",
    "apply_command",
    "extra_arguments",
    "extra_environment",
    "get_command",
    "init_command",
    "output_command",
    "plan_command",
    "pull_command",
    "show_command",
]

PLAN_FILE = "towpath.tfplan"
"""The name of the plan file in the working folder."""

_QUIET = ("-input=false", "-no-color")
_DECIDED_BY_PLAN = ("var", "var-file", "target", "replace", "refresh", "refresh-only", "destroy", "exclude")
"""Options of planning, which a saved plan has taken in; the engine refuses them beside one."""


def init_command(binary: str, backend: Sequence[str], extra: Sequence[str]) -> tuple[str, ...]:
    """`backend` are options that configure it, such as `-backend-config=FILE`."""
    return (binary, "init", *_QUIET, "-reconfigure", *backend, *extra)


def get_command(binary: str) -> tuple[str, ...]:
    return (binary, "get", "-no-color")


def plan_command(binary: str, lock_timeout: int, extra: Sequence[str], *, destroy: bool) -> tuple[str, ...]:
    """`lock_timeout` in seconds."""
    down = ("-destroy",) if destroy else ()
    return (binary, "plan", *_QUIET, f"-lock-timeout={lock_timeout}s", *down, *extra, f"-out={PLAN_FILE}")


def show_command(binary: str, plan: str = PLAN_FILE) -> tuple[str, ...]:
    return (binary, "show", "-json", plan)


def apply_command(binary: str, lock_timeout: int, extra: Iterable[str]) -> tuple[str, ...]:
    """Applies the saved plan; options that only planning takes are left out of `extra`."""
    kept = tuple(_without_planning_options(extra))
    return (binary, "apply", *_QUIET, f"-lock-timeout={lock_timeout}s", *kept, PLAN_FILE)


def _without_planning_options(arguments: Iterable[str]) -> Iterable[str]:
    skip_next = False
    for argument in arguments:
        name, assigned, _ = argument.lstrip("-").partition("=")
        if skip_next:
            skip_next = False
        elif argument.startswith("-") and name in _DECIDED_BY_PLAN:
            # `-var name=value` in two words: the second belongs to it. Switches have no second word.
            skip_next = not assigned and name in ("var", "var-file", "target", "replace", "exclude")
        else:
            yield argument


def output_command(binary: str) -> tuple[str, ...]:
    return (binary, "output", "-json", "-no-color")


def pull_command(binary: str) -> tuple[str, ...]:
    return (binary, "state", "pull")


def extra_arguments(blocks: Iterable[ExtraArguments], command: str, folder: Path) -> tuple[str, ...]:
    """What the unit's `extra_arguments` blocks add to a command. Var files are given relative to `folder` or in full;
    an optional one counts if it is there.
    """
    given: list[str] = []
    for block in blocks:
        if command not in block.commands:
            continue
        given.extend(block.arguments)
        given.extend(f"-var-file={name}" for name in block.required_var_files)
        given.extend(f"-var-file={name}" for name in block.optional_var_files if (folder / name).is_file())
    return tuple(given)


def extra_environment(blocks: Iterable[ExtraArguments], commands: Collection[str]) -> dict[str, str]:
    """The variables that the unit's `extra_arguments` blocks set for any of the commands."""
    return {
        name: value
        for block in blocks
        if any(command in block.commands for command in commands)
        for name, value in block.env_vars.items()
    }

"""Which hooks run around a command, with what, where.

After a failure, of the command or of a hook, only those hooks run that ask for it; before hooks too, since a later one
may clean up what an earlier one left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from towpath.engines.terraform.patterns import any_found
from towpath.terragrunt.config import Hook

__all__ = ["HookCall", "after_hooks", "before_hooks", "error_hooks"]


@dataclass(frozen=True, slots=True)
class HookCall:
    """One hook to run; `quiet` keeps its standard output out of the log, `after_failure` says that it runs although
    something before it failed.
    """

    name: str
    argv: tuple[str, ...]
    folder: Path
    quiet: bool = False
    after_failure: bool = False


def before_hooks(hooks: Iterable[Hook], commands: Collection[str], folder: Path) -> tuple[HookCall, ...]:
    """`commands` are the names under which the command is known; `folder` is where the engine runs."""
    return tuple(_call(hook, folder) for hook in hooks if _fits(hook, commands))


def after_hooks(hooks: Iterable[Hook], commands: Collection[str], folder: Path) -> tuple[HookCall, ...]:
    return tuple(_call(hook, folder) for hook in hooks if _fits(hook, commands))


def error_hooks(hooks: Iterable[Hook], commands: Collection[str], folder: Path, output: str) -> tuple[HookCall, ...]:
    """Those one of whose patterns is found in what the engine printed. One that fails keeps no other from running."""
    fitting = (hook for hook in hooks if _fits(hook, commands) and any_found(hook.on_errors, output))
    return tuple(replace(_call(hook, folder), after_failure=True) for hook in fitting)


def _fits(hook: Hook, commands: Collection[str]) -> bool:
    return bool(hook.execute) and hook.if_ is not False and any(command in hook.commands for command in commands)


def _call(hook: Hook, folder: Path) -> HookCall:
    where = folder / hook.working_dir if hook.working_dir else folder
    return HookCall(hook.name, tuple(hook.execute), where, hook.suppress_stdout, hook.run_on_error)

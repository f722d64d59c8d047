"""Drives the engine's commands for one unit through a runner.

1. Each command runs with its hooks around it: before hooks first (after one that fails the command does not run), then
   the command, then after hooks, and error hooks when what failed fits one of their patterns.
2. A failure that is known to go away by itself, or that the unit's `errors` block says may be retried, is tried again
   after a pause; cancelling ends the pause (`attempts`).
3. What comes back is a `Done`: what was printed or captured, or the problem in words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from towpath.engines.terraform import commands
from towpath.engines.terraform.attempts import Console, Done, attempted
from towpath.engines.terraform.binary import EngineBinary
from towpath.engines.terraform.failures import Failure
from towpath.engines.terraform.hooks import HookCall, after_hooks, before_hooks, error_hooks
from towpath.model.commands import Command, CommandResult, Runner
from towpath.problems import Problem
from towpath.terragrunt.config import UnitConfig

__all__ = ["APPLY_GRACE", "Console", "Done", "TerraformEngine", "Workspace"]

APPLY_GRACE = 50.0
"""Seconds an interrupted apply has to write down what it did: less than the minute after which a lost worker is
replaced by another."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """One unit, ready for the engine. `backend` are options for `init`; `config` is None for a plain root module."""

    folder: Path
    environment: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    backend: tuple[str, ...] = ()
    config: UnitConfig | None = None
    lock_timeout: int = 300


READING = ("read-config", "terragrunt-read-config")
"""What hooks call the reading of the configuration: today's name, and the one of old."""


class TerraformEngine:
    """OpenTofu or Terraform. Holds no state between calls."""

    def __init__(self, binary: EngineBinary, runner: Runner) -> None:
        self.binary = binary
        self._runner = runner

    def plan_file(self, workspace: Workspace) -> Path:
        return workspace.folder / commands.PLAN_FILE

    def folder(self, workspace: Workspace) -> Path | None:
        """Where the engine runs."""
        return workspace.folder

    def init(self, workspace: Workspace, console: Console) -> Done:
        extra = self._extra(workspace, "init")
        return self._step(workspace, console, "init", commands.init_command(self.binary.path, workspace.backend, extra))

    def get(self, workspace: Workspace, console: Console) -> Done:
        """Fetches the modules that the folder's configuration names."""
        return self._step(workspace, console, "get", commands.get_command(self.binary.path))

    def plan(self, workspace: Workspace, console: Console, *, destroy: bool) -> Done:
        extra = self._extra(workspace, "plan")
        argv = commands.plan_command(self.binary.path, workspace.lock_timeout, extra, destroy=destroy)
        return self._step(workspace, console, "plan", argv)

    def show(self, workspace: Workspace, console: Console, plan: str = commands.PLAN_FILE) -> Done:
        """The saved plan as JSON, in `stdout`."""
        return self._quiet(workspace, console, "show", commands.show_command(self.binary.path, plan))

    def apply(self, workspace: Workspace, console: Console, *, destroy: bool) -> Done:
        name = "destroy" if destroy else "apply"
        argv = commands.apply_command(self.binary.path, workspace.lock_timeout, self._extra(workspace, name))
        return self._step(workspace, console, name, argv)

    def outputs(self, workspace: Workspace, console: Console) -> Done:
        """`output -json`, in `stdout`."""
        return self._quiet(workspace, console, "output", commands.output_command(self.binary.path))

    def pull(self, workspace: Workspace, console: Console) -> Done:
        """The state itself, in `stdout`; empty when there is none."""
        return self._quiet(workspace, console, "state pull", commands.pull_command(self.binary.path))

    def after_reading(self, workspace: Workspace, console: Console) -> Done:
        """The hooks that want to run once the configuration is read; before that there is no hook to know of."""
        calls = after_hooks(workspace.config.after_hooks, READING, workspace.folder) if workspace.config else ()
        return self._hooks(workspace, console, READING[0], calls, Done())

    def phase(self, workspace: Workspace, console: Console, name: str, work: Callable[[], Done] = Done) -> Done:
        """Work that is no command of the engine's, with its hooks around it."""
        return self._around(workspace, console, name, work)

    def _extra(self, workspace: Workspace, name: str) -> tuple[str, ...]:
        blocks = workspace.config.extra_arguments if workspace.config else ()
        return commands.extra_arguments(blocks, name, workspace.folder)

    def _quiet(self, workspace: Workspace, console: Console, name: str, argv: tuple[str, ...]) -> Done:
        """A command whose output is wanted, without hooks."""
        return attempted(workspace.config, console, name, lambda: self._run(workspace, console, argv, capture=True))

    def _step(self, workspace: Workspace, console: Console, name: str, argv: tuple[str, ...]) -> Done:
        return self._around(
            workspace,
            console,
            name,
            lambda: attempted(workspace.config, console, name, lambda: self._run(workspace, console, argv)),
        )

    def _around(self, workspace: Workspace, console: Console, name: str, work: Callable[[], Done]) -> Done:
        """The work with its hooks. What failed first is what is told."""
        config, folder = workspace.config, workspace.folder
        if config is None:
            return work()
        done = self._hooks(workspace, console, name, before_hooks(config.before_hooks, (name,), folder), Done())
        done = work() if done.ok else done
        if done.interrupted:
            return done
        done = self._hooks(workspace, console, name, after_hooks(config.after_hooks, (name,), folder), done)
        if done.ok or done.interrupted:
            return done
        calls = error_hooks(config.error_hooks, (name,), folder, _said(done))
        return self._hooks(workspace, console, name, calls, done)

    def _hooks(
        self, workspace: Workspace, console: Console, command: str, calls: tuple[HookCall, ...], so_far: Done
    ) -> Done:
        """Runs hooks in their order, after a failure only those that want to run then. The first failure, or what was
        before.
        """
        done = so_far
        for call in calls:
            if not done.ok and not call.after_failure:
                continue
            console.log.line(f"towpath: hook {call.name}")
            context = {"TG_CTX_COMMAND": command, "TG_CTX_HOOK_NAME": call.name, "TG_CTX_TF_PATH": self.binary.path}
            environment = {**workspace.environment, **context}
            hook = Command(call.argv, call.folder, environment, workspace.secrets, capture=call.quiet)
            result = self._runner.run(hook, console.log, console.cancellation)
            if result.interrupted:
                return Done(interrupted=True)
            if not result.ok and done.ok:
                detail = f"The hook {call.name!r} of `{command}` ended with status {result.status}."
                hint = "The unit's log has what it printed. Mend the hook, or what it looks at, then resume the run."
                problem = Problem("hook-failed", "A hook failed", detail, hint=hint)
                done = Done(result.tail.encode(), problem, Failure.OTHER)
        return done

    def _run(
        self, workspace: Workspace, console: Console, argv: tuple[str, ...], *, capture: bool = False
    ) -> CommandResult:
        command = Command(argv, workspace.folder, workspace.environment, workspace.secrets, capture=capture)
        if argv[1] == "apply":
            command = replace(command, interrupt_grace=APPLY_GRACE)
        return self._runner.run(command, console.log, console.cancellation)


def _said(done: Done) -> str:
    """What error hooks look at: the problem, and what was printed."""
    detail = done.problem.detail if done.problem else ""
    return f"{detail}\n{done.stdout.decode('utf-8', 'replace')}"

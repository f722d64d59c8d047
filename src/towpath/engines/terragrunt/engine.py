"""Lets Terragrunt plan and apply one unit through a runner.

1. One Terragrunt process for each attempt at a plan or an apply. It initialises the unit itself, with the outputs and
   mocks that it gives to the command; it runs the unit's hooks, each once.
2. Attempts are Towpath's, by the same rules as without Terragrunt: so a pause can be called off, and an apply that got
   half-way is not taken for one whose plan was used up. Hooks run anew with each, as in Terragrunt.
3. That Terragrunt ended well is not enough: the engine must have run, and ended well itself.
4. The saved plan and the state are read by the engine directly, where Terragrunt ran it: through Terragrunt, mocks
   that are allowed for a plan would be refused for looking at it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from towpath.engines.terraform.attempts import Console, Done, attempted
from towpath.engines.terraform.binary import EngineBinary
from towpath.engines.terraform.commands import PLAN_FILE
from towpath.engines.terraform.engine import APPLY_GRACE, TerraformEngine, Workspace
from towpath.engines.terraform.failures import Failure
from towpath.engines.terragrunt.between import Between
from towpath.engines.terragrunt.commands import Handed, apply_command, plan_command
from towpath.engines.terragrunt.failures import as_engine_says, never_ran, passed_over
from towpath.model.commands import Command, CommandResult, Runner
from towpath.terragrunt.config import ExtraArguments

__all__ = ["TerragruntEngine"]


class TerragruntEngine:
    """Terragrunt with the engine that it runs, for one unit. `room` is a private folder for all that it needs."""

    def __init__(self, terragrunt: EngineBinary, engine: EngineBinary, runner: Runner, room: Path) -> None:
        self.binary = engine
        self._terragrunt = terragrunt
        self._direct = TerraformEngine(engine, runner)
        self._runner = runner
        self._room = room
        self._between = Between(room)

    def plan_file(self, workspace: Workspace) -> Path:
        del workspace
        return self._room / PLAN_FILE

    def folder(self, workspace: Workspace) -> Path | None:
        """Where the engine ran for the unit; None until it has."""
        del workspace
        note = self._between.read()
        return note.folder if note else None

    def init(self, workspace: Workspace, console: Console) -> Done:
        """Nothing: an `init` of its own would be given other mocks than the plan."""
        del workspace, console
        return Done()

    def plan(self, workspace: Workspace, console: Console, *, destroy: bool) -> Done:
        argv = plan_command(self._handed(workspace), workspace.lock_timeout, _extra(workspace), destroy=destroy)
        return self._step(workspace, console, "plan", Command(argv, workspace.folder, workspace.environment))

    def apply(self, workspace: Workspace, console: Console, *, destroy: bool) -> Done:
        argv = apply_command(self._handed(workspace), workspace.lock_timeout, _extra(workspace))
        command = Command(argv, workspace.folder, workspace.environment, interrupt_grace=APPLY_GRACE)
        return self._step(workspace, console, "destroy" if destroy else "apply", command)

    def show(self, workspace: Workspace, console: Console) -> Done:
        """The saved plan as JSON, in `stdout`."""
        return self._direct.show(self._where_it_ran(workspace), console, str(self.plan_file(workspace)))

    def outputs(self, workspace: Workspace, console: Console) -> Done:
        return self._direct.outputs(self._where_it_ran(workspace), console)

    def pull(self, workspace: Workspace, console: Console) -> Done:
        return self._direct.pull(self._where_it_ran(workspace), console)

    def _where_it_ran(self, workspace: Workspace) -> Workspace:
        return replace(workspace, folder=self.folder(workspace) or workspace.folder)

    def _handed(self, workspace: Workspace) -> Handed:
        return Handed(
            terragrunt=self._terragrunt.path,
            unit=workspace.folder,
            engine=self._between.script,
            cache=self._room / "cache",
            plan=self.plan_file(workspace),
        )

    def _step(self, workspace: Workspace, console: Console, name: str, command: Command) -> Done:
        self._between.write(self.binary.path, self.plan_file(workspace))
        command = replace(command, secrets=workspace.secrets)
        done = attempted(workspace.config, console, name, lambda: self._run(command, console))
        return self._confirmed(name, done) if done.ok else done

    def _run(self, command: Command, console: Console) -> CommandResult:
        self._between.forget()
        result = self._runner.run(command, console.log, console.cancellation)
        return replace(result, tail=as_engine_says(result.tail))

    def _confirmed(self, name: str, done: Done) -> Done:
        note = self._between.read()
        if note is None:
            return Done(problem=never_ran(name), failure=Failure.OTHER)
        if note.status != 0:
            return Done(problem=passed_over(name, note.status), failure=Failure.OTHER)
        return done


def _extra(workspace: Workspace) -> tuple[ExtraArguments, ...]:
    return workspace.config.extra_arguments if workspace.config else ()

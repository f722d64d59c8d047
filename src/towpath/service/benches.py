"""The workbench of one repository, put together."""

from __future__ import annotations

from towpath.engines.terraform.binary import find_engine
from towpath.git import Repository
from towpath.model.commands import Runner
from towpath.model.work import Workbench
from towpath.runs.workbench import TerraformWorkbench, Tools
from towpath.service.outside import Outside
from towpath.stores import State
from towpath.stores.keys import KEY_VARIABLE
from towpath.system import Processes
from towpath.system.aws import BotoAws

__all__ = ["workbench_for"]


def workbench_for(
    outside: Outside, commits: Repository, state: State, runner: Runner, questions: Processes
) -> Workbench:
    """`questions` is what engines are asked for their versions with."""
    environment = outside.environment.all()
    tools = Tools(
        commits=commits,
        state=state.folder,
        # What plans are encrypted with is no business of engines, hooks and commands.
        environment={name: value for name, value in environment.items() if name != KEY_VARIABLE},
        processes=outside.processes,
        runner=runner,
        aws=BotoAws(outside.clock),
        plan_files=state.plans,
        find_engine=find_engine,
        clock=outside.clock,
        ids=outside.ids,
        output_key=state.output_key,
        questions=questions,
    )
    return TerraformWorkbench(tools)

"""`towpath`: where every invocation begins and ends."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click

from towpath.cli.app import App, Doors
from towpath.cli.exits import ExitStatus, status_of
from towpath.cli.globals import global_options
from towpath.cli.lazy import LazyCommand, LazyGroup
from towpath.problems import Problem, ProblemError
from towpath.system import ProcessEnvironment, RandomIds, SystemClock, SystemProcesses
from towpath.system.streams import open_standard_streams
from towpath.system.workers import ForkedWorkers

__all__ = ["cli", "main", "run"]

_COMMANDS = {
    "doctor": LazyCommand(
        "towpath.cli.commands.doctor", "doctor", "Is everything there; what to do about what is not."
    ),
    "units": LazyCommand("towpath.cli.commands.units", "units", "Every unit, with account, region and dependencies."),
    "show": LazyCommand("towpath.cli.commands.show", "show", "A unit as evaluated, and where each value came from."),
    "graph": LazyCommand("towpath.cli.commands.graph", "graph", "The dependency graph: text, dot or svg."),
    "changes": LazyCommand("towpath.cli.commands.changes", "changes", "What differs between two commits, and why."),
    "demo": LazyCommand("towpath.cli.commands.demo", "demo", "The whole story on this machine, in a few minutes."),
    "plan": LazyCommand("towpath.cli.commands.plan", "plan", "Plan these units, or what changed."),
    "apply": LazyCommand("towpath.cli.commands.apply", "apply", "Plan, gates, apply, tier by tier."),
    "destroy": LazyCommand("towpath.cli.commands.apply", "destroy", "Take units down."),
    "drift": LazyCommand("towpath.cli.commands.drift", "drift", "Compare what was applied with what is there."),
    "runs": LazyCommand("towpath.cli.commands.runs", "runs", "Every run, newest first."),
    "status": LazyCommand("towpath.cli.commands.runs", "status", "How a run stands, and what it waits for."),
    "logs": LazyCommand("towpath.cli.commands.runs", "logs", "What the engine printed."),
    "approve": LazyCommand("towpath.cli.commands.deciding", "approve", "Say yes to the plans that a run waits with."),
    "reject": LazyCommand("towpath.cli.commands.deciding", "reject", "Say no: the run is cancelled."),
    "resume": LazyCommand("towpath.cli.commands.deciding", "resume", "Go on with a run; what is done stays done."),
    "cancel": LazyCommand("towpath.cli.commands.deciding", "cancel", "Let nothing more of a run begin."),
    "admin": LazyCommand("towpath.cli.commands.admin", "admin", "The server's accounts, tokens and audit log."),
    "serve": LazyCommand("towpath.cli.commands.serve", "serve", "The service: pages, watching, plans, applies."),
    "worker": LazyCommand("towpath.cli.commands.serve", "worker", "The service without pages, beside others."),
    "notify": LazyCommand("towpath.cli.commands.notify", "notify", "Where people are told: try it."),
    "schema": LazyCommand("towpath.cli.commands.schema", "schema", "The JSON Schema of towpath.yml, for editors."),
    "completion": LazyCommand("towpath.cli.commands.completion", "completion", "The shell's completion script."),
}


@click.group(
    cls=LazyGroup,
    lazy=_COMMANDS,
    params=global_options(),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(package_name="towpath", message="%(package)s %(version)s")
def cli() -> None:
    """Walks changes to infrastructure through many AWS accounts, one tier at a time.

    Exit status: 0 done, 1 failed or halted, 2 wrong usage or invalid configuration, 3 waiting for a person.
    """


def main() -> None:
    """The console script."""
    open_standard_streams()
    sys.exit(run(sys.argv[1:], real_doors()))


def real_doors() -> Doors:
    sits_there = sys.stdin.isatty() and sys.stdout.isatty()
    return Doors(
        SystemProcesses(),
        ProcessEnvironment(),
        SystemClock(),
        RandomIds(),
        Path.cwd(),
        ForkedWorkers(),
        ask=_ask if sits_there else None,
    )


def _ask(question: str, choices: Sequence[str]) -> str:
    answer: str = click.prompt(question, type=click.Choice(choices))
    return answer


def run(arguments: Sequence[str], doors: Doors) -> int:
    """One invocation; returns the exit status. Commands return theirs, None being 0."""
    app = App(doors)
    try:
        status = cli.main(list(arguments), prog_name="towpath", obj=app, standalone_mode=False)
    except click.ClickException as error:
        return _usage(app, error, arguments)
    except (click.Abort, KeyboardInterrupt):
        # It may have come before the options were understood.
        app.options.json = app.options.json or "--json" in arguments
        return _failed(app, ProblemError(_interrupted()))
    except ProblemError as error:
        return _failed(app, error)
    return int(status or ExitStatus.DONE)


def _usage(app: App, error: click.ClickException, arguments: Sequence[str]) -> int:
    """Wrong usage, in click's words; a program gets them as a problem besides."""
    if app.options.json or "--json" in arguments:
        path = getattr(getattr(error, "ctx", None), "command_path", "towpath")
        problem = Problem("wrong-usage", "Wrong usage", error.format_message(), hint=f"`{path} --help` tells how.")
        app.output.document({"problems": [problem.as_json()]})
    error.show()
    return ExitStatus.USAGE


def _failed(app: App, error: ProblemError) -> int:
    app.output.problems(error.problems)
    if app.options.json:
        with suppress(ProblemError):  # when it is the document that cannot be written, that has been told
            app.output.document({"problems": [problem.as_json() for problem in error.problems]})
    return status_of(error.problems)


def _interrupted() -> Problem:
    detail = "Somebody stopped it before it was done. What was recorded before is safe."
    hint = "Type it again; `towpath status` shows how far a run came."
    return Problem("interrupted", "The work was interrupted", detail, hint=hint)

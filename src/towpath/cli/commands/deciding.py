"""`towpath approve`, `reject`, `resume` and `cancel`: what a person decides about a run."""

from __future__ import annotations

import click

from towpath.cli.app import App, pass_app
from towpath.cli.commands.arguments import logs_option, run_argument, server_options, wait_option
from towpath.cli.commands.running import drive, finish, working
from towpath.cli.exits import ExitStatus
from towpath.model.runs import RunStatus
from towpath.runs import RunView
from towpath.views.runs import run_lines

__all__ = ["approve", "cancel", "reject", "resume"]

_environment = click.option(
    "--environment", metavar="NAME", help="Only this environment's gate. Default: every open one."
)
_reason = click.option("--reason", default="", help="Why, for those who read it later.")


@click.command()
@run_argument
@_environment
@_reason
@server_options
@pass_app
def approve(app: App, run: str, environment: str | None, reason: str) -> int:
    """Say yes to the plans that a run waits with. `towpath resume RUN` then goes on."""
    if app.server is not None:
        from towpath.cli.commands.remote import answer_gates

        return answer_gates(app, run, "approve", environment, reason)
    with working(app) as opened:
        return _show(app, opened.runs.approve(run, opened.who(), environment, reason))


@click.command()
@run_argument
@_environment
@_reason
@server_options
@pass_app
def reject(app: App, run: str, environment: str | None, reason: str) -> int:
    """Say no to the plans that a run waits with: the run is cancelled."""
    if app.server is not None:
        from towpath.cli.commands.remote import answer_gates

        return answer_gates(app, run, "reject", environment, reason)
    with working(app) as opened:
        return _show(app, opened.runs.reject(run, opened.who(), environment, reason))


@click.command()
@run_argument
@logs_option
@server_options
@wait_option
@pass_app
def resume(app: App, run: str, logs: bool) -> int:
    """Go on with a run that waited, was halted or interrupted; what is done stays done."""
    if app.server is not None:
        from towpath.cli.commands.remote import resume_run

        return resume_run(app, run)
    with working(app) as opened:
        opened.require_engine()
        begun = opened.runs.resume(run)
        planned = begun.status is RunStatus.PLANNED
        return finish(app, opened, begun if planned else drive(app, opened, begun.id, logs=logs))


@click.command()
@run_argument
@server_options
@pass_app
def cancel(app: App, run: str) -> int:
    """Let nothing more of a run begin; what runs finishes."""
    if app.server is not None:
        from towpath.cli.commands.remote import cancel_run

        return cancel_run(app, run)
    with working(app) as opened:
        return _show(app, opened.runs.cancel(run, opened.who()))


def _show(app: App, view: RunView) -> int:
    if app.output.mode.json:
        app.output.document(view.as_json())
    else:
        app.output.show(*run_lines(view))
    return ExitStatus.DONE

"""`towpath approve`, `reject`, `resume` and `cancel`: what a person decides about a run."""

from __future__ import annotations

import click

from towpath.cli.app import App, pass_app
from towpath.cli.commands.arguments import logs_option, run_argument
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
@pass_app
def approve(app: App, run: str, environment: str | None, reason: str) -> int:
    """Say yes to the plans that a run waits with. `towpath resume RUN` then goes on."""
    with working(app) as opened:
        return _show(app, opened.runs.approve(run, opened.who(), environment, reason))


@click.command()
@run_argument
@_environment
@_reason
@pass_app
def reject(app: App, run: str, environment: str | None, reason: str) -> int:
    """Say no to the plans that a run waits with: the run is cancelled."""
    with working(app) as opened:
        return _show(app, opened.runs.reject(run, opened.who(), environment, reason))


@click.command()
@run_argument
@logs_option
@pass_app
def resume(app: App, run: str, logs: bool) -> int:
    """Go on with a run that waited, was halted or interrupted; what is done stays done."""
    with working(app) as opened:
        opened.require_engine()
        begun = opened.runs.resume(run)
        planned = begun.status is RunStatus.PLANNED
        return finish(app, opened, begun if planned else drive(app, opened, begun.id, logs=logs))


@click.command()
@run_argument
@pass_app
def cancel(app: App, run: str) -> int:
    """Let nothing more of a run begin; what runs finishes."""
    with working(app) as opened:
        return _show(app, opened.runs.cancel(run, opened.who()))


def _show(app: App, view: RunView) -> int:
    if app.output.mode.json:
        app.output.document(view.as_json())
    else:
        app.output.show(*run_lines(view))
    return ExitStatus.DONE

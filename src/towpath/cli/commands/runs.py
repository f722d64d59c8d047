"""`towpath runs`, `towpath status` and `towpath logs`: what happened, and what waits for what."""

from __future__ import annotations

import click

from towpath.cli.app import App, pass_app
from towpath.cli.commands.arguments import complete_run, complete_unit, run_argument, server_options
from towpath.cli.commands.reading import unit_among
from towpath.cli.commands.running import working
from towpath.cli.exits import ExitStatus
from towpath.model.paths import UnitPath
from towpath.problems import Problem, ProblemError
from towpath.runs import RunView
from towpath.service.working import Working
from towpath.views.plans import plan_lines
from towpath.views.runs import run_json, run_lines, runs_table
from towpath.views.tables import Span, Style, line

__all__ = ["logs", "runs", "status"]

_MOST_NAMED = 8


@click.command()
@click.option("--most", default=20, show_default=True, type=click.IntRange(min=1), help="How many to show.")
@server_options
@pass_app
def runs(app: App, most: int) -> int:
    """Every run, newest first."""
    if app.server is not None:
        from towpath.cli.commands.remote import list_runs

        return list_runs(app, most)
    with working(app) as opened:
        found = opened.runs.list()[:most]
    if app.output.mode.json:
        app.output.document({"runs": [run_json(run) for run in found]})
    elif found:
        app.output.show(runs_table(found))
    else:
        app.output.show("No runs yet: `towpath plan` or `towpath apply` makes one.")
    return ExitStatus.DONE


@click.command()
@click.argument("run", required=False, shell_complete=complete_run)
@click.option("--plans", is_flag=True, help="The plans of its units as well.")
@server_options
@pass_app
def status(app: App, run: str | None, plans: bool) -> int:
    """How a run stands, and what it waits for. Default: the newest run."""
    if app.server is not None:
        from towpath.cli.commands.remote import show_run

        return show_run(app, run, plans=plans)
    with working(app) as opened:
        view = opened.runs.view(run or _newest(opened))
        if app.output.mode.json:
            app.output.document(view.as_json())
            return ExitStatus.DONE
        app.output.show(*run_lines(view))
        for unit in view.units if plans else ():
            plan = opened.runs.plan_seen(view, unit.row.unit)
            if plan is not None:
                app.output.show("", line(Span(unit.row.unit, Style.NAME)), *plan_lines(plan, verbose=True))
    return ExitStatus.DONE


@click.command()
@run_argument
@click.argument("unit", required=False, shell_complete=complete_unit)
@server_options
@pass_app
def logs(app: App, run: str, unit: str | None) -> int:
    """What the engine printed for a unit, or for every unit of a run."""
    if app.server is not None:
        from towpath.cli.commands.remote import show_logs

        return show_logs(app, run, unit)
    with working(app) as opened:
        view = opened.runs.view(run)
        chosen = [_unit_of(app, opened, view, unit)] if unit else [one.row.unit for one in view.units]
        lines = {path: list(opened.runs.logs(view.id, path)) for path in chosen}
    if app.output.mode.json:
        app.output.document({"run": view.id, "logs": lines})
        return ExitStatus.DONE
    for path, said in lines.items():
        if unit is None:
            app.output.show(line(Span(path, Style.HEADING)))
        for text in said:
            app.output.show(text)
    return ExitStatus.DONE


def _unit_of(app: App, opened: Working, view: RunView, argument: str) -> UnitPath:
    known = view.snapshot.units
    found = unit_among(known, app.folder, opened.reading.repository.folder, argument)
    if found is not None:
        return found
    detail = f"{argument} is not part of run {view.id}."
    hint = f"Its units are: {', '.join(sorted(known)[:_MOST_NAMED])}{', …' if len(known) > _MOST_NAMED else ''}"
    raise ProblemError(Problem("unit-not-in-run", "The unit is not part of the run", detail, hint=hint))


def _newest(opened: Working) -> str:
    found = opened.runs.list()
    if not found:
        hint = "`towpath plan` or `towpath apply` makes one."
        raise ProblemError(Problem("no-such-run", "There is no such run", "There are no runs yet.", hint=hint))
    return found[0].id

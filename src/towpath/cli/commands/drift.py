"""`towpath drift`."""

from __future__ import annotations

import click

from towpath.cli.app import App, pass_app
from towpath.cli.commands.arguments import complete_unit, logs_option
from towpath.cli.commands.running import drive, finish, working
from towpath.cli.exits import ExitStatus
from towpath.model.runs import RunKind, RunStatus, UnitStatus
from towpath.planning import Walk
from towpath.problems import Problem, ProblemError
from towpath.views.tables import Span, Style, line

__all__ = ["drift"]


@click.command()
@click.argument("units", nargs=-1, metavar="[UNIT]...", shell_complete=complete_unit)
@click.option("--account", "accounts", multiple=True, metavar="ACCOUNT", help="Only units of this account.")
@logs_option
@pass_app
def drift(app: App, units: tuple[str, ...], accounts: tuple[str, ...], logs: bool) -> int:
    """Compare what was applied with what is there.

    Each unit is planned at the commit that it was applied from: whatever differs was changed by something else. UNIT
    and ACCOUNT may be patterns, such as 'prod/**'. Nothing is ever applied. Exit status 3: something drifted.
    """
    with working(app) as opened:
        walk = opened.drift(units, accounts)
        if walk.is_empty:
            return _nothing_to_compare(app, walk, asked=bool(units or accounts))
        run = opened.create(walk, RunKind.DRIFT)
        view = drive(app, opened, run, logs=logs)
        status = finish(app, opened, view, plans=True)
        drifted = any(unit.row.status is UnitStatus.DRIFTED for unit in view.units)
        return ExitStatus.WAITING if drifted and status == ExitStatus.DONE else status


def _nothing_to_compare(app: App, walk: Walk, *, asked: bool) -> int:
    if asked and not walk.problems:
        raise ProblemError(_nothing_fits())
    app.output.problems(walk.problems)
    if app.output.mode.json:
        problems = [problem.as_json() for problem in walk.problems]
        app.output.document({"run": None, "status": RunStatus.SUCCEEDED.value, "units": [], "problems": problems})
    else:
        app.output.show(line(Span("Nothing to compare", Style.GOOD), ": no unit was applied by Towpath yet."))
    return ExitStatus.DONE


def _nothing_fits() -> Problem:
    return Problem(
        "nothing-applied-fits",
        "Nothing that was applied fits",
        "No unit that Towpath applied has such a path or account.",
        hint="`towpath units` lists the units; patterns go in quotes, such as 'prod/**'.",
    )

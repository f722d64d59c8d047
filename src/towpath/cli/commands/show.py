"""`towpath show`."""

from __future__ import annotations

import click

from towpath.cli.app import App, pass_app
from towpath.cli.commands.arguments import complete_unit
from towpath.cli.commands.reading import find_unit, open_reading, tell_uncommitted
from towpath.cli.exits import status_of
from towpath.views.show import show_json, show_lines

__all__ = ["show"]


@click.command()
@click.argument("unit", shell_complete=complete_unit)
@click.option("--at", "revision", default="HEAD", show_default=True, help="The commit to read.")
@pass_app
def show(app: App, unit: str, revision: str) -> int:
    """UNIT's configuration as evaluated, and where each value was written."""
    reading = open_reading(app)
    tell_uncommitted(app, reading)
    live = reading.live(revision)
    found = find_unit(app, reading, live, unit)
    output = app.output
    if output.mode.json:
        output.document(show_json(live, found))
    else:
        output.show(*show_lines(live, found))
    output.problems(found.problems)
    return status_of(found.problems)

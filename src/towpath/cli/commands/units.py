"""`towpath units`."""

from __future__ import annotations

import click

from towpath.cli.app import App, pass_app
from towpath.cli.commands.reading import open_reading, tell_uncommitted
from towpath.cli.exits import status_of
from towpath.views.units import units_json, units_summary, units_table

__all__ = ["units"]


@click.command()
@click.option("--at", "revision", default="HEAD", show_default=True, help="The commit to read.")
@pass_app
def units(app: App, revision: str) -> int:
    """Every unit with account, region, tier and dependencies."""
    reading = open_reading(app)
    tell_uncommitted(app, reading)
    live = reading.live(revision)
    output = app.output
    if output.mode.json:
        output.document(units_json(live))
    else:
        output.show(units_table(live))
        output.note("", units_summary(live))
    output.problems(live.problems)
    return status_of(live.problems)

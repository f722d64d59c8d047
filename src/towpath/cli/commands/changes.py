"""`towpath changes`."""

from __future__ import annotations

import click

from towpath.cli.app import App, pass_app
from towpath.cli.commands.reading import open_reading, tell_uncommitted
from towpath.cli.exits import status_of
from towpath.views.changes import changes_json, changes_lines

__all__ = ["changes"]


@click.command()
@click.argument("base")
@click.argument("head", default="HEAD")
@pass_app
def changes(app: App, base: str, head: str) -> int:
    """What differs between the commits BASE and HEAD, with reasons, in run order.

    HEAD defaults to the working tree's commit.
    """
    reading = open_reading(app)
    if head == "HEAD":
        tell_uncommitted(app, reading)
    found = reading.compare(base, head)
    output = app.output
    if output.mode.json:
        output.document(changes_json(found.changes, found.walk))
    else:
        output.show(*changes_lines(found.changes, found.walk, verbose=output.mode.verbose))
    output.problems(found.walk.problems)
    return status_of(found.walk.problems)

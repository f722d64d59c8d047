"""`towpath notify`."""

from __future__ import annotations

from pathlib import Path

import click

from towpath.cli.app import App, pass_app
from towpath.cli.exits import ExitStatus
from towpath.service.notifying import open_destinations, try_destinations
from towpath.service.place import CONFIG_VARIABLE, server_config
from towpath.views.notices import tried_lines

__all__ = ["notify"]


@click.group()
def notify() -> None:
    """Where people are told what happens."""


@notify.command("test")
@click.argument("destination", required=False)
@click.option(
    "--config",
    "file",
    type=click.Path(exists=True, path_type=Path, dir_okay=False),
    help=f"The server's configuration. Default: the one that {CONFIG_VARIABLE} names, if any.",
)
@pass_app
def test(app: App, *, destination: str | None, file: Path | None) -> int:
    """Sends a test message to a destination, or to all, and says for each what came of it."""
    config = server_config(file, app.outside.environment)
    results = []
    for tried in try_destinations(open_destinations(app.outside, config), destination):
        results.append(tried)
        if not app.output.mode.json:
            app.output.show(*tried_lines(tried.destination, tried.problems, tried.note))
    if app.output.mode.json:
        found = [
            {
                "destination": tried.destination,
                "delivered": not tried.problems,
                "note": tried.note,
                "problems": [problem.as_json() for problem in tried.problems],
            }
            for tried in results
        ]
        app.output.document({"destinations": found})
    return ExitStatus.FAILED if any(tried.problems for tried in results) else ExitStatus.DONE

"""`towpath graph`."""

from __future__ import annotations

import click

from towpath.cli.app import App, pass_app
from towpath.cli.commands.reading import open_reading, tell_uncommitted
from towpath.cli.exits import status_of
from towpath.views.graph import graph_dot, graph_json, graph_lines, graph_of
from towpath.views.svg import graph_svg

__all__ = ["graph"]


@click.command()
@click.option(
    "--format",
    "kind",
    type=click.Choice(["text", "dot", "svg"]),
    default="text",
    show_default=True,
    help="How to draw.",
)
@click.option("--at", "revision", default="HEAD", show_default=True, help="The commit to read.")
@pass_app
def graph(app: App, kind: str, revision: str) -> int:
    """The dependency graph: what needs what, tier by tier."""
    reading = open_reading(app)
    tell_uncommitted(app, reading)
    live = reading.live(revision)
    output, drawn = app.output, graph_of(live)
    if output.mode.json:
        output.document(graph_json(live, drawn))
    elif kind == "dot":
        output.text(graph_dot(drawn))
    elif kind == "svg":
        output.text(graph_svg(drawn))
    else:
        output.show(*graph_lines(drawn))
    output.problems(live.problems)
    return status_of(live.problems)

"""`towpath plan`."""

from __future__ import annotations

import click

from towpath.cli.app import App, pass_app
from towpath.cli.commands.arguments import (
    complete_unit,
    logs_option,
    require_no_since,
    server_options,
    since_option,
    wait_option,
)
from towpath.cli.commands.reading import find_unit, tell_uncommitted
from towpath.cli.commands.running import drive, finish, nothing_to_do, working
from towpath.model.runs import RunKind
from towpath.service.working import Asked

__all__ = ["plan"]


@click.command()
@click.argument("units", nargs=-1, metavar="[UNIT]...", shell_complete=complete_unit)
@since_option
@logs_option
@server_options
@wait_option
@pass_app
def plan(app: App, units: tuple[str, ...], since: str | None, logs: bool) -> int:
    """Plan these units, or what changed; the plans are kept as a run."""
    if app.server is not None:
        # What asks a server takes long to load, and work here does without.
        from towpath.cli.commands.remote import begin

        require_no_since(since)
        return begin(app, "plan", units)
    with working(app) as opened:
        opened.get_ready()
        tell_uncommitted(app, opened.reading)
        head = opened.reading.live()
        named = tuple(find_unit(app, opened.reading, head, name).path for name in units)
        walk = opened.walk(Asked(RunKind.PLAN, named, since))
        if walk.is_empty:
            return nothing_to_do(app, walk)
        run = opened.create(walk, RunKind.PLAN)
        return finish(app, opened, drive(app, opened, run, logs=logs), plans=True)

"""`towpath apply` and `towpath destroy`."""

from __future__ import annotations

import click

from towpath.cli.app import App, pass_app
from towpath.cli.commands.arguments import (
    complete_run,
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

__all__ = ["apply", "destroy"]


@click.command()
@click.argument("units", nargs=-1, metavar="[UNIT]...", shell_complete=complete_unit)
@click.option(
    "--run",
    metavar="RUN",
    help="Go on with this run: apply its plans, or what is left of it.",
    shell_complete=complete_run,
)
@since_option
@logs_option
@server_options
@wait_option
@pass_app
def apply(app: App, units: tuple[str, ...], run: str | None, since: str | None, logs: bool) -> int:
    """Run to the end: plan, gates, apply, tier by tier."""
    if run is not None and (units or since):
        raise click.UsageError("--run names a whole run: no units and no --since with it.")
    if app.server is not None:
        # What asks a server takes long to load, and work here does without.
        from towpath.cli.commands.remote import apply_run, begin

        require_no_since(since)
        return apply_run(app, run) if run is not None else begin(app, "apply", units)
    with working(app) as opened:
        opened.get_ready()
        if run is not None:
            opened.require_engine()
            begun = opened.take_up(run)
            return finish(app, opened, drive(app, opened, begun.id, logs=logs))
        tell_uncommitted(app, opened.reading)
        head = opened.reading.live()
        named = tuple(find_unit(app, opened.reading, head, name).path for name in units)
        asked = Asked(RunKind.APPLY, named, since)
        walk = opened.walk(asked)
        if walk.is_empty:
            opened.retire_runs(asked, walk)
            return nothing_to_do(app, walk)
        created = opened.create(walk, RunKind.APPLY)
        return finish(app, opened, drive(app, opened, created, logs=logs))


@click.command()
@click.argument("units", nargs=-1, required=True, metavar="UNIT...", shell_complete=complete_unit)
@logs_option
@pass_app
def destroy(app: App, units: tuple[str, ...], logs: bool) -> int:
    """Take units down: plan, gates, destroy, in reverse order of their dependencies."""
    with working(app) as opened:
        opened.get_ready()
        head = opened.reading.live()
        named = tuple(find_unit(app, opened.reading, head, name).path for name in units)
        walk = opened.walk(Asked(RunKind.DESTROY, named))
        created = opened.create(walk, RunKind.DESTROY)
        return finish(app, opened, drive(app, opened, created, logs=logs))

"""`towpath plan`."""

from __future__ import annotations

import click

from towpath.cli.app import App, pass_app
from towpath.cli.commands.reading import find_unit, tell_uncommitted
from towpath.cli.commands.running import drive, finish, nothing_to_do, working
from towpath.model.runs import RunKind
from towpath.service.working import Asked

__all__ = ["plan"]


@click.command()
@click.argument("units", nargs=-1, metavar="[UNIT]...")
@click.option("--since", metavar="BASE", help="What changed since this commit. Default: since each unit's last apply.")
@click.option("--logs/--no-logs", default=True, help="Whether to stream what the engine prints.")
@pass_app
def plan(app: App, units: tuple[str, ...], since: str | None, logs: bool) -> int:
    """Plan these units, or what changed; the plans are kept as a run."""
    with working(app) as opened:
        tell_uncommitted(app, opened.reading)
        head = opened.reading.live()
        named = tuple(find_unit(app, opened.reading, head, name).path for name in units)
        walk = opened.walk(Asked(RunKind.PLAN, named, since))
        if walk.is_empty:
            return nothing_to_do(app, walk)
        run = opened.create(walk, RunKind.PLAN)
        return finish(app, opened, drive(app, opened, run, logs=logs), plans=True)

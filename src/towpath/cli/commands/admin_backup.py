"""`towpath admin backup` and `towpath admin restore`."""

from __future__ import annotations

from pathlib import Path

import click

from towpath.cli.app import App, pass_app
from towpath.cli.commands.admin import kept
from towpath.cli.exits import ExitStatus
from towpath.problems import Problem, ProblemError
from towpath.stores.backup import back_up
from towpath.stores.backup import restore as restore_from
from towpath.views.tables import Span, Style, line

__all__ = ["backup", "restore"]


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@pass_app
def backup(app: App, file: Path) -> int:
    """Writes runs, ledger, people, audit log, logs and plan files into one file, while the server goes on.

    Plan files stay encrypted: keep TOWPATH_KEY, or the file `key`, somewhere else.
    """
    with kept(app) as state:
        back_up(state, file)
    if app.output.mode.json:
        app.output.document({"file": str(file), "bytes": file.stat().st_size})
    else:
        app.output.show(line("Written: ", Span(str(file), Style.NAME), f", {file.stat().st_size:,} bytes."))
    return ExitStatus.DONE


@click.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path, dir_okay=False))
@click.option("--without-plan-files", is_flag=True, help="Leave plan files out: for when the key is lost.")
@pass_app
def restore(app: App, file: Path, *, without_plan_files: bool) -> int:
    """Puts back what `backup` wrote, into an empty database of either kind. The server must not run."""
    with kept(app) as state:
        lock = state.lock()
        if not lock.try_take("restore"):
            raise ProblemError(_in_use(state.folder))
        try:
            restore_from(state, file, without_plan_files=without_plan_files)
        finally:
            lock.release()
    if app.output.mode.json:
        app.output.document({"file": str(file)})
    else:
        app.output.show(line(Span("Restored", Style.GOOD), f" from {file}."))
    return ExitStatus.DONE


def _in_use(folder: Path) -> Problem:
    detail = f"A server, or a command, works with {folder}."
    return Problem("state-in-use", "The state is in use", detail, hint="End the server first, then restore.")

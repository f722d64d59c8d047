"""`towpath admin`: the server's accounts, tokens and audit log, on its own machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from towpath.cli.app import App
from towpath.cli.lazy import LazyCommand, LazyGroup
from towpath.service.administration import Administration, open_administration, open_kept
from towpath.stores import State

__all__ = ["admin", "administration", "kept"]

_CONFIG = "towpath.cli.commands.admin.config"

_COMMANDS = {
    "user": LazyCommand("towpath.cli.commands.admin_users", "user", "Accounts: add, list, disable, login links."),
    "token": LazyCommand("towpath.cli.commands.admin_tokens", "token", "Tokens for programs: create, list, revoke."),
    "backup": LazyCommand("towpath.cli.commands.admin_backup", "backup", "Write all that is kept into one file."),
    "restore": LazyCommand("towpath.cli.commands.admin_backup", "restore", "Put it back, into an empty database."),
    "audit": LazyCommand("towpath.cli.commands.admin_audit", "audit", "The audit log: verify, export."),
}


@click.group(cls=LazyGroup, lazy=_COMMANDS)
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The server's configuration. Default: the one that TOWPATH_CONFIG names, if any.",
)
@click.pass_context
def admin(context: click.Context, config: Path | None) -> None:
    """The server's accounts, tokens and audit log, on its own machine.

    Works on the server's database, whether the server runs or not. Whoever can read and write that is an administrator
    already; what they do is written into the audit log all the same.
    """
    context.meta[_CONFIG] = config


@contextmanager
def kept(app: App) -> Iterator[State]:
    """All that the server keeps, as the group's options say where."""
    with open_kept(app.outside, click.get_current_context().meta.get(_CONFIG)) as state:
        yield state


@contextmanager
def administration(app: App) -> Iterator[Administration]:
    """The server's people, as the group's options say where."""
    with open_administration(app.outside, click.get_current_context().meta.get(_CONFIG)) as opened:
        yield opened

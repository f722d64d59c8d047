"""The global options, understood before the subcommand and after it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from towpath.cli.app import App

__all__ = ["add_global_options", "global_options"]


def global_options() -> list[click.Parameter]:
    """Fresh instances of the options, for one command."""
    return [
        _option(["-C", "folder"], "folder", "The repository. Default: the current folder.", folder=True),
        _option(
            ["--state"], "state", "Towpath's own state. Default: outside the repository, one per clone.", folder=True
        ),
        _option(["--json"], "json", "One JSON document on standard output, nothing else there."),
        _option(["--no-color"], "no_color", "No colours."),
        _option(["-q", "--quiet"], "quiet", "No progress."),
        _option(["-v", "--verbose"], "verbose", "More detail."),
    ]


def add_global_options(command: click.Command) -> click.Command:
    """Lets a command, and the commands below it, take the global options too."""
    known = {name for parameter in command.params for name in parameter.opts}
    command.params.extend(option for option in global_options() if known.isdisjoint(option.opts))
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            add_global_options(inner)
    return command


def _option(names: list[str], field: str, text: str, *, folder: bool = False) -> click.Option:
    kind: dict[str, Any] = {"is_flag": True}
    if folder:
        exists = field == "folder"
        kind = {"type": click.Path(exists=exists, file_okay=False, path_type=Path), "metavar": "DIR"}
    return click.Option(names, help=text, expose_value=False, callback=_remember(field), **kind)


def _remember(field: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(context: click.Context, parameter: click.Parameter, value: Any) -> None:
        del parameter
        app = context.find_object(App)
        if value and app is not None:
            setattr(app.options, field, value)

    return callback

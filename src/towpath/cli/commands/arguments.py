"""Arguments that several commands share."""

from __future__ import annotations

import click

from towpath.cli.app import App
from towpath.cli.commands.reading import open_reading
from towpath.problems import ProblemError

__all__ = ["complete_unit"]

_CONFIGURATION = "terragrunt.hcl"


def complete_unit(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """The units that the shell offers: folders with a configuration at the working tree's commit. Nothing is evaluated,
    so that the shell does not wait."""
    del parameter
    app = context.find_object(App)
    if app is None:
        return []
    try:
        files = open_reading(app).repository.tree("HEAD").entries()
    except ProblemError:
        return []
    folders = (file.rpartition("/") for file in files)
    return [folder for folder, _, name in folders if name == _CONFIGURATION and folder.startswith(incomplete)]

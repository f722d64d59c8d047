"""`towpath schema`."""

from __future__ import annotations

import click

from towpath.cli.app import App, pass_app
from towpath.config import json_schema

__all__ = ["schema"]


@click.command()
@pass_app
def schema(app: App) -> None:
    """The JSON Schema of `towpath.yml`, which lets editors complete and check it."""
    app.output.document(json_schema())

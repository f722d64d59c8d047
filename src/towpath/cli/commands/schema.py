"""`towpath schema`."""

from __future__ import annotations

import click

from towpath.cli.app import App, pass_app
from towpath.config import json_schema

__all__ = ["schema"]


@click.command()
@click.option("--server", is_flag=True, help="That of the server's configuration instead.")
@pass_app
def schema(app: App, *, server: bool) -> None:
    """The JSON Schema of `towpath.yml`, which lets editors complete and check it."""
    if server:
        # What checks it loads more than the other does.
        from towpath.config.server import server_json_schema

        app.output.document(server_json_schema())
    else:
        app.output.document(json_schema())

"""`towpath demo`."""

from __future__ import annotations

import click
from rich.console import Console

from towpath.cli.app import App, pass_app
from towpath.demo import run_demo, run_served_demo, system_tools

__all__ = ["demo"]


@click.command()
@click.option("--keep", is_flag=True, help="Leave the repository and the emulated AWS for exploring.")
@click.option("--serve", is_flag=True, help="The story in the browser: starts a server, and stays until Ctrl-C.")
@pass_app
def demo(app: App, keep: bool, serve: bool) -> int:
    """The whole story on this machine, in a few minutes: an emulated AWS, four accounts, every kind of run.

    Needs nothing but Terraform or OpenTofu, and touches nothing outside a temporary folder.
    """
    if keep and serve:
        raise click.UsageError("With --serve everything stays as long as the server; --keep is not for it.")
    if app.options.json:
        raise click.UsageError("The demo tells its story to people; it has no JSON.")
    console = Console(no_color=app.options.no_color or None, highlight=False)
    if serve:
        return run_served_demo(console=console, tools=system_tools())
    return run_demo(keep=keep, console=console, tools=system_tools())

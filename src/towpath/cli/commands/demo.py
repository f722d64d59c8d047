"""`towpath demo`."""

from __future__ import annotations

import click
from rich.console import Console

from towpath.cli.app import App, pass_app
from towpath.demo import run_demo, system_tools

__all__ = ["demo"]


@click.command()
@click.option("--keep", is_flag=True, help="Leave the repository and the emulated AWS for exploring.")
@pass_app
def demo(app: App, keep: bool) -> int:
    """The whole story on this machine, in a few minutes: an emulated AWS, four accounts, every kind of run.

    Needs nothing but Terraform or OpenTofu, and touches nothing outside a temporary folder.
    """
    if app.options.json:
        raise click.UsageError("The demo tells its story to people; it has no JSON.")
    console = Console(no_color=app.options.no_color or None, highlight=False)
    return run_demo(keep=keep, console=console, tools=system_tools())

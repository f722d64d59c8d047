"""`towpath completion`."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from towpath.cli.app import App, pass_app

__all__ = ["completion"]

_SHELLS: dict[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
_HOW = {
    "bash": 'eval "$(towpath completion bash)"    # in ~/.bashrc',
    "zsh": 'eval "$(towpath completion zsh)"    # in ~/.zshrc, after compinit',
    "fish": "towpath completion fish > ~/.config/fish/completions/towpath.fish",
}


@click.command()
@click.argument("shell", type=click.Choice(sorted(_SHELLS)))
@pass_app
def completion(app: App, shell: str) -> None:
    """The script that lets SHELL complete commands, options and units."""
    root = click.get_current_context().find_root().command
    program = _SHELLS[shell](root, {}, "towpath", "_TOWPATH_COMPLETE")
    script = f"# {_HOW[shell]}\n{program.source_template % program.source_vars()}"
    if app.output.mode.json:
        app.output.document({"shell": shell, "script": script})
    else:
        app.output.text(script)

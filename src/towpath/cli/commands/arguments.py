"""Arguments that several commands share, and what the shell offers for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from towpath.cli.app import App
from towpath.cli.commands.reading import open_reading
from towpath.problems import ProblemError

__all__ = [
    "complete_run",
    "complete_unit",
    "logs_option",
    "require_no_since",
    "run_argument",
    "server_options",
    "since_option",
    "wait_option",
]

Command = TypeVar("Command", bound=Callable[..., Any])

_CONFIGURATION = "terragrunt.hcl"
_MOST_RUNS = 20


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


def complete_run(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The newest runs, each with what it is and how it stands."""
    del parameter
    # The database takes long to load, and only this needs it.
    from towpath.service.kept import kept_runs

    app = context.find_object(App)
    if app is None:
        return []
    try:
        runs = kept_runs(open_reading(app), app.outside)[:_MOST_RUNS]
    except ProblemError:
        return []
    return [
        CompletionItem(run.id, help=f"{run.kind.value} of {run.head[:12]}, {run.status.value}")
        for run in runs
        if run.id.startswith(incomplete)
    ]


def require_no_since(since: str | None) -> None:
    """Raises `click.UsageError`: what is compared on a server is what is applied there."""
    if since is not None:
        raise click.UsageError("--since is for work here: a server compares with what is applied.")


def _remember(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(context: click.Context, parameter: click.Parameter, value: Any) -> None:
        del parameter
        app = context.find_object(App)
        if value is not None and app is not None:
            setattr(app.options, name, value)

    return callback


def _remembered(*names: str, **more: Any) -> Callable[[Command], Command]:
    field = names[0].partition("/")[0].removeprefix("--")
    return click.option(*names, expose_value=False, callback=_remember(field), **more)


def server_options(command: Command) -> Command:
    """For commands that a server may be asked instead."""
    server = _remembered(
        "--server", metavar="URL", help="Ask this server instead (or TOWPATH_SERVER). TOWPATH_TOKEN holds the token."
    )
    repository = _remembered("--repository", metavar="NAME", help="Of the server's repositories, this one.")
    return server(repository(command))


wait_option = _remembered(
    "--wait/--no-wait", default=None, help="With a server: whether to follow the run until it rests. Default: yes."
)
run_argument = click.argument("run", shell_complete=complete_run)
since_option = click.option(
    "--since", metavar="BASE", help="What changed since this commit. Default: since each unit's last apply."
)
logs_option = click.option("--logs/--no-logs", default=True, help="Whether to stream what the engine prints.")

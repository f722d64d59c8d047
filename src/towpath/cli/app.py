"""What a command is given: the folder, the way to speak, the doors to the outside."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import click

from towpath.cli.output import Mode, Output
from towpath.git import Repository
from towpath.service.outside import Outside
from towpath.system import Clock, Environment, Ids, Processes
from towpath.system.workers import InThisProcess, Workers

if TYPE_CHECKING:
    # Loading what runs need takes long, and most commands do without.
    from towpath.service.remote import RemoteServer
    from towpath.service.working import Working

__all__ = ["App", "Ask", "Doors", "Options", "pass_app"]

_P = ParamSpec("_P")
_R = TypeVar("_R")


Ask = Callable[[str, Sequence[str]], str]
"""Asks a person the question; gives the choice. Raises `click.Abort` when they leave it unanswered."""


@dataclass(frozen=True, slots=True)
class Doors:
    """The outside, as `main` opens it; tests give fakes. `repository` None: the one that the folder is in. `working`
    None: as `service` wires it. `ask` None: nobody sits there. `remote` None: over the network.
    """

    processes: Processes
    environment: Environment
    clock: Clock
    ids: Ids
    folder: Path
    workers: Workers = field(default_factory=InThisProcess)
    repository: Repository | None = None
    working: Callable[[Outside], AbstractContextManager[Working]] | None = None
    ask: Ask | None = None
    remote: Callable[[str, Environment], RemoteServer] | None = None


@dataclass(slots=True)
class Options:
    """The global options as they were given, before the subcommand or after it; the last one counts. `server`,
    `repository` and `wait` are of the commands that a server may be asked instead."""

    folder: Path | None = None
    state: Path | None = None
    json: bool = False
    no_color: bool = False
    quiet: bool = False
    verbose: bool = False
    server: str | None = None
    repository: str | None = None
    wait: bool = True


@dataclass
class App:
    """One invocation of `towpath`."""

    doors: Doors
    options: Options = field(default_factory=Options)

    @property
    def folder(self) -> Path:
        """The folder that the command is about: `-C`, or where it was started."""
        given = self.options.folder
        return self.doors.folder / given if given is not None else self.doors.folder

    @property
    def server(self) -> str | None:
        """The address of the server that is to be asked instead of working here."""
        return self.options.server or self.doors.environment.get("TOWPATH_SERVER") or None

    @property
    def outside(self) -> Outside:
        doors = self.doors
        return Outside(
            self.folder, self.options.state, doors.processes, doors.environment, doors.clock, doors.ids, doors.workers
        )

    @property
    def output(self) -> Output:
        options = self.options
        color = not options.no_color and not self.doors.environment.get("NO_COLOR")
        mode = Mode(options.json, color, options.quiet, options.verbose)
        return Output(sys.stdout, sys.stderr, mode)


def pass_app(command: Callable[Concatenate[App, _P], _R]) -> Callable[_P, _R]:
    """Gives a command the `App` as its first argument."""

    @wraps(command)
    def with_app(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        app = click.get_current_context().find_object(App)
        assert app is not None, "commands are started by `main.run`"  # noqa: S101  # nobody else calls one
        return command(app, *args, **kwargs)

    return with_app

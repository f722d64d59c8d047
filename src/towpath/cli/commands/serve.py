"""`towpath serve` and `towpath worker`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from towpath.cli.app import App, pass_app
from towpath.cli.exits import ExitStatus
from towpath.cli.output import Output
from towpath.config.server import check_listen
from towpath.problems import Problem, ProblemError
from towpath.service.administration import link_address
from towpath.service.journal import Journal
from towpath.service.parts import run_parts
from towpath.service.place import CONFIG_VARIABLE, database_url, server_config
from towpath.service.server import Server, open_server
from towpath.service.site import Site, open_site
from towpath.system.interrupts import interrupts_counted
from towpath.system.listening import listen_at
from towpath.views.tables import Span, Style, line
from towpath.web.app import create_app
from towpath.web.login import KnownPeople
from towpath.web.port import Services
from towpath.web.serving import serving

__all__ = ["serve", "worker"]

_LEVELS = {1: "stopping", 2: "interrupting", 3: "killing"}
"""What each request to stop brings: nothing more begins; what runs is asked to end; it is killed."""

_config_option = click.option(
    "--config",
    "file",
    type=click.Path(exists=True, path_type=Path, dir_okay=False),
    help=f"The server's configuration. Default: the one that {CONFIG_VARIABLE} names, if any.",
)


def _listen(context: click.Context, parameter: click.Parameter, given: str | None) -> str | None:
    try:
        return check_listen(given) if given is not None else None
    except ValueError as error:
        raise click.BadParameter(str(error), context, parameter) from error


@click.command()
@_config_option
@click.option("--listen", metavar="HOST:PORT", callback=_listen, help="Where, instead of what the configuration says.")
@pass_app
def serve(app: App, *, file: Path | None, listen: str | None) -> int:
    """Pages and an interface for programs, over repositories that are watched, planned and applied.

    Without a configuration: the repository of the current folder, for this machine alone, kept in an SQLite file. The
    first Ctrl-C lets what is applied finish, a second one interrupts it, a third one kills it.
    """
    config = server_config(file, app.outside.environment)
    if listen is not None:
        config = config.model_copy(update={"listen": listen})
    journal = Journal(sys.stderr, app.outside.clock)
    host, _, port = config.listen.rpartition(":")
    with listen_at(host.strip("[]"), int(port)) as listening, open_server(app.outside, config, journal) as server:
        site = open_site(app.outside, server)
        services = Services(
            site.looking,
            site.looking,
            site.deciding,
            app.outside.clock,
            callers=KnownPeople(site.login),
            base_url=config.url,
            login=site.login,
            measures=site.measures,
        )
        with serving(create_app(services), listening):
            _greet(app.output, config.url, site)
            return _work(server, journal)


@click.command()
@_config_option
@pass_app
def worker(app: App, *, file: Path | None) -> int:
    """The same without pages, beside other processes on one PostgreSQL database."""
    config = server_config(file, app.outside.environment)
    if database_url(app.outside, config) is None:
        raise ProblemError(_needs_database())
    journal = Journal(sys.stderr, app.outside.clock)
    with open_server(app.outside, config, journal) as server:
        return _work(server, journal)


def _greet(output: Output, url: str, site: Site) -> None:
    output.show(line("Towpath is at ", Span(url, Style.NAME)))
    if site.first_link is not None:
        address = link_address(url, site.first_link)
        output.show(line("This link lets the first administrator in, once: ", Span(address, Style.NAME)))


def _work(server: Server, journal: Journal) -> int:
    with interrupts_counted(lambda level: journal.note(_LEVELS[level]), max(_LEVELS)) as stop:
        run_parts(server.parts(), stop, journal)
    return ExitStatus.DONE


def _needs_database() -> Problem:
    detail = "A worker shares its database with other processes, and an SQLite file cannot be shared."
    hint = "Give `database: postgresql://…` in the configuration; `towpath serve` alone works with SQLite."
    return Problem("worker-needs-database", "There is no database to share", detail, hint=hint)

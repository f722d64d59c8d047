"""`towpath admin user`."""

from __future__ import annotations

import sys

import click

from towpath.cli.app import App, pass_app
from towpath.cli.commands.admin import administration
from towpath.cli.exits import ExitStatus
from towpath.login import Link
from towpath.model.logins import Account
from towpath.model.people import Role
from towpath.service.administration import Administration, link_address
from towpath.views.people import account_json, accounts_table
from towpath.views.tables import Span, Style, line

__all__ = ["user"]

_email = click.argument("email")


@click.group()
def user() -> None:
    """Accounts of people who log in to the server."""


@user.command("add")
@_email
@click.option("--name", default="", help="What they are called. Default: the address.")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="Their role everywhere. Default: none.")
@click.option("--group", "groups", multiple=True, help="A group they are in; may be given several times.")
@pass_app
def add(app: App, email: str, name: str, role: str | None, groups: tuple[str, ...]) -> int:
    """Adds an account, and prints a link that lets them in once."""
    with administration(app) as opened:
        account = opened.accounts.add(email, name, Role(role) if role else None, groups, opened.by)
        link = opened.accounts.link(account.email, opened.by)
        _show_link(app, opened, link, f"{account.email} has an account.")
    return ExitStatus.DONE


@user.command("list")
@pass_app
def list_(app: App) -> int:
    """Every account, by address."""
    with administration(app) as opened:
        accounts = opened.accounts.all()
    if app.output.mode.json:
        app.output.document({"accounts": [account_json(account) for account in accounts]})
    elif accounts:
        app.output.show(accounts_table(accounts))
    else:
        app.output.show("No accounts yet: `towpath admin user add` makes one.")
    return ExitStatus.DONE


@user.command("change")
@_email
@click.option(
    "--role", type=click.Choice([*(role.value for role in Role), "none"]), required=True, help="As for `add`."
)
@click.option("--group", "groups", multiple=True, help="As for `add`; without any they are in none.")
@pass_app
def change(app: App, email: str, role: str, groups: tuple[str, ...]) -> int:
    """Gives an account another role, and these groups instead of those it was given before."""
    with administration(app) as opened:
        account = opened.accounts.change(email, None if role == "none" else Role(role), groups, opened.by)
    _show_account(app, account, "is changed")
    return ExitStatus.DONE


@user.command("link")
@_email
@pass_app
def link(app: App, email: str) -> int:
    """Prints a link that lets them in once, within a day. One that was printed before does not hold any more."""
    with administration(app) as opened:
        _show_link(app, opened, opened.accounts.link(email, opened.by))
    return ExitStatus.DONE


@user.command("disable")
@_email
@pass_app
def disable(app: App, email: str) -> int:
    """Logs somebody out everywhere and lets them in no more, neither with a browser nor with a token."""
    return _set_active(app, email, is_active=False)


@user.command("enable")
@_email
@pass_app
def enable(app: App, email: str) -> int:
    """Lets somebody in again who was disabled."""
    return _set_active(app, email, is_active=True)


@user.command("password")
@_email
@pass_app
def password(app: App, email: str) -> int:
    """Sets somebody's password, and logs them out everywhere. It is asked for, or read from standard input."""
    given = _asked_for() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    with administration(app) as opened:
        account = opened.accounts.set_password(email, given, opened.passwords, opened.by)
    _show_account(app, account, "has a new password")
    return ExitStatus.DONE


def _asked_for() -> str:
    answer: str = click.prompt("New password", hide_input=True, confirmation_prompt=True, err=True)
    return answer


def _set_active(app: App, email: str, *, is_active: bool) -> int:
    with administration(app) as opened:
        account = opened.accounts.set_active(email, is_active, opened.by)
    _show_account(app, account, "is enabled" if is_active else "is disabled")
    return ExitStatus.DONE


def _show_account(app: App, account: Account, words: str) -> None:
    if app.output.mode.json:
        app.output.document({"account": account_json(account)})
    else:
        app.output.show(line(Span(account.email, Style.NAME), f" {words}."))


def _show_link(app: App, opened: Administration, link: Link, words: str = "") -> None:
    address = link_address(opened.config.url, link)
    if app.output.mode.json:
        document = {"account": account_json(link.account), "link": address, "expires_at": link.expires_at.isoformat()}
        app.output.document(document)
        return
    if words:
        app.output.show(words)
    app.output.show("This link lets them in once, within 24 hours:", line(Span(address, Style.NAME)))

"""`towpath admin token`."""

from __future__ import annotations

import datetime

import click

from towpath.cli.app import App, pass_app
from towpath.cli.commands.admin import administration
from towpath.cli.exits import ExitStatus
from towpath.model.people import Role, Scopes
from towpath.views.people import token_json, tokens_table
from towpath.views.tables import Span, Style, line

__all__ = ["token"]


@click.group()
def token() -> None:
    """Tokens, with which programs come to the server."""


@token.command("create")
@click.argument("email")
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default="planner",
    show_default=True,
    help="What it lets through at most of what its owner may do.",
)
@click.option("--days", type=click.IntRange(min=1, max=3650), default=90, show_default=True, help="When it expires.")
@click.option("--repository", multiple=True, help="Only in these (patterns). Default: in all.")
@click.option("--environment", multiple=True, help="Only in these (patterns). Default: in all.")
@pass_app
def create(app: App, /, email: str, name: str, role: str, days: int, **only: tuple[str, ...]) -> int:
    """Makes a token of somebody's and prints its secret, which is kept nowhere and never shown again."""
    scopes = Scopes(Role(role), only["repository"], only["environment"])
    with administration(app) as opened:
        made = opened.tokens.create(email, name, scopes, datetime.timedelta(days=days), opened.by)
    if app.output.mode.json:
        app.output.document({"token": token_json(made.token, email.lower()), "secret": made.secret})
    else:
        app.output.show("This is the token. It is not shown again:", line(Span(made.secret, Style.NAME)))
    return ExitStatus.DONE


@token.command("list")
@pass_app
def list_(app: App) -> int:
    """Every token, oldest first, without its secret."""
    with administration(app) as opened:
        tokens, now = opened.tokens.all(), opened.registry.clock.now()
        owners = {account.id: account.email for account in opened.accounts.all()}
    if app.output.mode.json:
        app.output.document({"tokens": [token_json(one, owners.get(one.person, "")) for one in tokens]})
    elif tokens:
        app.output.show(tokens_table(tokens, owners, now))
    else:
        app.output.show("No tokens yet: `towpath admin token create` makes one.")
    return ExitStatus.DONE


@token.command("revoke")
@click.argument("token_id", metavar="TOKEN")
@pass_app
def revoke(app: App, token_id: str) -> int:
    """Lets nobody in with this token from now on. TOKEN is what `list` calls it, not its secret."""
    with administration(app) as opened:
        opened.tokens.revoke(token_id, opened.by)
    if app.output.mode.json:
        app.output.document({"revoked": token_id})
    else:
        app.output.show(line(Span(token_id, Style.NAME), " lets nobody in any more."))
    return ExitStatus.DONE

"""Accounts, tokens and the audit log, as people and programs are shown them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from towpath.model.logins import Account, Token
from towpath.views.tables import Span, Style, Table

__all__ = ["account_json", "accounts_table", "token_json", "tokens_table"]


def account_json(account: Account) -> dict[str, Any]:
    return {
        "email": account.email,
        "name": account.name,
        "role": account.role.value if account.role else None,
        "groups": list(account.person.groups),
        "active": account.active,
        "from_provider": account.issuer is not None,
        "created_at": _iso(account.created_at),
        "seen_at": _iso(account.seen_at),
    }


def accounts_table(accounts: Iterable[Account]) -> Table:
    return Table(("address", "role", "groups", "last login", ""), tuple(_account_row(account) for account in accounts))


def _account_row(account: Account) -> tuple[Span, ...]:
    return (
        Span(account.email, Style.NAME if account.active else Style.FAINT),
        Span(account.role.value if account.role else "-"),
        Span(", ".join(account.person.groups) or "-"),
        Span(_day(account.seen_at) or "never"),
        Span("" if account.active else "disabled", Style.WARNING),
    )


def token_json(token: Token, owner: str) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "owner": owner,
        "role": token.scopes.role.value,
        "repositories": list(token.scopes.repositories),
        "environments": list(token.scopes.environments),
        "created_at": _iso(token.created_at),
        "expires_at": _iso(token.expires_at),
        "used_at": _iso(token.used_at),
        "revoked_at": _iso(token.revoked_at),
    }


def tokens_table(tokens: Iterable[Token], owners: Mapping[str, str], now: datetime.datetime) -> Table:
    """`owners` are the addresses of people by their ids."""
    headings = ("token", "name", "owner", "at most", "expires", "last used")
    return Table(headings, tuple(_token_row(token, owners.get(token.person, "-"), now) for token in tokens))


def _token_row(token: Token, owner: str, now: datetime.datetime) -> tuple[Span, ...]:
    where = [*token.scopes.repositories, *token.scopes.environments]
    expires = "revoked" if token.revoked_at else _day(token.expires_at) or "never"
    return (
        Span(token.id, Style.NAME if token.holds(now) else Style.FAINT),
        Span(token.name),
        Span(owner),
        Span(f"{token.scopes.role.value} in {', '.join(where)}" if where else token.scopes.role.value),
        Span(expires, Style.PLAIN if token.holds(now) else Style.WARNING),
        Span(_day(token.used_at) or "never"),
    )


def _day(moment: datetime.datetime | None) -> str:
    return moment.strftime("%Y-%m-%d") if moment is not None else ""


def _iso(moment: datetime.datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None

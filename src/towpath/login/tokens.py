"""Tokens, with which programs come."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from towpath.login.registry import By, Registry, checked_name, known_account
from towpath.login.secrets import TOKEN_PREFIX, digest_of, new_token
from towpath.model.logins import Token
from towpath.model.people import Caller, Grant, Scopes, Via
from towpath.problems import Problem, ProblemError
from towpath.stores.people import AccountRows
from towpath.stores.tokens import TokenRows

__all__ = ["NewToken", "Tokens"]

_NOTED_EVERY = datetime.timedelta(minutes=1)
"""How exactly it is kept when a token was used last: writing it down each time would make every request a writer."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token with its secret, which is shown once and kept nowhere."""

    token: Token
    secret: str = field(repr=False)


class Tokens:
    """The use cases. `grants` are all that the configuration gives."""

    def __init__(self, registry: Registry, grants: Sequence[Grant] = ()) -> None:
        self._registry = registry
        self._grants = tuple(grants)

    def create(self, email: str, name: str, scopes: Scopes, lifetime: datetime.timedelta | None, by: By) -> NewToken:
        """A token of the account with that address. It lets through what its owner may do, up to `scopes`; `lifetime`
        None: until it is revoked. Raises `ProblemError` with `no-such-account` or `token-without-time`.
        """
        now = self._registry.clock.now()
        if lifetime is not None and lifetime <= datetime.timedelta(0):
            detail = "It would have expired already."
            hint = "Give it a day at least."
            raise ProblemError(Problem("token-without-time", "The token would never hold", detail, hint=hint))
        secret = new_token(self._registry.ids)
        with self._registry.database.transaction() as connection:
            account = known_account(connection, email)
            expires_at = now + lifetime if lifetime is not None else None
            identity = self._registry.ids.short()
            token = Token(identity, account.id, checked_name(name, "token"), scopes, now, expires_at)
            TokenRows(connection).add(token, digest_of(secret))
            self._registry.write_down(
                connection, by, "token-created", token.id, owner=account.email, name=token.name, role=scopes.role.value
            )
        return NewToken(token, secret)

    def of(self, person: str) -> tuple[Token, ...]:
        """The tokens of the person with this id, revoked ones too, oldest first."""
        with self._registry.database.reading() as connection:
            return TokenRows(connection).of(person)

    def all(self) -> tuple[Token, ...]:
        with self._registry.database.reading() as connection:
            return TokenRows(connection).all()

    def revoke(self, token: str, by: By, *, owner: str | None = None) -> None:
        """From now on it lets nobody in. `owner`: only when it is theirs (a person's id). Raises `ProblemError` with
        `no-such-token`.
        """
        with self._registry.database.transaction() as connection:
            rows = TokenRows(connection)
            # What is no id is not asked for: not every text can be.
            found = rows.by_id(token) if token.isalnum() else None
            if found is None or (owner is not None and found.person != owner):
                hint = "`towpath admin token list` names all tokens."
                raise ProblemError(Problem("no-such-token", "There is no such token", f"{token!r}.", hint=hint))
            if found.revoked_at is None:
                rows.revoke(token, self._registry.clock.now())
                self._registry.write_down(connection, by, "token-revoked", token, name=found.name)

    def caller(self, secret: str, address: str) -> Caller | None:
        """Who comes with this token; None for one that lets nobody in."""
        if not secret.startswith(TOKEN_PREFIX):
            return None
        now = self._registry.clock.now()
        with self._registry.database.reading() as connection:
            token = TokenRows(connection).by_digest(digest_of(secret))
            account = AccountRows(connection).by_id(token.person) if token is not None else None
        if token is None or account is None or not account.active or not token.holds(now):
            return None
        if token.used_at is None or now - token.used_at >= _NOTED_EVERY:
            with self._registry.database.transaction() as connection:
                TokenRows(connection).used(token.id, now)
        return Caller(account.person, self._grants, token.scopes, Via.TOKEN, address)

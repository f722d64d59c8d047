"""Tokens for programs as rows: found by the hash of their secret, which is all that is kept of it."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from towpath.model.logins import Token
from towpath.stores.codec import SCOPES
from towpath.stores.people_schema import moment, moment_or_none, tokens

__all__ = ["TokenRows"]


class TokenRows:
    """The tokens, within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def by_digest(self, digest: str) -> Token | None:
        found = self._all(tokens.c.digest == digest)
        return found[0] if found else None

    def by_id(self, token: str) -> Token | None:
        found = self._all(tokens.c.id == token)
        return found[0] if found else None

    def of(self, person: str) -> tuple[Token, ...]:
        """Somebody's tokens, revoked ones too, oldest first."""
        return self._all(tokens.c.person == person)

    def all(self) -> tuple[Token, ...]:
        """Everybody's, oldest first."""
        return self._all()

    def add(self, token: Token, digest: str) -> None:
        row = {
            "id": token.id,
            "digest": digest,
            "person": token.person,
            "name": token.name,
            "scopes": SCOPES.dump(token.scopes),
            "created_at": token.created_at.timestamp(),
            "expires_at": token.expires_at.timestamp() if token.expires_at else None,
        }
        self._connection.execute(insert(tokens).values(row))

    def revoke(self, token: str, now: datetime.datetime) -> None:
        """From now on; when it was revoked before, that time stays."""
        still = tokens.c.revoked_at.is_(None)
        self._connection.execute(update(tokens).where(tokens.c.id == token, still).values(revoked_at=now.timestamp()))

    def used(self, token: str, now: datetime.datetime) -> None:
        self._connection.execute(update(tokens).where(tokens.c.id == token).values(used_at=now.timestamp()))

    def _all(self, *conditions: ColumnElement[bool]) -> tuple[Token, ...]:
        rows = self._connection.execute(select(tokens).where(*conditions)).all()
        return tuple(sorted((_token(row) for row in rows), key=lambda token: (token.created_at, token.id)))


def _token(row: Row[Any]) -> Token:
    return Token(
        id=row.id,
        person=row.person,
        name=row.name,
        scopes=SCOPES.load(row.scopes),
        created_at=moment(row.created_at),
        expires_at=moment_or_none(row.expires_at),
        used_at=moment_or_none(row.used_at),
        revoked_at=moment_or_none(row.revoked_at),
    )

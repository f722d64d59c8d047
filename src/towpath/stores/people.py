"""Accounts as rows."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from towpath.model.logins import Account
from towpath.model.people import Role
from towpath.stores.people_schema import moment, moment_or_none, people

__all__ = ["AccountRows"]


class AccountRows:
    """The accounts, within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> tuple[Account, ...]:
        """Every account, by address."""
        rows = self._connection.execute(select(people)).all()
        return tuple(sorted((_account(row) for row in rows), key=lambda account: account.email))

    def by_id(self, person: str) -> Account | None:
        return self._one(people.c.id == person)

    def by_email(self, email: str) -> Account | None:
        """The address in any case."""
        return self._one(people.c.email == email.lower())

    def by_subject(self, issuer: str, subject: str) -> Account | None:
        return self._one(people.c.issuer == issuer, people.c.subject == subject)

    def has_admin(self) -> bool:
        """Whether an account that is not disabled is an administrator by itself."""
        count = select(func.count()).where(people.c.role == Role.ADMIN.value, people.c.active.is_(True))
        return bool(self._connection.execute(count).scalar())

    def add(self, account: Account) -> None:
        self._connection.execute(insert(people).values(id=account.id, **_values(account)))

    def save(self, account: Account) -> None:
        """Writes the account over what is kept of it; its password stays."""
        self._connection.execute(update(people).where(people.c.id == account.id).values(**_values(account)))

    def password(self, person: str) -> str | None:
        """The hash of the password, None for who has none."""
        return self._connection.execute(select(people.c.password).where(people.c.id == person)).scalar()

    def set_password(self, person: str, hashed: str) -> None:
        self._connection.execute(update(people).where(people.c.id == person).values(password=hashed))

    def _one(self, *conditions: ColumnElement[bool]) -> Account | None:
        row = self._connection.execute(select(people).where(*conditions)).one_or_none()
        return _account(row) if row is not None else None


def _values(account: Account) -> dict[str, Any]:
    return {
        "email": account.email.lower(),
        "name": account.name,
        "given": json.dumps(account.given),
        "claimed": json.dumps(account.claimed),
        "active": account.active,
        "role": account.role.value if account.role else None,
        "issuer": account.issuer,
        "subject": account.subject,
        "created_at": account.created_at.timestamp(),
        "seen_at": account.seen_at.timestamp() if account.seen_at else None,
    }


def _account(row: Row[Any]) -> Account:
    return Account(
        id=row.id,
        email=row.email,
        name=row.name,
        created_at=moment(row.created_at),
        given=tuple(json.loads(row.given)),
        claimed=tuple(json.loads(row.claimed)),
        active=row.active,
        role=Role(row.role) if row.role else None,
        issuer=row.issuer,
        subject=row.subject,
        seen_at=moment_or_none(row.seen_at),
    )

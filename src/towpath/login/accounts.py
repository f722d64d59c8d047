"""Accounts, as administrators keep them, and one-time links to log in with."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from towpath.login.passwords import Passwords
from towpath.login.registry import By, Registry, checked_email, checked_name, known_account
from towpath.login.secrets import digest_of, new_secret
from towpath.model.logins import Account
from towpath.model.people import Role
from towpath.problems import Problem, ProblemError
from towpath.stores.people import AccountRows
from towpath.stores.sessions import LinkRows, SessionRows

__all__ = ["LINK_LIFETIME", "Accounts", "Link"]

LINK_LIFETIME = datetime.timedelta(hours=24)
FIRST_ADMIN = "admin@localhost"
_SYSTEM = By("towpath")


@dataclass(frozen=True, slots=True)
class Link:
    """A link that lets `account` in once, until `expires_at`."""

    account: Account
    expires_at: datetime.datetime
    secret: str = field(repr=False)


class Accounts:
    """The use cases. Each writes into the audit log what it did, in the same transaction."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def all(self) -> tuple[Account, ...]:
        """By address."""
        with self._registry.database.reading() as connection:
            return AccountRows(connection).all()

    def add(self, email: str, name: str, role: Role | None, groups: Sequence[str], by: By) -> Account:
        """Raises `ProblemError` with `email-invalid` or `account-exists`."""
        with self._registry.database.transaction() as connection:
            return self._add(connection, Account("", email, name, self._now(), tuple(groups), role=role), by)

    def change(self, email: str, role: Role | None, groups: Sequence[str], by: By) -> Account:
        """Gives the account this role everywhere (None: none), and puts it into these groups and no others that an
        administrator gave it. Raises `ProblemError` with `no-such-account`.
        """
        with self._registry.database.transaction() as connection:
            account = replace(known_account(connection, email), role=role, given=tuple(groups))
            AccountRows(connection).save(account)
            named = role.value if role else None
            self._registry.write_down(connection, by, "account-changed", account.email, role=named, groups=list(groups))
        return account

    def set_active(self, email: str, is_active: bool, by: By) -> Account:
        """Who is disabled is logged out everywhere, and comes in neither with a token nor with a link. Raises
        `ProblemError` with `no-such-account`.
        """
        with self._registry.database.transaction() as connection:
            account = replace(known_account(connection, email), active=is_active)
            AccountRows(connection).save(account)
            if not is_active:
                _put_out(connection, account)
            action = "account-enabled" if is_active else "account-disabled"
            self._registry.write_down(connection, by, action, account.email)
        return account

    def set_password(self, email: str, password: str, passwords: Passwords, by: By) -> Account:
        """Logs the person out everywhere. Raises `ProblemError` with `no-such-account` or `password-weak`."""
        hashed = passwords.hashed(password)
        with self._registry.database.transaction() as connection:
            account = known_account(connection, email)
            AccountRows(connection).set_password(account.id, hashed)
            _put_out(connection, account)
            self._registry.write_down(connection, by, "password-set", account.email)
        return account

    def link(self, email: str, by: By) -> Link:
        """A new link; one that was given before does not count any more. Raises `ProblemError` with `no-such-account`
        or `account-disabled`.
        """
        with self._registry.database.transaction() as connection:
            account = known_account(connection, email)
            if not account.active:
                detail = f"The account {account.email} is disabled."
                hint = "`towpath admin user enable` enables it."
                raise ProblemError(Problem("account-disabled", "The account is disabled", detail, hint=hint))
            return self._link(connection, account, by)

    def first_link(self) -> Link | None:
        """For the first administrator, whose account is made when it is not there. None as soon as an administrator has
        logged in once: from then on they let others in.
        """
        with self._registry.database.transaction() as connection:
            rows = AccountRows(connection)
            admins = [one for one in rows.all() if one.active and one.role is Role.ADMIN]
            if any(one.seen_at is not None for one in admins):
                return None
            first = Account("", FIRST_ADMIN, "Administrator", self._now(), role=Role.ADMIN)
            account = admins[0] if admins else rows.by_email(FIRST_ADMIN) or self._add(connection, first, _SYSTEM)
            return self._link(connection, account, _SYSTEM) if account.active else None

    def _now(self) -> datetime.datetime:
        return self._registry.clock.now()

    def _add(self, connection: Connection, wanted: Account, by: By) -> Account:
        email = checked_email(wanted.email)
        rows = AccountRows(connection)
        if rows.by_email(email) is not None:
            detail = f"{email} has an account already."
            hint = "`towpath admin user list` names all accounts."
            raise ProblemError(Problem("account-exists", "The account exists", detail, hint=hint))
        name = checked_name(wanted.name, email)
        account = replace(wanted, id=self._registry.ids.short(), email=email, name=name)
        rows.add(account)
        role = account.role.value if account.role else None
        self._registry.write_down(connection, by, "account-added", email, role=role, groups=list(account.given))
        return account

    def _link(self, connection: Connection, account: Account, by: By) -> Link:
        secret = new_secret(self._registry.ids)
        expires_at = self._now() + LINK_LIFETIME
        LinkRows(connection).add(digest_of(secret), account.id, expires_at)
        self._registry.write_down(connection, by, "login-link-made", account.email)
        return Link(account, expires_at, secret)


def _put_out(connection: Connection, account: Account) -> None:
    SessionRows(connection).end_all(account.id)
    LinkRows(connection).drop(account.id)

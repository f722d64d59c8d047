"""Logging in and out with a browser."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from towpath.login.claims import Claims, account_of
from towpath.login.passwords import Passwords
from towpath.login.registry import By, Registry, checked_email
from towpath.login.secrets import derived, digest_of, new_secret
from towpath.login.throttle import begin_try, forgive, of_account, of_address
from towpath.model.logins import Account, Session
from towpath.model.people import Caller, Grant, Via
from towpath.problems import Problem, ProblemError
from towpath.stores.people import AccountRows
from towpath.stores.sessions import LinkRows, SessionRows

__all__ = ["Lifetimes", "LoggedIn", "Sessions", "form_key"]

_NOTED_EVERY = datetime.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """A session ends after `idle` without a request, and after `longest` in any case."""

    idle: datetime.timedelta = datetime.timedelta(hours=8)
    longest: datetime.timedelta = datetime.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A session that has just begun. `secret` is what the browser shows from now on."""

    account: Account
    expires_at: datetime.datetime
    secret: str = field(repr=False)


def form_key(secret: str) -> str:
    """What every form of a session carries: another site cannot know it."""
    return derived(secret, "form")


class Sessions:
    """The use cases. Every way in begins a new session and ends the one that the browser had (`had`, its secret): a
    secret from before the login is worth nothing after it.
    """

    def __init__(
        self,
        registry: Registry,
        passwords: Passwords,
        grants: Sequence[Grant] = (),
        lifetimes: Lifetimes = Lifetimes(),
    ) -> None:
        self._registry = registry
        self._passwords = passwords
        self._grants = tuple(grants)
        self._lifetimes = lifetimes

    def with_password(self, email: str, password: str, address: str, had: str | None = None) -> LoggedIn:
        """Raises `ProblemError` with `login-throttled`, or with `login-failed`, which is the same, after the same time,
        whatever it is that is wrong.
        """
        name = _email_or_none(email)
        account_throttle, address_throttle = of_account(name or ""), of_address(address)
        throttles = [account_throttle, address_throttle] if name else [address_throttle]
        with self._registry.database.transaction() as connection:
            begin_try(connection, throttles, self._registry.clock.now())
            rows = AccountRows(connection)
            account = rows.by_email(name) if name else None
            kept = rows.password(account.id) if account else None
        verdict = self._passwords.check(password, kept)
        with self._registry.database.transaction() as connection:
            rows = AccountRows(connection)
            now = rows.by_id(account.id) if account else None
            # What somebody changed meanwhile (a new password, a disabled account) counts.
            if now is None or not verdict.is_right or not now.active or rows.password(now.id) != kept:
                self._failed(connection, account, address)
                raised = ProblemError(_failed())
            else:
                forgive(connection, account_throttle, address_throttle, self._registry.clock.now())
                if verdict.better is not None:
                    rows.set_password(now.id, verdict.better)
                return self._begin(connection, now, address, had, "password")
        raise raised

    def with_link(self, secret: str, address: str, had: str | None = None) -> LoggedIn:
        """Raises `ProblemError` with `login-link-invalid`: there is no such link, it was used, or it is too old."""
        with self._registry.database.transaction() as connection:
            person = LinkRows(connection).use(digest_of(secret), self._registry.clock.now())
            account = AccountRows(connection).by_id(person) if person else None
            if account is not None and account.active:
                return self._begin(connection, account, address, had, "link")
        detail = "It was used before, or it is too old, or a newer one was made."
        hint = "Ask an administrator for a new one (`towpath admin user link`)."
        raise ProblemError(Problem("login-link-invalid", "The link does not hold any more", detail, hint=hint))

    def with_claims(self, claims: Claims, address: str, had: str | None = None) -> LoggedIn:
        """Somebody whom the login provider vouches for. Raises `ProblemError` as `account_of` does, and with
        `account-disabled`.
        """
        with self._registry.database.transaction() as connection:
            account = account_of(connection, self._registry, claims, By(claims.email, address))
            if account.active:
                return self._begin(connection, account, address, had, "provider")
        detail = f"The account {account.email} is disabled."
        hint = "Ask an administrator to enable it."
        raise ProblemError(Problem("account-disabled", "The account is disabled", detail, hint=hint))

    def caller(self, secret: str, address: str) -> Caller | None:
        """Whose session it is; None when it has ended."""
        digest, now = digest_of(secret), self._registry.clock.now()
        with self._registry.database.reading() as connection:
            session = SessionRows(connection).get(digest)
            account = AccountRows(connection).by_id(session.person) if session is not None else None
        if session is None or account is None or not account.active or not session.holds(now, self._lifetimes.idle):
            return None
        if now - session.seen_at >= _NOTED_EVERY:
            with self._registry.database.transaction() as connection:
                SessionRows(connection).seen(digest, now)
        return Caller(account.person, self._grants, None, Via.SESSION, address)

    def end(self, secret: str, address: str) -> None:
        """Logs out. A session that has ended already stays so."""
        digest = digest_of(secret)
        with self._registry.database.transaction() as connection:
            session = SessionRows(connection).get(digest)
            account = AccountRows(connection).by_id(session.person) if session is not None else None
            SessionRows(connection).end(digest)
            if account is not None:
                self._registry.write_down(connection, By(account.email, address), "logged-out", account.email)

    def change_password(self, caller: Caller, current: str, new: str) -> LoggedIn:
        """Of the caller themselves, who shows the one they have, unless they have none yet. All their sessions end; a
        new one begins. Raises `ProblemError` with `password-weak`, `login-throttled` or `password-wrong`.
        """
        person, now = caller.person, self._registry.clock.now()
        account_throttle, address_throttle = of_account(person.email), of_address(caller.address)
        hashed = self._passwords.hashed(new)
        with self._registry.database.transaction() as connection:
            begin_try(connection, [account_throttle, address_throttle], now)
            kept = AccountRows(connection).password(person.id)
        if kept is not None and not self._passwords.check(current, kept).is_right:
            hint = "Write the password that you logged in with. An administrator can make you a login link."
            raise ProblemError(Problem("password-wrong", "The current password is another", hint=hint))
        with self._registry.database.transaction() as connection:
            forgive(connection, account_throttle, address_throttle, now)
            rows = AccountRows(connection)
            account = rows.by_id(person.id)
            if account is None or not account.active or rows.password(person.id) != kept:
                raise ProblemError(_failed())
            rows.set_password(person.id, hashed)
            SessionRows(connection).end_all(person.id)
            self._registry.write_down(connection, By.caller(caller), "password-set", account.email)
            return self._begin(connection, account, caller.address, None, "password")

    def has_password(self, caller: Caller) -> bool:
        with self._registry.database.reading() as connection:
            return AccountRows(connection).password(caller.person.id) is not None

    def _begin(self, connection: Connection, account: Account, address: str, had: str | None, way: str) -> LoggedIn:
        now = self._registry.clock.now()
        sessions = SessionRows(connection)
        if had is not None:
            sessions.end(digest_of(had))
        secret = new_secret(self._registry.ids)
        session = Session(account.id, address[:64], now, now, now + self._lifetimes.longest)
        sessions.add(digest_of(secret), session)
        seen = replace(account, seen_at=now)
        AccountRows(connection).save(seen)
        self._registry.write_down(connection, By(account.email, address), "logged-in", account.email, way=way)
        return LoggedIn(seen, session.expires_at, secret)

    def _failed(self, connection: Connection, account: Account | None, address: str) -> None:
        """What was typed for a name is not written down: it may be a password."""
        subject = account.email if account is not None else "unknown"
        self._registry.write_down(connection, By("", address), "login-failed", subject)


def _email_or_none(text: str) -> str | None:
    try:
        return checked_email(text)
    except ProblemError:
        return None


def _failed() -> Problem:
    detail = "The address and the password do not belong together."
    hint = "Try again. Who has forgotten the password asks an administrator for a login link."
    return Problem("login-failed", "You could not be logged in", detail, hint=hint)

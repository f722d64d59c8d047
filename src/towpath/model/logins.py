"""How people come in: accounts, tokens and sessions. Secrets are not among what is kept of them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from towpath.model.people import Person, Role, Scopes

__all__ = ["Account", "Session", "Token"]


@dataclass(frozen=True, slots=True)
class Account:
    """What is kept of a person.

    `given` are the groups that an administrator put them in, `claimed` those that the login provider named when they
    came last. `issuer` and `subject` are who they are to that provider, once they came from there. `seen_at` is when
    they logged in last.
    """

    id: str
    email: str
    name: str
    created_at: datetime.datetime
    given: tuple[str, ...] = ()
    claimed: tuple[str, ...] = ()
    active: bool = True
    role: Role | None = None
    issuer: str | None = None
    subject: str | None = None
    seen_at: datetime.datetime | None = None

    @property
    def person(self) -> Person:
        groups = tuple(sorted({*self.given, *self.claimed}))
        return Person(self.id, self.name, self.email, groups, self.active, self.role)


@dataclass(frozen=True, slots=True)
class Token:
    """A token for programs, without its secret. `expires_at` None: it does not expire by itself."""

    id: str
    person: str
    name: str
    scopes: Scopes
    created_at: datetime.datetime
    expires_at: datetime.datetime | None = None
    used_at: datetime.datetime | None = None
    revoked_at: datetime.datetime | None = None

    def holds(self, now: datetime.datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody logged in with a browser, from `address`. It ends at `expires_at`, and earlier when it is not used."""

    person: str
    address: str
    created_at: datetime.datetime
    seen_at: datetime.datetime
    expires_at: datetime.datetime

    def holds(self, now: datetime.datetime, idle: datetime.timedelta) -> bool:
        return now < self.expires_at and now < self.seen_at + idle

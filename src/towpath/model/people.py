"""People: who they are, what they were granted, and who is asking."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Caller", "Grant", "Person", "Role", "Scopes", "Via"]


class Role(StrEnum):
    """What somebody may do, from the least to the most; each includes the ones before it."""

    VIEWER = "viewer"
    PLANNER = "planner"
    APPROVER = "approver"
    OPERATOR = "operator"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(other)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can log in.

    `email` is in lower case: it is what gates know people by, since commits carry it. `groups` are those that an
    administrator put them in and those that the login provider named when they came last. `role` is what the account
    has everywhere, beside what grants give it. Who is not `active` may do nothing.
    """

    id: str
    name: str
    email: str
    groups: tuple[str, ...] = ()
    active: bool = True
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that the configuration gives, to whom and where.

    All are patterns as `config.globs` reads them. It is given to `people` (their addresses) and to members of
    `groups`; to everybody who can log in when both are empty. It holds in `repositories`, in `environments` and for
    units at `paths`; each of them empty means all.
    """

    role: Role
    people: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scopes:
    """What a token lets through of what its owner may do: at most `role`, in these `repositories` and `environments`
    (patterns; empty means all).
    """

    role: Role
    repositories: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()


class Via(StrEnum):
    """How somebody comes: logged in with a browser, with a token, or on the machine itself."""

    SESSION = "session"
    TOKEN = "token"  # noqa: S105  # the name of a way, no secret
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking. `grants` are all that the configuration gives, to whomever; `scopes` None lets everything through.
    `address` is the network address they come from, "" on the machine itself.
    """

    person: Person
    grants: tuple[Grant, ...] = ()
    scopes: Scopes | None = None
    via: Via = Via.SESSION
    address: str = ""

    @property
    def who(self) -> str:
        """The name under which approvals and the audit log know them."""
        return self.person.email

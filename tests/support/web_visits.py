"""People who visit pages in tests: known by a name in a cookie or in a token."""

from __future__ import annotations

from collections.abc import Iterable

from towpath.model.people import Caller, Grant, Person, Role, Via
from towpath.web.callers import Credentials, Visit

__all__ = ["ADA", "EVERYBODY", "FORM_KEY", "GRACE", "VICTOR", "KnownByName", "person"]

FORM_KEY = "the key of the session"


def person(name: str, role: Role | None = Role.ADMIN, *groups: str) -> Person:
    return Person(name, name.capitalize(), f"{name}@example.com", groups, role=role)


ADA = person("ada")
GRACE = person("grace", Role.APPROVER, "platform-team")
VICTOR = person("victor", Role.VIEWER)


class KnownByName:
    """Knows people by the cookie `name`, or by their name as a bearer token."""

    def __init__(self, people: Iterable[Person] = (ADA, GRACE, VICTOR), grants: Iterable[Grant] = ()) -> None:
        self._people = {one.id: one for one in people}
        self._grants = tuple(grants)

    def find(self, credentials: Credentials) -> Visit | None:
        kind, _, token = credentials.authorization.partition(" ")
        if kind == "Bearer":
            return self._visit(token, Via.TOKEN, "")
        return self._visit(credentials.cookies.get("name", ""), Via.SESSION, FORM_KEY)

    def _visit(self, name: str, via: Via, key: str) -> Visit | None:
        known = self._people.get(name)
        return Visit(Caller(known, self._grants, via=via, address="192.0.2.7"), key) if known else None


EVERYBODY = KnownByName([ADA, GRACE, VICTOR, person("linus", Role.APPROVER, "platform-team")])

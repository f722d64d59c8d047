"""What the use cases of logging in share: where people are kept, random ids, the clock, and who acts."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import Connection

from towpath.model.audit import AuditRecord
from towpath.model.logins import Account
from towpath.model.people import Caller
from towpath.problems import Problem, ProblemError
from towpath.stores.audit import append_audit
from towpath.stores.database import Database
from towpath.stores.people import AccountRows
from towpath.system import Clock, Ids

__all__ = ["By", "Registry", "checked_email", "checked_name", "known_account"]

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,253}")
_MOST_NAME = 100


@dataclass(frozen=True, slots=True)
class By:
    """Who does it, as the audit log knows them, and from which network address ("": on the machine itself)."""

    who: str
    address: str = ""

    @classmethod
    def caller(cls, caller: Caller) -> By:
        return cls(caller.who, caller.address)


@dataclass(frozen=True, slots=True)
class Registry:
    """Where people are kept."""

    database: Database
    ids: Ids
    clock: Clock

    def write_down(self, connection: Connection, by: By, action: str, subject: str, **detail: object) -> None:
        """One entry in the audit log, with the transaction."""
        append_audit(connection, AuditRecord(self.clock.now(), by.who, action, subject, by.address, detail=detail))


def checked_email(text: str) -> str:
    """The address in lower case. Raises `ProblemError` with `email-invalid`."""
    email = unicodedata.normalize("NFKC", text).strip().lower()
    if not _EMAIL.fullmatch(email) or not email.isprintable():
        detail = "It needs something before and after one @, without spaces."
        problem = Problem("email-invalid", "This is not an e-mail address", detail, hint="Write it as ann@example.com.")
        raise ProblemError(problem)
    return email


def checked_name(text: str, fallback: str) -> str:
    """A name that can be shown: without what cannot be printed, and not longer than people read."""
    name = "".join(character for character in text if character.isprintable()).strip()
    return name[:_MOST_NAME].strip() or fallback


def known_account(connection: Connection, email: str) -> Account:
    """Raises `ProblemError` with `no-such-account` or `email-invalid`."""
    account = AccountRows(connection).by_email(checked_email(email))
    if account is None:
        detail = "Nobody has this address here."
        hint = "`towpath admin user list` names all accounts; `towpath admin user add` makes one."
        raise ProblemError(Problem("no-such-account", "There is no such account", detail, hint=hint))
    return account

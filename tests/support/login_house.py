"""A house in which people log in: a state folder's database, a clock that stands still, passwords that cost little."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from run_house import empty_database

from towpath.login import Accounts, By, Cost, Passwords, Registry, Sessions, Tokens
from towpath.model.audit import AuditEntry
from towpath.model.people import Grant, Role
from towpath.stores.audit import AuditLog
from towpath.stores.database import Database
from towpath.system import Clock, FakeClock, RandomIds

__all__ = ["ADMIN", "CHEAP", "PASSWORD", "LoginHouse", "login_house"]

PASSWORD = "correct horse battery"
ADMIN = By("admin@example.com", "192.0.2.1")
CHEAP = Cost(1, 8, 1)


class LoginHouse:
    """Everything about logging in, over one database."""

    def __init__(self, database: Database, grants: Sequence[Grant] = (), clock: Clock | None = None) -> None:
        self.fake_clock = FakeClock()
        self.clock = clock or self.fake_clock
        self.database = database
        self.ids = RandomIds()
        self.registry = Registry(database, self.ids, self.clock)
        self.passwords = Passwords(self.ids, CHEAP)
        self.accounts = Accounts(self.registry)
        self.tokens = Tokens(self.registry, grants)
        self.sessions = Sessions(self.registry, self.passwords, grants)
        self.log = AuditLog(database)

    def person(self, email: str, role: Role | None = None, password: str | None = PASSWORD) -> None:
        """Somebody with an account and a password."""
        self.accounts.add(email, email.split("@")[0].capitalize(), role, (), ADMIN)
        if password is not None:
            self.accounts.set_password(email, password, self.passwords, ADMIN)

    def audited(self) -> list[str]:
        """The actions and subjects of the audit log, oldest first."""
        return [f"{entry.record.action} {entry.record.subject}" for entry in self.entries()]

    def entries(self) -> list[AuditEntry]:
        return list(reversed(self.log.newest(1000)))


@contextmanager
def login_house(folder: Path, grants: Sequence[Grant] = (), clock: Clock | None = None) -> Iterator[LoginHouse]:
    file = folder / "state.db"
    file.write_bytes(empty_database())
    database = Database(file)
    database.prepare()
    try:
        yield LoginHouse(database, grants, clock)
    finally:
        database.close()

"""Opening everything that is kept: in a folder, or in a database for many machines."""

from __future__ import annotations

import contextlib
import hmac
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from towpath.stores.database import Database
from towpath.stores.failures import keeping_state
from towpath.stores.keys import key_check, require_same_key, state_key
from towpath.stores.ledger import LedgerStore
from towpath.stores.lock import StateLock
from towpath.stores.logs import LogFiles, Logs
from towpath.stores.plans import PlanFolder, PlanStore
from towpath.stores.runs import RunStore
from towpath.system import Clock, Environment, Ids
from towpath.system.private_files import private_folder

__all__ = ["State", "open_database_state", "open_state"]

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Keeping(Protocol):
    """Where the plan files and logs of a database's repositories are. `folder` is the one of a repository."""

    def plans(self, repository: str, folder: Path) -> PlanStore: ...

    def logs(self, repository: str, folder: Path) -> Logs: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Base:
    """What the states of all repositories in one database share."""

    folder: Path
    host: str
    database: Database
    keeping: Keeping
    ids: Ids
    clock: Clock
    output_key: bytes = field(repr=False)
    key_check: str

    def state(self, repository: str) -> State:
        folder = self.folder
        if repository:
            if not _REPOSITORY.fullmatch(repository):
                raise ValueError(f"{repository!r} is no short name of a repository")
            folder = folder / "repositories" / repository
            with keeping_state(folder):
                private_folder(folder)
        return State(
            repository=repository,
            folder=folder,
            host=self.host,
            database=self.database,
            runs=RunStore(self.database, repository),
            ledger=LedgerStore(self.database, repository),
            plans=self.keeping.plans(repository, folder),
            logs=self.keeping.logs(repository, folder),
            ids=self.ids,
            clock=self.clock,
            output_key=self.output_key,
            base=self,
        )


@dataclass(frozen=True)
class State:
    """Everything that is kept of one repository; `""` is the one of the command line. `folder` is for what only this
    machine needs; `database` is the one that all repositories share.
    """

    repository: str
    folder: Path
    host: str
    database: Database
    runs: RunStore
    ledger: LedgerStore
    plans: PlanStore
    logs: Logs
    ids: Ids
    clock: Clock
    output_key: bytes = field(repr=False)
    """What digests of outputs are keyed with; made of the key that plans are encrypted with."""
    base: Base = field(repr=False)

    def lock(self) -> StateLock:
        """A lock on the folder, not yet taken."""
        return StateLock(self.folder, self.host)

    def for_repository(self, name: str) -> State:
        """The state of another repository in the same database; they are closed together. A name has up to 64 letters,
        digits, dots, dashes and underlines; raises `ValueError` for another.
        """
        return self.base.state(name)

    def close(self) -> None:
        """Closes the states of all repositories of the database."""
        self.base.keeping.close()
        self.database.close()


def open_state(folder: Path, ids: Ids, clock: Clock, environment: Environment) -> State:
    """The command line's repository in an SQLite file. Makes the folder on first use, with mode 0700.

    Raises `ProblemError` with `state-not-writable`, `disk-full`, `state-busy`, `state-damaged`, `state-too-new` or
    `key-invalid`.
    """
    with keeping_state(folder):
        private_folder(folder)
        _private_database(folder / "state.db")
    database = Database(folder / "state.db")
    with _closing_unless_opened(database):
        database.prepare()
        key = state_key(folder, environment, ids)
    return _base(folder, database, _InFolders(key, ids), key, (ids, clock)).state("")


def open_database_state(url: str, folder: Path, ids: Ids, clock: Clock, environment: Environment) -> State:
    """The command line's repository in a PostgreSQL database, to get those of others from. Makes the folder on first
    use, with mode 0700: it holds what only this machine needs, and the key if TOWPATH_KEY is not set.

    Raises `ProblemError` with `database-url-invalid`, `database-unreachable`, `database-refused`, `database-encoding`,
    `database-taken`, `state-too-new`, `key-invalid`, `key-differs`, or as `open_state` does for the folder.
    """
    # Most people have no such database.
    from towpath.stores.in_database import InDatabase

    with keeping_state(folder):
        private_folder(folder)
    database = Database(url)
    with _closing_unless_opened(database):
        database.prepare()
        key = state_key(folder, environment, ids)
        require_same_key(database, key)
    return _base(folder, database, InDatabase(database, key, ids, clock), key, (ids, clock)).state("")


@contextlib.contextmanager
def _closing_unless_opened(database: Database) -> Iterator[None]:
    with contextlib.ExitStack() as closing:
        closing.callback(database.close)
        yield
        closing.pop_all()


def _base(folder: Path, database: Database, keeping: Keeping, key: bytes, outside: tuple[Ids, Clock]) -> Base:
    ids, clock = outside
    output_key = hmac.digest(key, b"towpath outputs 1", "sha256")
    return Base(folder, os.uname().nodename, database, keeping, ids, clock, output_key, key_check(key))


class _InFolders:
    """In the folder of each repository."""

    def __init__(self, key: bytes, ids: Ids) -> None:
        self._key = key
        self._ids = ids

    def plans(self, repository: str, folder: Path) -> PlanStore:
        del repository
        return PlanFolder(folder / "plans", self._key, self._ids)

    def logs(self, repository: str, folder: Path) -> Logs:
        del repository
        return LogFiles(folder / "logs")

    def close(self) -> None:
        """Nothing stays open."""


def _private_database(file: Path) -> None:
    """SQLite gives its other files the mode of the database's."""
    if not file.exists():
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    elif not os.access(file, os.W_OK):
        raise PermissionError(13, "Permission denied", str(file))

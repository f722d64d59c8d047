"""Opening the folder that holds all state."""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass, field
from pathlib import Path

from towpath.stores.database import Database
from towpath.stores.failures import keeping_state
from towpath.stores.keys import state_key
from towpath.stores.ledger import LedgerStore
from towpath.stores.lock import StateLock
from towpath.stores.logs import LogFiles
from towpath.stores.plans import PlanFolder
from towpath.stores.runs import RunStore
from towpath.system import Clock, Environment, Ids
from towpath.system.private_files import private_folder

__all__ = ["State", "open_state"]


@dataclass(frozen=True)
class State:
    """Everything one state folder holds."""

    folder: Path
    host: str
    database: Database
    runs: RunStore
    ledger: LedgerStore
    plans: PlanFolder
    logs: LogFiles
    ids: Ids
    clock: Clock
    output_key: bytes = field(repr=False)
    """What digests of outputs are keyed with; made of the key that plans are encrypted with."""

    def lock(self) -> StateLock:
        """A lock on the folder, not yet taken."""
        return StateLock(self.folder, self.host)

    def close(self) -> None:
        self.database.close()


def open_state(folder: Path, ids: Ids, clock: Clock, environment: Environment) -> State:
    """Makes the folder on first use, with mode 0700.

    Raises `ProblemError` with `state-not-writable`, `disk-full`, `state-busy`, `state-damaged`, `state-too-new` or
    `key-invalid`.
    """
    with keeping_state(folder):
        private_folder(folder)
        _private_database(folder / "state.db")
    database = Database(folder / "state.db")
    database.prepare()
    key = state_key(folder, environment, ids)
    return State(
        folder=folder,
        host=os.uname().nodename,
        database=database,
        runs=RunStore(database),
        ledger=LedgerStore(database),
        plans=PlanFolder(folder / "plans", key, ids),
        logs=LogFiles(folder / "logs"),
        ids=ids,
        clock=clock,
        output_key=hmac.digest(key, b"towpath outputs 1", "sha256"),
    )


def _private_database(file: Path) -> None:
    """SQLite gives its other files the mode of the database's."""
    if not file.exists():
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    elif not os.access(file, os.W_OK):
        raise PermissionError(13, "Permission denied", str(file))

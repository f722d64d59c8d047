"""Plan files and logs of a database that many machines share."""

from __future__ import annotations

from pathlib import Path

from towpath.stores.database import Database
from towpath.stores.log_rows import LogRows, LogWriter
from towpath.stores.logs import Logs
from towpath.stores.plan_rows import PlanRows
from towpath.stores.plans import PlanStore
from towpath.system import Clock, Ids

__all__ = ["InDatabase"]


class InDatabase:
    """In rows, and nothing on this machine. One thread writes the lines of all logs."""

    def __init__(self, database: Database, key: bytes, ids: Ids, clock: Clock) -> None:
        self._database = database
        self._key = key
        self._ids = ids
        self._clock = clock
        self._writer = LogWriter(database)

    def plans(self, repository: str, folder: Path) -> PlanStore:
        del folder
        return PlanRows(self._database, repository, self._key, self._ids, self._clock)

    def logs(self, repository: str, folder: Path) -> Logs:
        del folder
        return LogRows(self._database, repository, self._writer)

    def close(self) -> None:
        """What is still to be written of logs is tried once more."""
        self._writer.close()

"""Where everything that must outlive a process is kept: a folder, readable by its owner alone, or a database for
workers on many machines.

1. `open_state` makes or opens the folder: `state.db` (SQLite in WAL mode), `plans/` (plan files, encrypted), `logs/`
   (one file per run and unit), `key` (the encryption key, unless the environment gives one), `lock`.
   `open_database_state` opens a PostgreSQL database instead, with plan files and logs in it. A database holds any
   number of live repositories; a `State` is what is kept of one.
2. A fresh database gets its tables at once, the schema of an older one is brought up to date by migrations on opening;
   one that a newer Towpath wrote is refused.
3. `RunStore` reads snapshots of runs and writes what changed, in transactions; each starts as a writer, so that two
   never decide on the same rows. Nouns are kept as JSON beside the columns that queries and fences need.
4. An attempt begins by taking its unit's lock with the next fence; its result is written only where that fence still
   holds.
5. Plan files are named by the digest of their content, encrypted and authenticated, written whole or not at all, and
   checked against their digest when read.
6. `StateLock` is held by the one process that works with the state; others are told whom they wait for. It stays taken
   until what that process had started is gone as well.
7. `retention` deletes what is old; `backup` puts a whole database into one file, and back into one of either kind. Both
   are rarely needed, and not loaded here.

This package decides nothing about runs and knows nothing of engines.
"""

from __future__ import annotations

from towpath.stores.ledger import LedgerStore
from towpath.stores.lock import ENGINES, Holder, StateLock
from towpath.stores.logs import LogFiles, LogPart, Logs
from towpath.stores.plans import PlanFolder, PlanStore
from towpath.stores.queue import Load, OpenRun, QueuedAttempt, WorkQueue
from towpath.stores.runs import RunStore, RunTransaction
from towpath.stores.state import State, open_database_state, open_state

__all__ = [
    "ENGINES",
    "Holder",
    "LedgerStore",
    "Load",
    "LogFiles",
    "LogPart",
    "Logs",
    "OpenRun",
    "PlanFolder",
    "PlanStore",
    "QueuedAttempt",
    "RunStore",
    "RunTransaction",
    "State",
    "StateLock",
    "WorkQueue",
    "open_database_state",
    "open_state",
]

"""Where everything that must outlive a process is kept: one folder, readable by its owner alone.

1. `open_state` makes or opens the folder: `state.db` (SQLite in WAL mode), `plans/` (plan files, encrypted), `logs/`
   (one file per run and unit), `key` (the encryption key, unless the environment gives one), `lock`.
2. The database's schema is brought up to date by migrations on opening; one that a newer Towpath wrote is refused.
3. `RunStore` reads snapshots of runs and writes what changed, in transactions; each starts as a writer, so that two
   never decide on the same rows. Nouns are kept as JSON beside the columns that queries and fences need.
4. An attempt begins by taking its unit's lock with the next fence; its result is written only where that fence still
   holds.
5. Plan files are named by the digest of their content, encrypted and authenticated, written whole or not at all, and
   checked against their digest when read.
6. `StateLock` is held by the one process that works with the state; others are told whom they wait for. It stays taken
   until what that process had started is gone as well.

This package decides nothing about runs and knows nothing of engines.
"""

from __future__ import annotations

from towpath.stores.ledger import LedgerStore
from towpath.stores.lock import ENGINES, Holder, StateLock
from towpath.stores.logs import LogFiles
from towpath.stores.plans import PlanFolder
from towpath.stores.queue import OpenRun, QueuedAttempt, WorkQueue
from towpath.stores.runs import RunStore, RunTransaction
from towpath.stores.state import State, open_state

__all__ = [
    "ENGINES",
    "Holder",
    "LedgerStore",
    "LogFiles",
    "OpenRun",
    "PlanFolder",
    "QueuedAttempt",
    "RunStore",
    "RunTransaction",
    "State",
    "StateLock",
    "WorkQueue",
    "open_state",
]

"""What must hold of everything that Towpath kept in the state folders of a test."""

from __future__ import annotations

from pathlib import Path

from towpath.runs import broken_invariants, history_of
from towpath.stores import open_state
from towpath.system import FakeEnvironment, RandomIds, SystemClock

__all__ = ["check_kept_runs"]


def check_kept_runs(home: Path) -> None:
    """Fails when an invariant of runs is broken in a state folder somewhere below `home`."""
    for database in home.rglob("state.db"):
        state = open_state(database.parent, RandomIds(), SystemClock(), FakeEnvironment())
        try:
            broken = broken_invariants(history_of(state), state.ledger.entries())
        finally:
            state.close()
        assert not broken, "\n".join(broken)

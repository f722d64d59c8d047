"""How much may be at work at once, over all runs and processes that share a database."""

from __future__ import annotations

from dataclasses import dataclass

from towpath.model.runs import UnitRun
from towpath.stores import RunTransaction

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How many units may be planned or applied at the same time: in `total`, and in one account. None: any number."""

    total: int | None = None
    per_account: int | None = None

    def admits(self, transaction: RunTransaction, unit: UnitRun) -> bool:
        """Asked in the transaction in which the attempt would begin, so that two processes never go past a limit."""
        if self.total is None and self.per_account is None:
            return True
        running = transaction.running_by_account()
        if self.total is not None and running.total() >= self.total:
            return False
        return self.per_account is None or running[unit.account] < self.per_account

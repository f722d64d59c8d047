"""What people decide about runs, each looked at by the rules of access first."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Answer"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says at a gate. A gate asks about exact plans: should those be others by now, it is closed, and
    nothing is said. `reason` may be empty.
    """

    gate: str
    approved: bool
    reason: str = ""

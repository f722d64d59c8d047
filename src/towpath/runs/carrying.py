"""The port to what carries the work from the rows to threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

__all__ = ["Carrier", "Carriers", "CarryOut", "LeftInRows", "Queue"]

CarryOut = Callable[[str], None]
"""Does the attempt with this id: begins it, works, records its end. Does nothing when it is not queued any more."""


class Queue(Protocol):
    """Takes attempts whose rows are written and committed."""

    def enqueue(self, attempts: Sequence[str]) -> None: ...


class LeftInRows:
    """Hands nothing on: whoever looks at the rows next begins what is queued."""

    def enqueue(self, attempts: Sequence[str]) -> None:
        del attempts


class Carrier(Queue, Protocol):
    """Carries out attempts, no more at a time than it was opened for.

    Laws: an attempt that was enqueued is carried out once if the carrier stays open; what is enqueued before the start
    is carried out after it. `wait` returns as soon as an attempt ended, or after `seconds` at the latest; it raises
    what an attempt raised. `close` waits for what is being carried out; what is queued is not begun.
    """

    def start(self, carry_out: CarryOut) -> None:
        """Begins to carry out what is queued."""
        ...

    def wait(self, seconds: float) -> None: ...

    def close(self) -> None: ...


class Carriers(Protocol):
    """Opens carriers. `worker` is unique to the process and the moment."""

    def open(self, worker: str, parallelism: int) -> Carrier: ...

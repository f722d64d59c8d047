"""The server's own log: one JSON object a line, with ids and never with what is secret.

Events of runs are in it as they are told, with the ids of run and unit; what engines print is not: that is in the logs
of units.
"""

from __future__ import annotations

import datetime
import json
import threading
from collections.abc import Mapping
from typing import IO, Any

from towpath.model.events import Event
from towpath.problems import Problem
from towpath.system import Clock

__all__ = ["Journal"]


class Journal:
    """Writes to a stream, from whatever thread. A stream that went away is not missed: the server goes on."""

    def __init__(self, stream: IO[str], clock: Clock) -> None:
        self._stream = stream
        self._clock = clock
        self._lock = threading.Lock()

    def note(self, what: str, **data: Any) -> None:
        """`data` without values that are None."""
        self._write(self._clock.now(), what, data)

    def _write(self, at: datetime.datetime, what: str, data: Mapping[str, Any]) -> None:
        known = {key: value for key, value in data.items() if value is not None}
        line = json.dumps({"at": at.isoformat(timespec="milliseconds"), "what": what, **known})
        with self._lock:
            try:
                self._stream.write(line + "\n")
                self._stream.flush()
            except (OSError, ValueError):
                return

    def event(self, repository: str, event: Event) -> None:
        known = {"repository": repository or None, "run": event.run, "unit": event.unit, "sequence": event.sequence}
        self._write(event.at, event.kind.value, {**known, **_plain(event)})

    def problem(self, problem: Problem, **data: Any) -> None:
        place = problem.place
        where = {"file": place.file, "line": place.line} if place is not None else {}
        self.note("problem", id=problem.id, summary=problem.summary, detail=problem.detail, **where, **data)


def _plain(event: Event) -> dict[str, Any]:
    """What the event says in few words; what people wrote (reasons, comments) stays in the database."""
    kept = ("status", "before", "kind", "attempt", "worker", "environment", "action", "problems", "cause")
    return {key: value for key, value in event.data.items() if key in kept}

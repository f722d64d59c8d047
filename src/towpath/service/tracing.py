"""Sends the trace of each run that came to rest while this process was there."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from towpath.model.commands import Cancellation
from towpath.model.events import EventKind
from towpath.model.runs import RunStatus
from towpath.model.traces import spans_of
from towpath.problems import Problem, ProblemError
from towpath.stores import State, WorkQueue
from towpath.system import Environment
from towpath.system.traces import OtlpTraces, Traces

__all__ = ["Tracing", "traces_wanted"]

_VARIABLES = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_GO_ON = frozenset([RunStatus.RUNNING.value, RunStatus.WAITING.value])
_LOOK_SECONDS = 1.0


def traces_wanted(environment: Environment) -> Traces | None:
    """Where traces go, if anywhere. Raises `ProblemError` with `telemetry-extra-missing`."""
    return OtlpTraces() if any(environment.get(name) for name in _VARIABLES) else None


@dataclass(frozen=True)
class Tracing:
    """`states` are those of the repositories, by name; `trouble` hears of what could not be sent."""

    traces: Traces
    queue: WorkQueue
    states: Mapping[str, State]
    trouble: Callable[[Problem], None]

    def work(self, stop: Cancellation) -> None:
        """Blocks until it is asked to stop. While the database cannot be reached it waits."""
        seen: int | None = None
        while stop.level() == 0:
            with contextlib.suppress(ProblemError):  # the worker tells it, and in time it is there again
                seen = self.queue.last_event() if seen is None else self.look(seen)
            stop.wait(0, _LOOK_SECONDS)
        self.traces.close()

    def look(self, seen: int) -> int:
        """Sends what came to rest after the event; returns the last event that was seen."""
        for repository, event in self.queue.events(seen):
            if event.kind is EventKind.RUN_STATUS and event.data["status"] not in _GO_ON and repository in self.states:
                self._send(repository, event.run)
            seen = event.sequence
        lost = self.traces.lost()
        if lost:
            self.trouble(_not_sent(lost))
        return seen

    def _send(self, repository: str, run: str) -> None:
        state = self.states[repository]
        snapshot = state.runs.snapshot(run)
        if snapshot is not None:
            self.traces.send(spans_of(repository, snapshot, state.runs.attempts(run)))


def _not_sent(number: int) -> Problem:
    detail = f"Traces that were lost: {number}. The collector does not answer, or does not take them."
    return Problem(
        "traces-not-sent",
        "Traces are not sent",
        detail,
        hint="Look at OTEL_EXPORTER_OTLP_ENDPOINT, and at the collector.",
    )

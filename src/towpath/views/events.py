"""The event stream of a run, a line each: progress for a person who watches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from towpath.model.changes import Action
from towpath.model.events import Event, EventKind
from towpath.model.runs import AttemptStatus, RunStatus, UnitStatus
from towpath.views.tables import Line, Span, Style, line
from towpath.views.text import plural

__all__ = ["event_line"]

_UNIT_STYLES = {
    UnitStatus.UNCHANGED: Style.FAINT,
    UnitStatus.APPLIED: Style.GOOD,
    UnitStatus.DESTROYED: Style.GOOD,
    UnitStatus.FAILED: Style.BAD,
    UnitStatus.SKIPPED: Style.FAINT,
    UnitStatus.HELD: Style.WARNING,
    UnitStatus.DRIFTED: Style.WARNING,
}
_RUN_STYLES = {
    RunStatus.PLANNED: Style.GOOD,
    RunStatus.SUCCEEDED: Style.GOOD,
    RunStatus.WAITING: Style.WARNING,
    RunStatus.HALTED: Style.BAD,
    RunStatus.CANCELLED: Style.WARNING,
    RunStatus.SUPERSEDED: Style.WARNING,
}
_DOING = {"plan": "planning", "apply": "applying"}
_ENDED = {
    AttemptStatus.STALE: "the state moved on since its plan was made",
    AttemptStatus.LOCKED: "somebody else holds the lock of its state",
    AttemptStatus.INTERRUPTED: "was interrupted",
    AttemptStatus.UNKNOWN: "its process died; what it did is looked up",
}


def event_line(event: Event) -> Line | None:
    """What a person is told of an event; None where others tell it better."""
    return _VIEWS[event.kind](event) if event.kind in _VIEWS else None


def _created(event: Event) -> Line:
    units = event.data.get("units", 0)
    count = units if isinstance(units, int) else len(units)
    return line(Span(f"Run {event.run}", Style.HEADING), f": {plural(count, 'unit')}")


def _run_status(event: Event) -> Line | None:
    status = RunStatus(event.data["status"])
    if status is RunStatus.RUNNING:
        return None
    return line(Span(f"Run {event.run} {status.value}", _RUN_STYLES.get(status, Style.PLAIN)), _because(event.data))


def _unit_status(event: Event) -> Line | None:
    status = UnitStatus(event.data["status"])
    if status is UnitStatus.PENDING:
        return None
    return line("  ", *_unit(event), Span(status.value, _UNIT_STYLES.get(status, Style.PLAIN)), _because(event.data))


def _joined(event: Event) -> Line:
    return line("  ", *_unit(event), "joins the run: ", "; ".join(event.data.get("reasons", ())))


def _started(event: Event) -> Line:
    doing = _DOING.get(str(event.data.get("kind")), "working")
    if doing == "applying" and event.data.get("action") == Action.DESTROY.value:
        doing = "destroying"
    return line("  ", *_unit(event), Span(f"{doing} …", Style.FAINT))


def _finished(event: Event) -> Line | None:
    said = _ENDED.get(AttemptStatus(event.data["status"]))
    return line("  ", *_unit(event), Span(said, Style.WARNING)) if said else None


def _lock_wait(event: Event) -> Line:
    return line("  ", *_unit(event), Span("waits for a state lock: ", Style.WARNING), str(event.data.get("detail", "")))


def _gate_opened(event: Event) -> Line:
    environment = event.data.get("environment")
    if environment:
        return line(Span(f"Gate of {environment}", Style.WARNING), f": {plural(event.data['approvals'], 'approval')}")
    return line(Span("Held", Style.WARNING), ": ", "; ".join(event.data.get("holds", ())))


def _gate_closed(event: Event) -> Line:
    return line(
        Span(f"Gate of {event.data.get('environment') or 'the holds'}", Style.HEADING), f": {event.data['status']}"
    )


def _approval(event: Event) -> Line:
    word = "approves" if event.data.get("approved") else "rejects"
    reason = event.data.get("reason")
    return line(
        f"{event.data['who']} {word} {event.data.get('environment') or 'the holds'}", f": {reason}" if reason else ""
    )


def _stop(event: Event) -> Line:
    return line(Span(f"Stopping: {event.data.get('cause', 'asked to')}; nothing new begins", Style.WARNING))


def _lost(event: Event) -> Line:
    return line(Span(f"The process {event.data.get('pid', '')} that drove this run died", Style.WARNING))


def _behind(event: Event) -> Line:
    holder = event.data.get("run")
    whose = f"run {holder} of process {event.data.get('pid')}" if holder else f"process {event.data.get('pid')}"
    return line(Span(f"Waiting for {whose} on {event.data.get('host', 'this machine')}", Style.WARNING))


def _unit(event: Event) -> tuple[Span, Span]:
    return Span(str(event.unit or ""), Style.NAME), Span("  ")


def _because(data: Mapping[str, Any]) -> str:
    return f": {data['reason']}" if data.get("reason") else ""


_VIEWS: Mapping[EventKind, Callable[[Event], Line | None]] = {
    EventKind.RUN_CREATED: _created,
    EventKind.RUN_STATUS: _run_status,
    EventKind.UNIT_STATUS: _unit_status,
    EventKind.UNIT_JOINED: _joined,
    EventKind.ATTEMPT_STARTED: _started,
    EventKind.ATTEMPT_FINISHED: _finished,
    EventKind.LOCK_WAIT: _lock_wait,
    EventKind.GATE_OPENED: _gate_opened,
    EventKind.GATE_CLOSED: _gate_closed,
    EventKind.APPROVAL: _approval,
    EventKind.STOP_REQUESTED: _stop,
    EventKind.WORKER_LOST: _lost,
    EventKind.QUEUED_BEHIND: _behind,
}

"""Events: every transition of a run, in order. Logs, pages and messages are views of this one stream."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from towpath.model.paths import UnitPath

__all__ = ["Event", "EventKind"]


class EventKind(StrEnum):
    """What happened. The words in brackets are the keys of `Event.data`."""

    RUN_CREATED = "run-created"
    """[kind, author, base, head, units]"""
    RUN_STATUS = "run-status"
    """[status, before, reason]"""
    UNIT_STATUS = "unit-status"
    """[status, before, reason]"""
    UNIT_JOINED = "unit-joined"
    """A unit that may follow follows. [reasons: sentences]"""
    UNIT_CLEARED = "unit-cleared"
    """Its plan may be applied. [digest]"""
    ATTEMPT_QUEUED = "attempt-queued"
    """[attempt, kind, number]"""
    ATTEMPT_STARTED = "attempt-started"
    """[attempt, kind, number, worker, action: what the run does to the unit]"""
    ATTEMPT_FINISHED = "attempt-finished"
    """[attempt, kind, number, status, problems: ids]"""
    LOCK_WAIT = "lock-wait"
    """A state lock is held by somebody else. [until, detail]"""
    GATE_OPENED = "gate-opened"
    """[gate, environment, approvals, holds: sentences]"""
    GATE_CLOSED = "gate-closed"
    """[gate, environment, status]"""
    APPROVAL = "approval"
    """[gate, environment, who, approved, reason]"""
    STOP_REQUESTED = "stop-requested"
    """Cancelled, or interrupted. [cause]"""
    FREEZE_OVERRIDDEN = "freeze-overridden"
    """Somebody lets it go on although environments are frozen. [who, reason]"""
    WORKER_LOST = "worker-lost"
    """A process that drove the run died. [worker, pid]"""
    QUEUED_BEHIND = "queued-behind"
    """Another process works with this state; this one waits for it. Not kept. [run, pid, host]"""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `sequence` grows over all runs of a store; 0 for events that are not kept."""

    sequence: int
    run: str
    at: datetime.datetime
    kind: EventKind
    unit: UnitPath | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

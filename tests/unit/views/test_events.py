"""Progress, as a person reads it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from towpath.model.events import Event, EventKind
from towpath.model.paths import UnitPath
from towpath.views.events import event_line

AT = datetime.datetime(2026, 1, 5, tzinfo=datetime.UTC)


def shown(kind: EventKind, unit: str | None = None, /, **data: Any) -> str | None:
    found = event_line(Event(1, "r1", AT, kind, UnitPath(unit) if unit else None, data))
    return found.plain().strip() if found else None


@pytest.mark.parametrize(
    ("kind", "unit", "data", "said"),
    [
        (EventKind.RUN_CREATED, None, {"units": 3}, "Run r1: 3 units"),
        (EventKind.ATTEMPT_STARTED, "dev/vpc", {"kind": "plan", "number": 1}, "dev/vpc  planning …"),
        (EventKind.ATTEMPT_STARTED, "dev/vpc", {"kind": "apply", "number": 2}, "dev/vpc  applying …"),
        (EventKind.ATTEMPT_STARTED, "a", {"kind": "apply", "action": "destroy"}, "a  destroying …"),
        (EventKind.ATTEMPT_STARTED, "a", {"kind": "plan", "action": "destroy"}, "a  planning …"),
        (EventKind.UNIT_STATUS, "dev/vpc", {"status": "applied"}, "dev/vpc  applied"),
        (EventKind.UNIT_STATUS, "a", {"status": "skipped", "reason": "b failed."}, "a  skipped: b failed."),
        (EventKind.UNIT_STATUS, "a", {"status": "pending"}, None),
        (EventKind.ATTEMPT_FINISHED, "a", {"status": "stale"}, "a  the state moved on since its plan was made"),
        (EventKind.ATTEMPT_FINISHED, "a", {"status": "applied"}, None),
        (EventKind.GATE_OPENED, None, {"environment": "prod", "approvals": 2}, "Gate of prod: 2 approvals"),
        (EventKind.GATE_OPENED, None, {"environment": None, "holds": ["It is big."]}, "Held: It is big."),
        (
            EventKind.APPROVAL,
            None,
            {"who": "ada", "approved": True, "environment": "prod", "reason": "fine"},
            "ada approves prod: fine",
        ),
        (EventKind.RUN_STATUS, None, {"status": "halted", "reason": "a failed."}, "Run r1 halted: a failed."),
        (EventKind.RUN_STATUS, None, {"status": "running"}, None),
        (EventKind.LOCK_WAIT, "a", {"detail": "held by ada"}, "a  waits for a state lock: held by ada"),
        (
            EventKind.QUEUED_BEHIND,
            None,
            {"run": "r0", "pid": 7, "host": "here"},
            "Waiting for run r0 of process 7 on here",
        ),
    ],
)
def test_each_event_reads_as_a_sentence(
    kind: EventKind, unit: str | None, data: dict[str, Any], said: str | None
) -> None:
    assert shown(kind, unit, **data) == said


def test_what_a_repository_says_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in (shown(EventKind.UNIT_STATUS, "a\x1b[2J", status="applied") or "")

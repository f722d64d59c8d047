"""A run as a trace: what took how long, for those who look at all their systems in one place.

The ids follow from those of the run, its units and its attempts: whoever sends a run's trace again, from whatever
process, sends the same one.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from towpath.model.runs import Attempt, AttemptStatus, RunStatus, Snapshot, UnitRun, UnitStatus

__all__ = ["Span", "spans_of"]

_FAILED_RUNS = frozenset([RunStatus.HALTED])
_FAILED_ATTEMPTS = frozenset([AttemptStatus.FAILED, AttemptStatus.UNKNOWN, AttemptStatus.INTERRUPTED])


@dataclass(frozen=True, slots=True)
class Span:
    """One piece of work, from `start` to `end`. `trace` has 16 bytes, `id` and `parent` have 8. Attributes name things
    and tell how they ended; no value of a configuration, a plan or a log is among them.
    """

    name: str
    trace: bytes
    id: bytes
    parent: bytes | None
    start: datetime.datetime
    end: datetime.datetime
    attributes: Mapping[str, str | int] = field(default_factory=dict)
    failed: bool = False


def spans_of(repository: str, snapshot: Snapshot, attempts: Sequence[Attempt]) -> tuple[Span, ...]:
    """The run, each unit that was worked on, and each attempt that began; `attempts` are all there are."""
    run = snapshot.run
    begun = [attempt for attempt in attempts if attempt.started_at is not None and attempt.finished_at is not None]
    trace, root = _id(run.id, 16), _id(run.id, 8)
    end = max([run.created_at, *_ends(begun), *([run.finished_at] if run.finished_at else [])])
    about = {"towpath.repository": repository, "towpath.run": run.id}
    attributes = {**about, "towpath.kind": run.kind.value, "towpath.status": run.status.value, "vcs.ref": run.head}
    spans = [
        Span(f"run {run.kind.value}", trace, root, None, run.created_at, end, attributes, run.status in _FAILED_RUNS)
    ]
    for path, unit in snapshot.units.items():
        own = [attempt for attempt in begun if attempt.unit == path]
        if own:
            spans.extend(_of_unit(trace, root, unit, own, about))
    return tuple(spans)


def _of_unit(
    trace: bytes, root: bytes, unit: UnitRun, attempts: Sequence[Attempt], about: Mapping[str, str]
) -> Iterator[Span]:
    here = _id(f"{unit.run} {unit.unit}", 8)
    named = {**about, "towpath.unit": unit.unit, "towpath.account": unit.account or ""}
    start = min(attempt.queued_at for attempt in attempts)
    attributes = {**named, "towpath.status": unit.status.value, "towpath.action": unit.action.value}
    failed = unit.status is UnitStatus.FAILED
    yield Span(f"unit {unit.unit}", trace, here, root, start, max(_ends(attempts)), attributes, failed)
    for attempt in attempts:
        if attempt.started_at is not None and attempt.finished_at is not None:
            yield Span(
                f"{attempt.kind.value} {unit.unit}",
                trace,
                _id(attempt.id, 8),
                here,
                attempt.started_at,
                attempt.finished_at,
                {
                    **named,
                    "towpath.attempt": attempt.number,
                    "towpath.status": attempt.status.value,
                    "towpath.worker": attempt.worker or "",
                },
                attempt.status in _FAILED_ATTEMPTS,
            )


def _ends(attempts: Iterable[Attempt]) -> list[datetime.datetime]:
    return [attempt.finished_at for attempt in attempts if attempt.finished_at is not None]


def _id(text: str, size: int) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogateescape")).digest()[:size]

"""What always holds, whatever happened: a numbered list, and the checker beside it.

1.  A plan is applied by the run and for the unit it was made for, and only if it is exact.
2.  No plan is applied twice: once an apply of it succeeded, failed or was interrupted, none begins again.
3.  Only a plan that was cleared is applied.
4.  When an apply is queued, every unit of an earlier tier is done, and everything the unit waits for.
5.  When an apply is queued, no unit of the run has failed.
6.  A passed gate has its approvals, from different people who may give them, for the very plans it asked about. In an
    environment with a gate no plan is applied but one that a passed gate asked about, or one that what was approved
    before covers; neither is a plan that calls for a hold without one that was passed.
7.  A run that has ended has every unit in a terminal status, and nothing of it is at work.
8.  The ledger names what a run applied, or found unchanged, from that commit, and all of it, and nothing else: not what
    was destroyed last. (Of runs that were deleted since, it alone knows.)
9.  A held unit is never applied, nor is anything by a run that plans or looks for drift; a unit that prevents its
    destruction is not even planned to be destroyed.
10. Of one unit at most one attempt runs at a time, of whatever run, and the fences of its attempts grow.
11. A run that waits, waits at an open gate, or says for what else; one that has ended leaves none open.
12. After an apply whose end is unknown, reality is looked at, or a new plan is made, before the next apply.
13. The events tell the status of the run and of every unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from towpath.model.changes import Action
from towpath.model.events import Event, EventKind
from towpath.model.ledger import LedgerEntry
from towpath.model.paths import UnitPath
from towpath.model.plans import Exactness
from towpath.model.runs import (
    Attempt,
    AttemptKind,
    AttemptStatus,
    Gate,
    GateStatus,
    RunStatus,
    Snapshot,
    UnitRun,
    UnitStatus,
)
from towpath.runs.gating import voters
from towpath.runs.position import environment_of
from towpath.stores import State

__all__ = ["RunHistory", "broken_invariants", "history_of"]


@dataclass(frozen=True, slots=True)
class RunHistory:
    """Everything that is kept of one run."""

    snapshot: Snapshot
    attempts: Sequence[Attempt]
    events: Sequence[Event]


def history_of(state: State) -> tuple[RunHistory, ...]:
    """The histories of all runs of a state folder, oldest first."""
    found = []
    for run in reversed(state.runs.runs()):
        snapshot = state.runs.snapshot(run.id)
        if snapshot is not None:
            found.append(RunHistory(snapshot, state.runs.attempts(run.id), state.runs.events(run.id)))
    return tuple(found)


def broken_invariants(histories: Sequence[RunHistory], ledger: Mapping[UnitPath, LedgerEntry]) -> tuple[str, ...]:
    """What does not hold, each with its number; empty when all is well."""
    found: list[str] = []
    for history in histories:
        for check in (_plans, _order, _gates, _asked, _rest, _never, _telling):
            found.extend(f"run {history.snapshot.run.id}: {text}" for text in check(history))
    found.extend(_fences(histories))
    found.extend(_ledger(histories, ledger))
    return tuple(found)


def _applies(history: RunHistory) -> Iterable[Attempt]:
    return (attempt for attempt in history.attempts if attempt.kind is AttemptKind.APPLY)


def _plans(history: RunHistory) -> Iterator[str]:
    made = {attempt.id: attempt for attempt in history.attempts}
    applied: set[str | None] = set()
    unknown: set[str | None] = set()
    for attempt in _applies(history):
        plan = made.get(attempt.plan or "")
        if plan is None or plan.summary is None or plan.unit != attempt.unit or plan.summary.digest != attempt.digest:
            yield f"1: {attempt.id} applies a plan that was not made for it"
        elif plan.summary.exactness is not Exactness.EXACT:
            yield f"1: {attempt.id} applies a provisional plan"
        if attempt.plan in applied and attempt.started_at is not None:
            yield f"2: {attempt.id} applies a plan that was applied already"
        if attempt.plan in unknown and not attempt.look_first and attempt.started_at is not None:
            yield f"12: {attempt.id} applies again without looking"
        if attempt.status in _DID_SOMETHING:
            applied.add(attempt.plan)
        if attempt.status is AttemptStatus.UNKNOWN:
            unknown.add(attempt.plan)


_ENTERED = (UnitStatus.APPLIED, UnitStatus.UNCHANGED, UnitStatus.DESTROYED)
_DID_SOMETHING = (AttemptStatus.APPLIED, AttemptStatus.FAILED, AttemptStatus.INTERRUPTED)


class _Replay:
    """The statuses as the events tell them."""

    def __init__(self, history: RunHistory) -> None:
        self.units = history.snapshot.units
        self.statuses = dict.fromkeys(self.units, UnitStatus.PENDING)
        self.joined = {path for path, unit in self.units.items() if not unit.follows}
        self.run: RunStatus = RunStatus.RUNNING
        self.cleared: set[tuple[UnitPath, str]] = set()

    def take(self, event: Event) -> None:
        if event.kind is EventKind.RUN_STATUS:
            self.run = RunStatus(event.data["status"])
        if event.unit is None:
            return
        if event.kind is EventKind.UNIT_STATUS:
            self.statuses[event.unit] = UnitStatus(event.data["status"])
        elif event.kind is EventKind.UNIT_JOINED:
            self.joined.add(event.unit)
        elif event.kind is EventKind.UNIT_CLEARED:
            self.cleared.add((event.unit, event.data["digest"]))


def _order(history: RunHistory) -> Iterator[str]:
    replay = _Replay(history)
    attempts = {attempt.id: attempt for attempt in history.attempts}
    for event in history.events:
        replay.take(event)
        if event.kind is EventKind.ATTEMPT_QUEUED and event.data["kind"] == AttemptKind.APPLY.value:
            yield from _queued(attempts[event.data["attempt"]], replay)


def _queued(attempt: Attempt, replay: _Replay) -> Iterator[str]:
    unit = replay.units[attempt.unit]
    if (attempt.unit, attempt.digest) not in replay.cleared:
        yield f"3: {attempt.id} applies a plan that was not cleared"
    waits = {path for path in (*unit.waits_for, *unit.may_wait_for) if path in replay.joined}
    for path in sorted(replay.joined):
        status = replay.statuses[path]
        if (replay.units[path].tier < unit.tier or path in waits) and not status.is_done:
            yield f"4: {attempt.id} was queued while {path} was {status.value}"
        if status is UnitStatus.FAILED:
            yield f"5: {attempt.id} was queued although {path} had failed"


def _gates(history: RunHistory) -> Iterator[str]:
    snapshot = history.snapshot
    for gate in _passed(history):
        if len(voters(gate, snapshot.approvals, snapshot.run)) < gate.approvals:
            yield f"6: {gate.id} was passed without its approvals"
    is_open = any(gate.status is GateStatus.OPEN for gate in snapshot.gates.values())
    if snapshot.run.status is RunStatus.WAITING and not is_open and snapshot.run.reason is None:
        yield "11: it waits at no gate, and does not say for what"
    if snapshot.run.status.is_terminal and is_open:
        yield "11: it has ended, and a gate is open"


def _passed(history: RunHistory) -> Sequence[Gate]:
    return [gate for gate in history.snapshot.gates.values() if gate.status is GateStatus.PASSED]


def _asked(history: RunHistory) -> Iterator[str]:
    """Whether somebody was asked about everything that was applied, where somebody had to be."""
    snapshot = history.snapshot
    gated = {spec.environment for spec in snapshot.run.gates if spec.asks_for_something}
    made = {attempt.id: attempt.summary for attempt in history.attempts}
    said = {(gate.environment, unit, digest) for gate in _passed(history) for unit, digest in gate.covers.items()}
    for attempt in _applies(history):
        plan = made.get(attempt.plan or "")
        environment = environment_of(snapshot.units[attempt.unit])
        if plan is None or plan.covered is True:
            continue
        if environment in gated and (environment, attempt.unit, attempt.digest) not in said:
            yield f"6: {attempt.id} passed no gate of {environment}"
        if (plan.holds or plan.covered is False) and (None, attempt.unit, attempt.digest) not in said:
            yield f"6: {attempt.id} passed no hold"


def _rest(history: RunHistory) -> Iterator[str]:
    if not history.snapshot.run.status.is_terminal:
        return
    for unit in history.snapshot.units.values():
        if unit.joined and not unit.status.is_terminal:
            yield f"7: it has ended, and {unit.unit} is {unit.status.value}"
    for attempt in history.attempts:
        if attempt.status.is_active:
            yield f"7: it has ended, and {attempt.id} is {attempt.status.value}"


def _never(history: RunHistory) -> Iterator[str]:
    units = history.snapshot.units
    for attempt in history.attempts:
        unit = units[attempt.unit]
        if not history.snapshot.run.applies and attempt.kind is AttemptKind.APPLY:
            yield f"9: {attempt.id} applies in a run that is not to"
        if unit.held is not None and attempt.kind is AttemptKind.APPLY:
            yield f"9: {attempt.id} applies a held unit"
        if unit.prevent_destroy and unit.action is Action.DESTROY:
            yield f"9: {attempt.id} works on the destruction of a unit that prevents it"


def _fences(histories: Sequence[RunHistory]) -> Iterator[str]:
    fences = {attempt.id: attempt.fence for history in histories for attempt in history.attempts}
    running: dict[UnitPath | None, str] = {}
    last: dict[UnitPath | None, int] = {}
    for event in _everything(histories):
        if event.kind is EventKind.ATTEMPT_STARTED:
            attempt = event.data["attempt"]
            if event.unit in running:
                yield f"10: {attempt} began while {running[event.unit]} ran"
            running[event.unit] = attempt
            fence = fences[attempt] or 0
            if fence <= last.get(event.unit, 0):
                yield f"10: the fence of {attempt} does not grow"
            last[event.unit] = fence
        elif event.kind is EventKind.ATTEMPT_FINISHED and running.get(event.unit) == event.data["attempt"]:
            del running[event.unit]


def _everything(histories: Sequence[RunHistory]) -> Sequence[Event]:
    """What happened in all runs, in order."""
    return sorted((event for history in histories for event in history.events), key=lambda event: event.sequence)


def _telling(history: RunHistory) -> Iterator[str]:
    replay = _Replay(history)
    for event in history.events:
        replay.take(event)
    if replay.run is not history.snapshot.run.status:
        yield f"13: it is {history.snapshot.run.status.value}, the events say {replay.run.value}"
    for path, unit in history.snapshot.units.items():
        if unit.status is not replay.statuses[path]:
            yield f"13: {path} is {unit.status.value}, the events say {replay.statuses[path].value}"


def _ledger(histories: Sequence[RunHistory], ledger: Mapping[UnitPath, LedgerEntry]) -> Iterator[str]:
    by_run = {history.snapshot.run.id: history.snapshot.units for history in histories}
    for entry in ledger.values():
        unit = by_run.get(entry.run, {}).get(entry.unit)
        if entry.run in by_run and (unit is None or not _vouches(unit, entry)):
            yield f"8: the ledger says {entry.unit} was applied from {entry.commit} by run {entry.run}; it was not"
    for path, action in _done_last(histories).items():
        if action is Action.DESTROY and path in ledger:
            yield f"8: the ledger still names {path}, which was destroyed"
        if action is not Action.DESTROY and path not in ledger:
            yield f"8: the ledger does not name {path}, which is done"


def _done_last(histories: Sequence[RunHistory]) -> Mapping[UnitPath, Action]:
    """What was done to each unit by the run that was last done with it."""
    units = {history.snapshot.run.id: history.snapshot.units for history in histories if history.snapshot.run.applies}
    told = (event for event in _everything(histories) if event.kind is EventKind.UNIT_STATUS and event.run in units)
    rows = (units[event.run][event.unit] for event in told if event.unit is not None)
    return {row.unit: row.action for row in rows if row.status in _ENTERED}


def _vouches(unit: UnitRun, entry: LedgerEntry) -> bool:
    done = unit.status in (UnitStatus.APPLIED, UnitStatus.UNCHANGED)
    return done and unit.commit == entry.commit and unit.fingerprint == entry.fingerprint

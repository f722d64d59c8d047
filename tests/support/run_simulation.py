"""A run without a store: `settle`, attempts that end as one likes, and everything kept that invariants look at."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import replace

from run_house import walk

from towpath.model.events import Event, EventKind
from towpath.model.gates import GateSpec
from towpath.model.ledger import LedgerEntry
from towpath.model.paths import UnitPath
from towpath.model.plans import Exactness, PlanCounts
from towpath.model.runs import (
    Approval,
    Attempt,
    AttemptKind,
    AttemptStatus,
    GateStatus,
    PlanSummary,
    Run,
    RunKind,
    RunSettings,
    RunStatus,
    Snapshot,
)
from towpath.planning import Step
from towpath.runs.evolve import settle
from towpath.runs.invariants import RunHistory, broken_invariants
from towpath.runs.making import once_more, unit_runs
from towpath.runs.telling import attempt_event, events_of

START = datetime.datetime(2026, 1, 5, 9, tzinfo=datetime.UTC)


class Simulation:
    """One run. What the shell does in transactions happens in plain values here."""

    def __init__(
        self,
        steps: Sequence[Step],
        *,
        kind: RunKind = RunKind.APPLY,
        gates: Sequence[GateSpec] = (),
        may_follow: Sequence[Step] = (),
        settings: RunSettings | None = None,
    ) -> None:
        self.now = START
        run = Run("run", kind, RunStatus.RUNNING, "ann", None, "commit-1", START, settings or RunSettings())
        run = replace(run, gates=tuple(gates))
        whole = walk(*steps, may_follow=may_follow, gates=gates)
        self.snapshot = Snapshot(run, {unit.unit: unit for unit in unit_runs(run, whole)})
        self.attempts: dict[str, Attempt] = {}
        self.events: list[Event] = []
        self.ledger: dict[UnitPath, LedgerEntry] = {}
        self._fence = 0
        self._plans = 0

    def settle(self, changed: Snapshot | None = None) -> None:
        before = self.snapshot
        settled = settle(changed or before, self.now)
        self.events.extend(events_of((before, *settled.steps) if changed else settled.steps, self.now))
        for unit, entry in settled.ledger.items():
            if entry is None:
                self.ledger.pop(unit, None)
            else:
                self.ledger[unit] = entry
        self.attempts.update(settled.snapshot.attempts)
        unsettled = {key: attempt for key, attempt in settled.snapshot.attempts.items() if not attempt.settled}
        self.snapshot = replace(settled.snapshot, attempts=unsettled)

    def active(self, status: AttemptStatus) -> list[Attempt]:
        return [attempt for attempt in self.snapshot.attempts.values() if attempt.status is status]

    def begin(self, attempt: Attempt) -> None:
        self._fence += 1
        begun = replace(attempt, status=AttemptStatus.RUNNING, fence=self._fence, started_at=self.now, worker="w")
        self._put(begun)
        self.events.append(attempt_event(EventKind.ATTEMPT_STARTED, begun, self.now))

    def end(self, attempt: Attempt, status: AttemptStatus, **changes: object) -> None:
        ended = replace(attempt, status=status, finished_at=self.now, **changes)  # type: ignore[arg-type] # of Attempt
        self._put(ended)
        self.events.append(attempt_event(EventKind.ATTEMPT_FINISHED, ended, self.now))
        self.settle(self.snapshot)

    def planned(
        self, attempt: Attempt, *, exact: bool = True, nothing: bool = False, covered: bool | None = None
    ) -> None:
        """The attempt made a plan."""
        self._plans += 1
        unit = self.snapshot.units[attempt.unit]
        summary = PlanSummary(
            attempt=attempt.id,
            digest=f"sha256:{self._plans}",
            exactness=Exactness.EXACT if exact else Exactness.PROVISIONAL,
            counts=PlanCounts(add=0 if nothing else 1),
            changes_nothing=nothing,
            pending=attempt.pending,
            covered=covered if unit.approved is not None else None,
        )
        self.end(attempt, AttemptStatus.PLANNED, summary=summary, outputs={})

    def _put(self, attempt: Attempt) -> None:
        self.attempts[attempt.id] = attempt
        self.snapshot = replace(self.snapshot, attempts={**self.snapshot.attempts, attempt.id: attempt})

    def die(self) -> None:
        """The process is gone: what it had begun ended unknown, what it had queued never began."""
        for attempt in list(self.snapshot.attempts.values()):
            begun = attempt.status is AttemptStatus.RUNNING
            status = AttemptStatus.UNKNOWN if begun else AttemptStatus.DROPPED
            ended = replace(attempt, status=status, finished_at=self.now)
            self._put(ended)
            self.events.append(attempt_event(EventKind.ATTEMPT_FINISHED, ended, self.now))
        self.settle()

    def approve(self, who: str = "bob") -> None:
        waiting = [gate for gate in self.snapshot.gates.values() if gate.status is GateStatus.OPEN]
        said = tuple(
            Approval(f"{gate.id}-{who}", "run", gate.id, who, self.now, digests=gate.covers) for gate in waiting
        )
        self.settle(replace(self.snapshot, approvals=(*self.snapshot.approvals, *said)))

    def resume(self) -> None:
        if self.snapshot.run.status is RunStatus.HALTED:
            run = replace(self.snapshot.run, status=RunStatus.RUNNING, stopping=False)
            units = {path: once_more(unit) for path, unit in self.snapshot.units.items()}
            self.settle(replace(self.snapshot, run=run, units=units))

    def stop(self) -> None:
        if self.snapshot.run.status is RunStatus.RUNNING:
            self.settle(replace(self.snapshot, run=replace(self.snapshot.run, stopping=True)))

    def cancel(self) -> None:
        self.settle(replace(self.snapshot, run=replace(self.snapshot.run, cancel_requested=True)))

    def wait(self, seconds: float) -> None:
        self.now += datetime.timedelta(seconds=seconds)
        self.settle()

    def broken(self) -> tuple[str, ...]:
        order = sorted(self.attempts.values(), key=lambda attempt: (attempt.unit, attempt.number))
        return broken_invariants([RunHistory(self.snapshot, order, self.events)], self.ledger)


def kinds(attempts: Iterable[Attempt]) -> list[tuple[UnitPath, AttemptKind]]:
    return [(attempt.unit, attempt.kind) for attempt in attempts]

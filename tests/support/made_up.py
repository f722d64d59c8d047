"""A made-up estate, as a team would know it: runs that wait, work, failed and ended; plans, logs, an audit log.

It is the services behind the pages in tests, and in the pictures of the pages. All is in memory; deciding changes it
as the real use cases would, as far as pages show it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hand_made import hand_made_live, hand_made_unit
from web_visits import KnownByName

from towpath.access import Act
from towpath.live import Live
from towpath.model.audit import AuditEntry
from towpath.model.events import Event, EventKind
from towpath.model.ledger import LedgerEntry
from towpath.model.listing import ListedRun, PastUnitRun, RunsPage, RunsRequest, TierCount
from towpath.model.paths import UnitPath
from towpath.model.people import Caller
from towpath.model.plans import Plan
from towpath.model.runs import (
    Approval,
    Attempt,
    Gate,
    GateStatus,
    Run,
    RunKind,
    RunStatus,
    Snapshot,
    UnitRun,
    UnitStatus,
)
from towpath.model.watching import Drift
from towpath.problems import Problem, ProblemError
from towpath.runs import Answer, RunView
from towpath.service.acting import Started
from towpath.service.allowed import refusal, refusal_at_gate
from towpath.service.beginning import Wanted
from towpath.service.seeing import LogPart, SeenRun, SeenUnitRun, Standing
from towpath.system import FakeClock
from towpath.web import Services
from towpath.web.callers import Callers

__all__ = ["NOW", "MadeUp", "made_up_services"]

NOW = datetime.datetime(2026, 11, 26, 14, 30, tzinfo=datetime.UTC)


@dataclass
class MadeUp:
    """Services in memory. `runs` are oldest first."""

    lives: dict[str, Live] = field(default_factory=lambda: {"live": hand_made_live(hand_made_unit("dev/app"))})
    runs: list[tuple[str, Snapshot]] = field(default_factory=list)
    plans: dict[tuple[str, str], Plan] = field(default_factory=dict)
    attempts: dict[str, tuple[Attempt, ...]] = field(default_factory=dict)
    logs: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    ledgers: dict[str, dict[UnitPath, LedgerEntry]] = field(default_factory=dict)
    drifts: dict[str, dict[UnitPath, Drift]] = field(default_factory=dict)
    entries: list[AuditEntry] = field(default_factory=list)
    told: list[Event] = field(default_factory=list)
    server: Mapping[str, Any] = field(default_factory=dict)
    done: list[tuple[str, str, str]] = field(default_factory=list)
    """Who did what to which run."""

    # What `Seeing` asks for.

    def repositories(self) -> tuple[str, ...]:
        return tuple(sorted(self.lives))

    def listed(self, request: RunsRequest) -> RunsPage:
        found = [
            ListedRun(repository, number, snapshot.run, _tiers(snapshot))
            for number, (repository, snapshot) in enumerate(self.runs, 1)
            if repository in request.repositories and _fits(snapshot.run, request)
        ]
        older = [one for one in reversed(found) if request.before is None or one.ordinal < request.before]
        page = older[: request.most]
        return RunsPage(tuple(page), page[-1].ordinal if len(older) > len(page) else None)

    def run(self, run: str) -> SeenRun:
        repository, snapshot = self._find(run)
        same = [other.run for name, other in self.runs if name == repository]
        place = [one.id for one in same].index(run)
        waiting = (RunStatus.WAITING, RunStatus.RUNNING, RunStatus.HALTED)
        is_open = snapshot.run.status in waiting
        newer = tuple(one for one in same[place + 1 :] if is_open and one.status in waiting)
        return SeenRun(repository, RunView(snapshot), self.last(), newer)

    def unit_run(self, run: str, unit: UnitPath) -> SeenUnitRun:
        seen = self.run(run)
        row = seen.view.snapshot.units.get(unit)
        if row is None:
            raise ProblemError(Problem("unit-not-in-run", "The unit is not part of the run"))
        attempts = tuple(attempt for attempt in self.attempts.get(run, ()) if attempt.unit == unit)
        return SeenUnitRun(seen.repository, seen.view, seen.event, row, self.plans.get((run, unit)), attempts)

    def log_end(self, run: str, unit: UnitPath) -> LogPart:
        part = self.log_after(run, unit, 0)
        return LogPart(part.lines[-2000:], part.next, len(part.lines) <= 2000)

    def log_after(self, run: str, unit: UnitPath, after: int) -> LogPart:
        lines = self.logs.get((run, unit), [])
        return LogPart(tuple(lines[after:]), len(lines))

    def log_whole(self, run: str, unit: UnitPath) -> Iterator[str]:
        yield from self.logs.get((run, unit), [])

    def live(self, repository: str) -> Live:
        return self.lives[repository]

    def standing(self, repository: str) -> Standing:
        latest: dict[UnitPath, PastUnitRun] = {}
        for number, (name, snapshot) in enumerate(self.runs, 1):
            if name == repository:
                worked = [unit for unit in snapshot.units.values() if unit.attempts]
                latest.update({unit.unit: PastUnitRun(number, snapshot.run, unit) for unit in worked})
        return Standing(repository, self.ledgers.get(repository, {}), latest, self.drifts.get(repository, {}))

    def history(self, repository: str, unit: UnitPath, before: int | None = None) -> tuple[PastUnitRun, ...]:
        found = [
            PastUnitRun(number, snapshot.run, snapshot.units[unit])
            for number, (name, snapshot) in enumerate(self.runs, 1)
            if name == repository and unit in snapshot.units and (before is None or number < before)
        ]
        return tuple(reversed(found))[:50]

    def audit(self, before: int | None, text: str) -> tuple[AuditEntry, ...]:
        newest = [entry for entry in reversed(self.entries) if before is None or entry.sequence < before]
        return tuple(entry for entry in newest if text.lower() in f"{entry.record}".lower())[:100]

    def settings(self) -> Mapping[str, Any]:
        return self.server

    # What `Following` asks for.

    def last(self) -> int:
        return len(self.told)

    def after(self, sequence: int, most: int) -> tuple[Event, ...]:
        return tuple(self.told[sequence : sequence + most])

    def of_run(self, run: str, sequence: int) -> tuple[Event, ...]:
        return tuple(event for event in self.told[sequence:] if event.run == run)

    # What `Acting` asks for.

    def start(self, caller: Caller, repository: str, wanted: Wanted) -> Started:
        """A run of the newest one's units; without one, nothing differs."""
        if wanted.branch is not None or not any(name == repository for name, _ in self.runs):
            return Started(None, self.lives[repository].commit)
        name, snapshot = next(one for one in reversed(self.runs) if one[0] == repository)
        act = Act.PLAN if wanted.kind is RunKind.PLAN else Act.OPERATE
        if (refused := refusal(caller, act, name, snapshot)) is not None:
            raise ProblemError(refused)
        made = replace(snapshot.run, id=f"started-{len(self.runs)}", kind=wanted.kind, author=caller.who)
        self.runs.append((name, replace(snapshot, run=replace(made, status=RunStatus.RUNNING, reason=None))))
        self._did(caller, f"start-{wanted.kind}", made.id)
        return Started(made.id, made.head)

    def answer(self, caller: Caller, run: str, answer: Answer) -> None:
        repository, snapshot = self._find(run)
        gate = snapshot.gates[answer.gate]
        refused = refusal_at_gate(caller, repository, gate, snapshot)
        if refused is not None:
            raise ProblemError(refused)
        if gate.status is not GateStatus.OPEN:
            raise ProblemError(Problem("nothing-to-approve", "There is nothing to approve"))
        vote = Approval(f"vote-{len(snapshot.approvals)}", run, gate.id, caller.who, NOW, answer.approved,
                        answer.reason, gate.covers)  # fmt: skip
        said = (*snapshot.approvals, vote)
        votes = {one.who for one in said if one.gate == gate.id and one.approved}
        status = _decided(gate, answer, votes)
        row = snapshot.run
        if status is GateStatus.REJECTED:
            row = replace(row, status=RunStatus.CANCELLED, reason=f"Rejected by {caller.who}: {answer.reason}")
        elif status is GateStatus.PASSED:
            row = replace(row, status=RunStatus.RUNNING)
        self.keep(
            replace(snapshot, run=row, approvals=said, gates={**snapshot.gates, gate.id: replace(gate, status=status)})
        )
        self._did(caller, "approve" if answer.approved else "reject", run)

    def resume(self, caller: Caller, run: str) -> None:
        self._status(caller, run, "resume", RunStatus.RUNNING)

    def cancel(self, caller: Caller, run: str) -> None:
        self._status(caller, run, "cancel", RunStatus.CANCELLED)

    def apply(self, caller: Caller, run: str) -> None:
        self._status(caller, run, "apply", RunStatus.RUNNING)

    def plan_again(self, caller: Caller, run: str) -> str:
        act = Act.OPERATE if self.snapshot(run).run.applies else Act.PLAN
        return self._another(caller, run, "plan-again", act)

    def thaw(self, caller: Caller, run: str, reason: str) -> None:
        self._allowed(caller, Act.ADMINISTER, run)
        assert reason
        self._status(caller, run, "thaw", RunStatus.RUNNING)

    def roll_back(self, caller: Caller, run: str) -> str:
        return self._another(caller, run, "roll-back", Act.OPERATE)

    # What tests do.

    def keep(self, snapshot: Snapshot, event: Event | None = None) -> None:
        """Puts the snapshot in the place of the run's last one, and tells of it."""
        place = [other.run.id for _, other in self.runs].index(snapshot.run.id)
        self.runs[place] = (self.runs[place][0], snapshot)
        data = {"status": snapshot.run.status.value, "before": "running", "reason": snapshot.run.reason}
        self.tell(event or Event(0, snapshot.run.id, NOW, EventKind.RUN_STATUS, None, data))

    def put_unit(self, run: str, unit: UnitRun) -> None:
        _, snapshot = self._find(run)
        data = {"status": unit.status.value, "before": "pending", "reason": unit.reason}
        event = Event(0, run, NOW, EventKind.UNIT_STATUS, unit.unit, data)
        self.keep(replace(snapshot, units={**snapshot.units, unit.unit: unit}), event)

    def tell(self, event: Event) -> None:
        self.told.append(replace(event, sequence=len(self.told) + 1))

    def snapshot(self, run: str) -> Snapshot:
        return self._find(run)[1]

    def _find(self, run: str) -> tuple[str, Snapshot]:
        for repository, snapshot in self.runs:
            if snapshot.run.id == run:
                return repository, snapshot
        raise ProblemError(Problem("no-such-run", "There is no such run", f"No run {run} is kept."))

    def _allowed(self, caller: Caller, act: Act, run: str) -> tuple[str, Snapshot]:
        repository, snapshot = self._find(run)
        refused = refusal(caller, act, repository, snapshot)
        if refused is not None:
            raise ProblemError(refused)
        return repository, snapshot

    def _status(self, caller: Caller, run: str, what: str, status: RunStatus) -> None:
        _, snapshot = self._allowed(caller, Act.OPERATE, run)
        self.keep(replace(snapshot, run=replace(snapshot.run, status=status, reason=None)))
        self._did(caller, what, run)

    def _another(self, caller: Caller, run: str, what: str, act: Act) -> str:
        repository, snapshot = self._allowed(caller, act, run)
        made = replace(snapshot.run, id=f"{what}-of-{run}", status=RunStatus.RUNNING, author=caller.who)
        self.runs.append((repository, replace(snapshot, run=made)))
        self._did(caller, what, run)
        return made.id

    def _did(self, caller: Caller, what: str, run: str) -> None:
        self.done.append((caller.who, what, run))


def made_up_services(estate: MadeUp, callers: Callers | None = None) -> Services:
    """The services, at the moment when the estate was made up."""
    return Services(estate, estate, estate, FakeClock(NOW), callers or KnownByName())


def _decided(gate: Gate, answer: Answer, votes: set[str]) -> GateStatus:
    if not answer.approved:
        return GateStatus.REJECTED
    return GateStatus.PASSED if len(votes) >= gate.approvals else GateStatus.OPEN


def _fits(run: Run, request: RunsRequest) -> bool:
    words = "\n".join([run.id, run.head, *(f"{commit.sha} {commit.subject}" for commit in run.commits)]).lower()
    return (
        (request.status is None or run.status is request.status)
        and (not request.author or run.author.lower() == request.author.lower())
        and request.text.lower() in words
    )


def _tiers(snapshot: Snapshot) -> tuple[TierCount, ...]:
    units = [unit for unit in snapshot.units.values() if unit.joined]
    return tuple(_tier(tier, [unit for unit in units if unit.tier == tier]) for tier in sorted({u.tier for u in units}))


def _tier(tier: int, units: Sequence[UnitRun]) -> TierCount:
    statuses: dict[UnitStatus, int] = {}
    for unit in units:
        statuses[unit.status] = statuses.get(unit.status, 0) + 1
    return TierCount(tier, tuple(sorted({unit.account or "" for unit in units})), statuses)

"""Looking at everything that is kept of several live repositories in one database."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from towpath.live import Live
from towpath.model.audit import AuditEntry
from towpath.model.events import Event
from towpath.model.listing import PastUnitRun, RunsPage, RunsRequest
from towpath.model.paths import UnitPath
from towpath.model.runs import Run, Snapshot
from towpath.problems import Problem, ProblemError
from towpath.runs import RunView
from towpath.runs.changing import no_such_run
from towpath.runs.superseding import gives_way
from towpath.service.seeing import LogPart, SeenRun, SeenUnitRun, Standing
from towpath.stores import State
from towpath.stores.audit import AuditLog
from towpath.stores.drift import DriftStore
from towpath.stores.listing import Lists

__all__ = ["Looking", "Seen"]

_MOST_LINES: Final = 2000
_MOST_KEPT: Final = 32
_MOST_BESIDE: Final = 20
_MOST_ENTRIES: Final = 100


@dataclass(frozen=True, slots=True)
class Seen:
    """One live repository: what is kept of it, and its deploy branch as far as it was seen."""

    state: State
    live: Callable[[], Live]


class Looking:
    """Implements `web.port.Seeing` and `web.port.Following`. `repositories` are by name. Thread-safe.

    Snapshots are kept for a while: as long as a run's version is the same, so are its rows.
    """

    def __init__(
        self, repositories: Mapping[str, Seen], lists: Lists, log: AuditLog, settings: Mapping[str, Any]
    ) -> None:
        self._repositories = repositories
        self._lists = lists
        self._audit = log
        self._settings = settings
        self._kept: OrderedDict[str, Snapshot] = OrderedDict()
        self._lock = Lock()

    def repositories(self) -> tuple[str, ...]:
        return tuple(sorted(self._repositories))

    def listed(self, request: RunsRequest) -> RunsPage:
        return self._lists.runs(request)

    def run(self, run: str) -> SeenRun:
        name, state = self._find(run)
        event = self.last()
        snapshot = self._snapshot(state, run)
        newer, older = self._beside(name, state, snapshot)
        return SeenRun(name, RunView(snapshot), event, newer, older)

    def unit_run(self, run: str, unit: UnitPath) -> SeenUnitRun:
        name, state = self._find(run)
        event = self.last()
        snapshot = self._snapshot(state, run)
        row = snapshot.units.get(unit)
        if row is None:
            raise ProblemError(_not_in_run(unit, run))
        plan = state.runs.plan(row.plan.attempt) if row.plan is not None else None
        attempts = tuple(attempt for attempt in state.runs.attempts(run) if attempt.unit == unit)
        return SeenUnitRun(name, RunView(snapshot), event, row, plan, attempts)

    def log_end(self, run: str, unit: UnitPath) -> LogPart:
        start = position = self._find(run)[1].logs.near_end(run, unit)
        lines: deque[str] = deque(maxlen=_MOST_LINES)
        count = 0
        while (part := self.log_after(run, unit, position)).lines:
            lines.extend(part.lines)
            count += len(part.lines)
            position = part.next
        return LogPart(tuple(lines), position, is_whole=start == 0 and count <= _MOST_LINES)

    def log_after(self, run: str, unit: UnitPath, after: int) -> LogPart:
        part = self._find(run)[1].logs.part(run, unit, after)
        return LogPart(part.lines, part.position)

    def log_whole(self, run: str, unit: UnitPath) -> Iterator[str]:
        return self._find(run)[1].logs.read(run, unit)

    def live(self, repository: str) -> Live:
        return self._named(repository).live()

    def standing(self, repository: str) -> Standing:
        state = self._named(repository).state
        drifts = DriftStore(state.database, repository).entries()
        return Standing(repository, state.ledger.entries(), self._lists.latest(repository), drifts)

    def history(self, repository: str, unit: UnitPath, before: int | None = None) -> tuple[PastUnitRun, ...]:
        return self._lists.history(repository, unit, before)

    def audit(self, before: int | None, text: str) -> tuple[AuditEntry, ...]:
        return self._audit.newest(_MOST_ENTRIES, before=before, text=text)

    def settings(self) -> Mapping[str, Any]:
        return self._settings

    def last(self) -> int:
        return self._lists.last_event()

    def after(self, sequence: int, most: int) -> tuple[Event, ...]:
        return self._lists.events(sequence, most)

    def of_run(self, run: str, sequence: int) -> tuple[Event, ...]:
        return self._find(run)[1].runs.events(run, sequence)

    def _named(self, repository: str) -> Seen:
        if repository not in self._repositories:
            raise ProblemError(_no_such_repository(repository))
        return self._repositories[repository]

    def _find(self, run: str) -> tuple[str, State]:
        name = self._lists.repository_of(run)
        if name is None or name not in self._repositories:
            raise ProblemError(no_such_run(run))
        return name, self._repositories[name].state

    def _snapshot(self, state: State, run: str) -> Snapshot:
        with self._lock:
            kept = self._kept.get(run)
        if kept is not None and kept.run.version == state.runs.version(run):
            return kept
        snapshot = state.runs.snapshot(run)
        if snapshot is None:
            raise ProblemError(no_such_run(run))
        with self._lock:
            self._kept[run] = snapshot
            self._kept.move_to_end(run)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return snapshot

    def _beside(self, name: str, state: State, snapshot: Snapshot) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
        """The runs that take this one's place when they go on, and those whose place it takes."""
        if snapshot.run.status.is_terminal:
            return (), ()
        ids = self._lists.open_runs(name)
        if snapshot.run.id not in ids:
            return (), ()
        place = ids.index(snapshot.run.id)
        newer = (self._snapshot(state, other) for other in ids[place + 1 :][:_MOST_BESIDE])
        older = (self._snapshot(state, other) for other in ids[max(0, place - _MOST_BESIDE) : place])
        return (
            tuple(other.run for other in newer if other.run.applies and gives_way(snapshot, other)),
            tuple(other.run for other in older if snapshot.run.applies and gives_way(other, snapshot)),
        )


def _not_in_run(unit: UnitPath, run: str) -> Problem:
    detail = f"{unit} is not part of run {run}."
    return Problem("unit-not-in-run", "The unit is not part of the run", detail, hint="The run's page lists its units.")


def _no_such_repository(name: str) -> Problem:
    detail = f"The server does not watch a repository named {name!r}."
    return Problem("no-such-repository", "There is no such repository", detail, hint="The settings list all of them.")

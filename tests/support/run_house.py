"""A house to run runs in: a state folder, a cloud, and a carrier that works in the caller's thread on a fake clock."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from fake_cloud import FakeWorkbench, MemoryCloud

from towpath.model.changes import Action, Held
from towpath.model.events import Event
from towpath.model.gates import GateSpec
from towpath.model.paths import UnitPath
from towpath.model.runs import RunSettings
from towpath.planning import Step, Tier, Walk
from towpath.runs import Carrier, CarryOut, Runs, RunView
from towpath.runs.invariants import broken_invariants, history_of
from towpath.stores import State, open_state
from towpath.system import Clock, FakeClock, FakeEnvironment, FakeIds, Ids


def step(
    unit: str,
    tier: int = 1,
    waits_for: Sequence[str] = (),
    *,
    action: Action = Action.APPLY,
    commit: str = "commit-1",
    protected: bool = False,
    prevent_destroy: bool = False,
    may_wait_for: Sequence[str] = (),
    reads_from: Sequence[str] | None = None,
) -> Step:
    """A step; its account is the first part of its path, and it reads from what it waits for unless told otherwise."""
    reads = waits_for if reads_from is None else reads_from
    return Step(
        unit=UnitPath(unit),
        account=unit.split("/")[0] if "/" in unit else None,
        tier=tier,
        action=action,
        commit=commit,
        fingerprint=f"sha256:{unit}@{commit}",
        waits_for=_paths(waits_for),
        reads_from=_paths(reads) if action is Action.APPLY else (),
        may_wait_for=_paths(may_wait_for),
        held=Held.PROTECTED if protected else None,
        prevent_destroy=prevent_destroy,
    )


def _paths(texts: Iterable[str]) -> tuple[UnitPath, ...]:
    return tuple(UnitPath(text) for text in texts)


def walk(*steps: Step, head: str = "commit-1", gates: Sequence[GateSpec] = (), may_follow: Sequence[Step] = ()) -> Walk:
    """A walk over these steps, all read at `head`."""
    at_head = [replace(one, commit=head, fingerprint=f"sha256:{one.unit}@{head}") for one in steps]
    tiers = []
    for order in sorted({one.tier for one in at_head}):
        members = tuple(sorted((one for one in at_head if one.tier == order), key=lambda one: one.unit))
        accounts = tuple(sorted({one.account for one in members if one.account is not None}))
        tiers.append(Tier(order, accounts, members, ()))
    followers = tuple(replace(one, commit=head, fingerprint=f"sha256:{one.unit}@{head}") for one in may_follow)
    return Walk(base=None, head=head, tiers=tuple(tiers), may_follow=followers, gates=tuple(gates))


class ManualCancellation:
    """Asked for from the test; waiting passes the time of the clock."""

    def __init__(self, clock: Clock) -> None:
        self.asked = 0
        self._clock = clock

    def level(self) -> int:
        return self.asked

    def wait(self, level: int, seconds: float) -> int:
        if self.asked <= level:
            self._clock.sleep(seconds)
        return self.asked


class InlineCarriers:
    """Carries out one attempt at a time, in the thread that waits. `choose` picks which of the queued ones is next."""

    def __init__(self, clock: Clock, choose: Callable[[int], int] = lambda _: 0) -> None:
        self.clock = clock
        self.choose = choose
        self.before_each: Callable[[str], None] = lambda _: None

    def open(self, worker: str, parallelism: int) -> Carrier:
        return _InlineCarrier(self)


class _InlineCarrier:
    def __init__(self, carriers: InlineCarriers) -> None:
        self._carriers = carriers
        self._queue: list[str] = []
        self._carry_out: CarryOut | None = None

    def start(self, carry_out: CarryOut) -> None:
        self._carry_out = carry_out

    def enqueue(self, attempts: Sequence[str]) -> None:
        self._queue.extend(attempts)

    def wait(self, seconds: float) -> None:
        if not self._queue or self._carry_out is None:
            self._carriers.clock.sleep(max(seconds, 0.01))
            return
        attempt = self._queue.pop(self._carriers.choose(len(self._queue)))
        self._carriers.before_each(attempt)
        self._carry_out(attempt)

    def close(self) -> None:
        self._queue.clear()


class Recorder:
    """Remembers what a watcher sees."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.lines: list[tuple[UnitPath, str]] = []

    def event(self, event: Event) -> None:
        self.events.append(event)

    def line(self, unit: UnitPath, text: str) -> None:
        self.lines.append((unit, text))


@cache
def empty_database() -> bytes:
    """A database that was just made: making one takes longer than most tests."""
    with TemporaryDirectory() as folder:
        state = open_state(Path(folder), FakeIds(), FakeClock(), FakeEnvironment())
        state.close()
        database = sqlite3.connect(state.database.file)
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        return state.database.file.read_bytes()


class House:
    """Everything together. After each drive the invariants are checked, and that the cloud saw nothing done twice."""

    def __init__(self, folder: Path, ids: Ids | None = None) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)
        if not (folder / "state.db").exists():
            (folder / "state.db").write_bytes(empty_database())
        self.clock = FakeClock()
        self.ids = ids or FakeIds()
        self.state: State = open_state(folder, self.ids, self.clock, FakeEnvironment())
        self.cloud = MemoryCloud()
        self.bench = FakeWorkbench(self.cloud, self.state.plans)
        self.cancellation = ManualCancellation(self.clock)
        self.carriers = InlineCarriers(self.clock)
        self.runs = Runs(self.state, self.bench, self.carriers)
        self.seen = Recorder()

    def create(self, walk: Walk, kind: str = "apply", settings: RunSettings | None = None, author: str = "ann") -> str:
        for one in (*walk.steps(), *walk.may_follow):
            self.bench.reads[one.unit] = one.reads_from
        return self.runs.create(walk, kind, author, settings=settings)

    def drive(self, run: str) -> RunView:
        view = self.runs.drive(run, self.cancellation, self.seen)
        self.check()
        return view

    def apply(self, walk: Walk, settings: RunSettings | None = None) -> RunView:
        return self.drive(self.create(walk, settings=settings))

    def plan(self, walk: Walk) -> RunView:
        return self.drive(self.create(walk, "plan"))

    def approve(self, run: str, who: str = "bob", environment: str | None = None) -> RunView:
        self.runs.approve(run, who, environment)
        return self.drive(run)

    def resume(self, run: str) -> RunView:
        self.runs.resume(run)
        return self.drive(run)

    def check(self) -> None:
        broken = broken_invariants(history_of(self.state), self.state.ledger.entries())
        assert not broken, "\n".join(broken)
        assert not self.bench.violations, "\n".join(self.bench.violations)

    def ledger(self) -> dict[str, str]:
        """Unit to commit."""
        return {entry.unit: entry.commit for entry in self.state.ledger.entries().values()}


def statuses(view: RunView) -> dict[str, str]:
    return {unit.row.unit: unit.row.status.value for unit in view.units}

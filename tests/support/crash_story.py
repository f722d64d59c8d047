"""The run that crash tests kill: three tiers, a chain, a destroy, a gate; effects are files."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

from fake_cloud import FakeWorkbench, FileCloud, UnitState
from run_house import InlineCarriers, empty_database, step, walk
from sqlalchemy import Connection, Engine, event

from towpath.model.changes import Action
from towpath.model.gates import GateSpec
from towpath.model.paths import UnitPath
from towpath.model.runs import RunStatus
from towpath.runs import Carriers, Runs, RunView, broken_invariants, history_of
from towpath.runs.carrier import ThreadCarriers
from towpath.stores import State, open_state
from towpath.system import FakeEnvironment, RandomIds, SystemClock

THE_WALK = walk(
    step("dev/vpc", 1),
    step("dev/app", 1, waits_for=["dev/vpc"]),
    step("dev/old", 1, action=Action.DESTROY, waits_for=["dev/app"]),
    step("stage/app", 2),
    step("prod/app", 3),
    gates=[GateSpec("prod", 1)],
)
FINAL = {
    "dev/app": "applied",
    "dev/old": "destroyed",
    "dev/vpc": "applied",
    "stage/app": "applied",
    "prod/app": "applied",
}


class Uncancelled:
    """Nobody presses Ctrl-C."""

    def level(self) -> int:
        return 0

    def wait(self, level: int, seconds: float) -> int:
        threading.Event().wait(seconds)
        return 0


class Boundaries:
    """Counts the moments at which a process may die, and kills this one at the one that was asked for."""

    def __init__(self, kill_at: int) -> None:
        self.passed = 0
        self._kill_at = kill_at
        self._lock = threading.Lock()

    def __call__(self) -> None:
        with self._lock:
            self.passed += 1
            if self.passed == self._kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    def of_transactions(self, connection: Connection) -> None:
        if not connection.get_execution_options().get("towpath_reads", False):
            self()


def prepare(folder: Path) -> None:
    """A state folder, and a cloud in which `dev/old` stands."""
    folder.mkdir(mode=0o700, parents=True)
    (folder / "state.db").write_bytes(empty_database())
    FileCloud(folder / "cloud").put(UnitPath("dev/old"), UnitState(1, {"one": "1", "two": "2"}, {"id": "dev/old"}))


def tell(folder: Path, carrier: str, boundary: Boundaries) -> dict[str, Any]:
    """Takes the story as far as it goes from where it stands, and says how it stands then."""
    state = open_state(folder, RandomIds(), SystemClock(), FakeEnvironment())
    bench = FakeWorkbench(FileCloud(folder / "cloud"), state.plans)
    for one in THE_WALK.steps():
        bench.reads[one.unit] = one.reads_from
        bench.desire(one.unit, "commit-1", one="1", two="2")
    runs = Runs(state, bench, _carriers(carrier, state))
    bench.before_effect = boundary
    for moment in ("begin", "commit"):
        event.listen(Engine, moment, boundary.of_transactions)
    view = _go_on(runs)
    broken = broken_invariants(history_of(state), state.ledger.entries())
    return {
        "status": view.status.value,
        "units": {unit.row.unit: unit.row.status.value for unit in view.units},
        "broken": [*broken, *bench.violations],
        "ledger": {entry.unit: entry.commit for entry in state.ledger.entries().values()},
        "effects": bench.cloud.notes(),
        "boundaries": boundary.passed,
    }


def _carriers(name: str, state: State) -> Carriers:
    return InlineCarriers(state.clock) if name == "inline" else ThreadCarriers()


def _go_on(runs: Runs) -> RunView:
    kept = runs.list()
    run = kept[0].id if kept else runs.create(THE_WALK, "apply", "ann")
    view = runs.resume(run) if kept and kept[0].status is RunStatus.HALTED else runs.view(run)
    if view.open_gates:
        runs.approve(run, "bob")
    return runs.drive(run, Uncancelled())

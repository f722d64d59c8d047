"""What a server costs that has much to do: on PostgreSQL, with two workers whose engine needs no time, and one server.

Queued unit runs, one page of a large run while logs stream in, many who follow events, and a list of many runs.
"""

from __future__ import annotations

import contextlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.figures import Figure
from bench.instant_worker import KEY, LISTENS, REPOSITORY, InstantWorkbench
from bench.looked_at import looked_at
from bench.measuring import megabytes
from towpath.model.changes import Action
from towpath.model.paths import UnitPath
from towpath.model.runs import RunSettings, RunStatus
from towpath.planning import Step, Tier, Walk
from towpath.runs import Runs
from towpath.runs.carrier import ThreadCarriers
from towpath.runs.worker import LOOK_SECONDS
from towpath.stores import State, open_database_state
from towpath.system import FakeEnvironment, RandomIds, SystemClock

sys.path.append(str(Path(__file__).parents[1] / "tests" / "support"))
from postgres_server import PostgresServer, postgres_server

__all__ = ["figures"]

_UNITS = 1000
_WORKERS = 2
_ROOM = 8
_SINGLES = 60
_SINGLE_PAUSE = 0.25
_PATIENCE = 600.0
_SCRIPT = Path(__file__).with_name("instant_worker.py")


def walk_of(units: int, commit: str) -> Walk:
    """So many units of four accounts, none of which waits for another, in one tier."""
    steps = tuple(
        Step(
            unit=UnitPath(f"account-{number % 4}/eu-west-1/group-{number // 40:02}/unit-{number:04}"),
            account=f"account-{number % 4}",
            tier=1,
            action=Action.APPLY,
            commit=commit,
            fingerprint=f"sha256:{number}",
            waits_for=(),
            reads_from=(),
            may_wait_for=(),
            held=None,
            prevent_destroy=False,
        )
        for number in range(units)
    )
    accounts = tuple(f"account-{number}" for number in range(min(4, units)))
    return Walk(None, commit, (Tier(1, accounts, steps, ()),))


class _Workers:
    def __init__(self, url: str, folder: Path) -> None:
        self._folders = [folder / f"worker-{number}" for number in range(_WORKERS)]
        self.processes: list[subprocess.Popen[bytes]] = []
        for place in self._folders:
            place.mkdir()
            with (place / "said").open("wb") as said:
                command = [sys.executable, str(_SCRIPT), url, str(place), str(_ROOM)]
                self.processes.append(subprocess.Popen(command, stdout=said, stderr=said))
        _until(lambda: all((place / LISTENS).exists() for place in self._folders), "the workers do not start")

    def end(self) -> None:
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(60)


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as place, postgres_server() as server:
        folder, url = Path(place), _new_database(server)
        environment = FakeEnvironment({"TOWPATH_KEY": KEY})
        base = open_database_state(url, folder / "bench", RandomIds(), SystemClock(), environment)
        with contextlib.closing(base):
            state = base.for_repository(REPOSITORY)
            yield from _queued(state, url, folder)
            yield from looked_at(state, url, folder)


def _new_database(server: PostgresServer) -> str:
    return server.url(server.new_database(prepared=False))


def _queued(state: State, url: str, folder: Path) -> Iterator[Figure]:
    runs = Runs(state, InstantWorkbench(state.plans), ThreadCarriers())
    workers = _Workers(url, folder)
    try:
        latencies = sorted(_latency(state, runs, number) for number in range(_SINGLES))
        yield Figure(
            "queued to begun, idle workers, p50", statistics.median(latencies), "between two looks", LOOK_SECONDS
        )
        yield Figure("the same, p99", latencies[-1], "between two looks", LOOK_SECONDS)
        run = runs.create(walk_of(_UNITS, "c" * 40), "plan", "bench", settings=RunSettings(parallelism=_UNITS))
        begun = time.monotonic()
        _until(lambda: _rests(runs, run), "1,000 plans do not end")
        planned = (time.monotonic() - begun) / _UNITS
        runs.begin_apply(run)
        begun = time.monotonic()
        _until(lambda: _rests(runs, run), "1,000 applies do not end")
        applied = (time.monotonic() - begun) / _UNITS
        memory = max(megabytes(process.pid) for process in workers.processes)
    finally:
        workers.end()
    name = f"{_UNITS:,} queued, {_WORKERS} workers"
    yield Figure(f"{name}: a plan", planned, "an engine takes", 0.2)
    yield Figure(f"{name}: an apply", applied, "an engine takes", 0.2)
    yield Figure(f"{name}: memory of a worker", memory, "an idle server may have", 250.0, unit="MB")


def _rests(runs: Runs, run: str) -> bool:
    return runs.view(run).status is not RunStatus.RUNNING


def _latency(state: State, runs: Runs, number: int) -> float:
    """Seconds from the moment in which a run of one unit is kept until a worker begins it."""
    made = runs.create(walk_of(1, f"{number:040}"), "plan", "bench")
    _until(lambda: _rests(runs, made), "a run does not end")
    created = runs.view(made).snapshot.run.created_at
    (attempt,) = state.runs.attempts(made)
    time.sleep(_SINGLE_PAUSE + number % 7 / 20)  # at no fixed place between two looks of the workers
    begun = attempt.started_at or created
    return (begun - created).total_seconds()


def _until(holds: Callable[[], bool], else_: str) -> None:
    end = time.monotonic() + _PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise RuntimeError(else_)
        time.sleep(0.2)  # what is waited for happens in other processes

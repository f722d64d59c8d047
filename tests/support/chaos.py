"""Workers that share a PostgreSQL, and all that can happen to them at any moment.

A seed decides what happens when; a failure is repeated with the same seed, as far as the machine plays along.
Afterwards every run must have ended well, the invariants hold, and nothing may have been done twice.
"""

from __future__ import annotations

import base64
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from fake_cloud import FakeWorkbench, FileCloud, UnitState
from patience import until
from postgres_server import PostgresServer
from run_house import step, walk

from towpath.model.gates import GateSpec
from towpath.model.runs import RunSettings, RunStatus
from towpath.model.work import PlanFiles
from towpath.planning import Walk
from towpath.problems import ProblemError
from towpath.runs import Runs, broken_invariants, history_of
from towpath.runs.admission import Limits
from towpath.runs.carrier import ThreadCarriers
from towpath.runs.worker import WorkerSettings
from towpath.stores import State, open_database_state
from towpath.system import FakeEnvironment, RandomIds, SystemClock

__all__ = ["KEY", "LISTENS", "REPOSITORY", "SETTINGS", "SKEW", "Chaos", "make_bench"]

REPOSITORY = "live"
KEY = base64.b64encode(b"k" * 32).decode()
LEASE, GRACE = 1.5, 1.0
SETTINGS = WorkerSettings(
    room=3, limits=Limits(total=5, per_account=3), lease_seconds=LEASE, grace_seconds=GRACE, look_seconds=0.1
)
WORKERS = 3
MOST_COMMITS = 8
PATIENCE = 120.0
SKEW = "skew"
"""The file in a worker's folder that says by how many seconds its clock is wrong."""
LISTENS = "listens"
"""The file in a worker's folder that says that it can be asked to end."""
_SCRIPT = Path(__file__).parents[1] / "crash" / "chaotic_worker.py"


def the_walk(commit: str) -> Walk:
    """Three tiers with chains in them, the last behind a gate."""
    steps = []
    for tier, account in enumerate(("dev", "stage", "prod"), 1):
        steps += [step(f"{account}/vpc", tier), step(f"{account}/dns", tier)]
        steps.append(step(f"{account}/app", tier, waits_for=[f"{account}/vpc"]))
    return walk(*steps, head=commit, gates=[GateSpec("prod", 1)])


UNITS = sorted(one.unit for one in the_walk("commit").steps())


def make_bench(cloud: Path, plans: PlanFiles) -> FakeWorkbench:
    """Each unit holds three resources, whose values name the commit."""
    bench = FakeWorkbench(FileCloud(cloud), plans)
    for one in the_walk("commit").steps():
        bench.reads[one.unit] = one.reads_from
        for number in range(1, MOST_COMMITS + 1):
            bench.desire(one.unit, f"commit-{number}", **resources_of(f"commit-{number}"))
    return bench


def resources_of(commit: str) -> dict[str, str]:
    return {name: f"{name} of {commit}" for name in ("one", "two", "three")}


class Chaos:
    """One story: runs of one commit after the other, workers, and faults among them."""

    def __init__(self, server: PostgresServer, folder: Path, seed: int, *, has_small_disk: bool) -> None:
        self._has_small_disk = has_small_disk
        self._deck: list[Callable[[], None]] = []
        self._server = server
        self._folder = folder
        self._random = random.Random(seed)
        self._database = server.new_database()
        self._url = server.url(self._database)
        self._workers: list[subprocess.Popen[bytes]] = []
        self._paused: list[tuple[subprocess.Popen[bytes], float]] = []
        self._folder_of: dict[int, Path] = {}
        self._made = 0
        self._clock = SystemClock()
        environment = FakeEnvironment({"TOWPATH_KEY": KEY})
        base = open_database_state(self._url, folder / "watching", RandomIds(), self._clock, environment)
        self.state: State = base.for_repository(REPOSITORY)
        self.cloud = FileCloud(folder / "cloud")
        self._runs = Runs(self.state, make_bench(folder / "cloud", self.state.plans), ThreadCarriers())
        self.told: list[str] = []

    def play(self, faults: int, commits: int) -> None:
        """So many faults while so many runs go on, one after the other."""
        for _ in range(WORKERS):
            self._hire()
        share = -(-faults // commits)
        for number in range(1, commits + 1):
            run = self._insist(partial(self._create, f"commit-{number}"))
            for _ in range(min(share, faults)):
                self._wait(self._random.uniform(0.05, 0.6))
                self._fault()
                self._approve(run)
                assert until(self._is_sound, PATIENCE, 0.2), self._broken()
            faults -= share
            self._calm()
            assert until(partial(self._is_over, run), PATIENCE, 0.1), self._why(run)
            self._check(run, f"commit-{number}")

    def close(self) -> None:
        """Asks the workers to end. Raises `AssertionError` when one of them saw something done twice at once, or ended
        otherwise than it was asked to."""
        try:
            self._calm()
            # Whoever is asked before it listens would just be gone.
            assert until(self._all_listen, PATIENCE, 0.05), self._said()
            for worker in self._workers:
                worker.send_signal(signal.SIGTERM)
            ends = [worker.wait(60) for worker in self._workers]
            assert not any(ends), f"the workers ended with {ends}\n{self._said()}"
        finally:
            for worker in self._workers:
                worker.kill()
                worker.wait()
            self.state.close()
            self._server.drop_database(self._database)

    def _all_listen(self) -> bool:
        return all((self._folder_of[worker.pid] / LISTENS).exists() or worker.poll() for worker in self._workers)

    def _create(self, commit: str) -> str:
        return self._runs.create(the_walk(commit), "apply", "ann", settings=RunSettings(parallelism=4))

    def _hire(self) -> None:
        self._made += 1
        folder = self._folder / f"worker-{self._made}"
        folder.mkdir(parents=True)
        skew = self._random.choice([0, 0, -3600, 3600])
        command = [sys.executable, "-W", "error", str(_SCRIPT), self._url, str(folder), str(self._folder / "cloud")]
        (folder / SKEW).write_text(str(skew))
        with (folder / "said").open("wb") as said:
            worker = subprocess.Popen(command, stdout=said, stderr=said)
        self._workers.append(worker)
        self._folder_of[worker.pid] = folder

    def _fault(self) -> None:
        if not self._deck:
            # Shuffled like cards: a few faults are of many kinds.
            self._deck = [self._kill, self._kill, self._pause, self._pause, self._cut, self._cut_some, self._jump]
            self._deck += [self._restart, *([self._fill] if self._has_small_disk else [])]
            self._random.shuffle(self._deck)
        fault = self._deck.pop()
        self.told.append(fault.__name__.strip("_"))
        fault()
        self._wake_late()

    def _kill(self) -> None:
        worker = self._random.choice(self._workers)
        worker.kill()
        worker.wait(10)
        self._workers.remove(worker)
        self._hire()

    def _pause(self) -> None:
        """For longer than its lease and the grace, mostly."""
        awake = [worker for worker in self._workers if worker not in [paused for paused, _ in self._paused]]
        if len(awake) < WORKERS - 1:
            return
        worker = self._random.choice(awake)
        worker.send_signal(signal.SIGSTOP)
        self._paused.append((worker, self._clock.steady() + self._random.uniform(0.5, 2 * (LEASE + GRACE))))

    def _wake_late(self, *, everybody: bool = False) -> None:
        now = self._clock.steady()
        for worker, at in list(self._paused):
            if everybody or at <= now:
                worker.send_signal(signal.SIGCONT)
                self._paused.remove((worker, at))

    def _cut(self) -> None:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        self._server.execute(cut, (self._database,))

    def _cut_some(self) -> None:
        """Some of the connections, of some workers."""
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        self._server.execute(f"{cut} AND pid %% 2 = %s", (self._database, self._random.randrange(2)))

    def _jump(self) -> None:
        """The clock of one machine is put forward or back, by up to a day."""
        worker = self._random.choice(self._workers)
        skew = self._random.choice([-86400, -3600, -90, 90, 3600, 86400])
        (self._folder_of[worker.pid] / SKEW).write_text(str(skew))

    def _fill(self) -> None:
        """The database's disk is full for a while."""
        self._server.fill_disk()
        self._wait(self._random.uniform(0.1, 2 * LEASE))
        self._server.make_room()

    def _restart(self) -> None:
        self._server.stop()
        self._wait(self._random.uniform(0, 2 * LEASE))
        self._server.start()

    def _calm(self) -> None:
        self._wake_late(everybody=True)

    def _approve(self, run: str) -> None:
        """Whoever approves is met by the same faults; they try again the next time."""
        try:
            if self._runs.view(run).open_gates:
                self._runs.approve(run, "bob")
        except ProblemError:
            return

    def _is_over(self, run: str) -> bool:
        self._wake_late()
        self._approve(run)
        try:
            view = self._runs.view(run)
            if view.status is RunStatus.HALTED:
                # An apply that was stopped half-way counts as failed: a person says that it may go on.
                self._runs.resume(run)
        except ProblemError:
            return False
        return view.status.is_terminal

    def _insist(self, do: Callable[[], str]) -> str:
        while True:
            try:
                return do()
            except ProblemError:
                self._wait(0.2)

    def _check(self, run: str, commit: str) -> None:
        assert self._runs.view(run).status is RunStatus.SUCCEEDED, self._why(run)
        entries = self.state.ledger.entries()
        broken = broken_invariants(history_of(self.state), entries)
        assert not broken, "\n".join(broken)
        assert {unit: entry.commit for unit, entry in entries.items()} == dict.fromkeys(UNITS, commit)
        for unit in UNITS:
            stands = self.cloud.get(unit) or UnitState()
            assert resources_of(commit).items() <= stands.resources.items()
        twice = [note for note, times in Counter(self.cloud.notes()).items() if times > 1]
        assert not twice, twice

    def _is_sound(self) -> bool:
        return not self._broken()

    def _broken(self) -> str:
        """What does not hold, looked at while the workers go on; all that was read must be of one moment."""
        try:
            before = [(run.id, run.version) for run in self.state.runs.runs()]
            histories, entries = history_of(self.state), self.state.ledger.entries()
            if before != [(run.id, run.version) for run in self.state.runs.runs()]:
                return "it went on while it was looked at"
        except ProblemError as error:
            return str(error)
        return "\n".join(broken_invariants(histories, entries))

    def _why(self, run: str) -> str:
        view = self._runs.view(run)
        return "\n".join([f"{run} is {view.status.value}", *self.told, *view.waiting_for, self._said()])

    def _said(self) -> str:
        files = sorted(self._folder.glob("worker-*/said"))
        return "\n".join(f"{file.parent.name}: {said}" for file in files if (said := file.read_text()))

    def _wait(self, seconds: float) -> None:
        until(lambda: False, seconds)

"""A worker process for the chaos tests: real rows and leases, a cloud of files. Run as a script.

    python chaotic_worker.py DATABASE_URL OWN_FOLDER CLOUD_FOLDER

What it does to the cloud is done only while its lease stands, as a guard would see to it. SIGTERM drains it.
"""

from __future__ import annotations

import contextlib
import datetime
import signal
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from chaos import KEY, LISTENS, REPOSITORY, SETTINGS, SKEW, make_bench

from towpath.problems import Problem, ProblemError
from towpath.runs.worker import Place
from towpath.service.crew import Crew, CurrentLease
from towpath.service.journal import Journal
from towpath.stores import State, WorkQueue, open_database_state
from towpath.system import FakeEnvironment, RandomIds, SystemClock
from towpath.system.interrupts import Interrupts

EFFECT_SECONDS = 0.03


class SkewedClock(SystemClock):
    """A machine whose clock is wrong, by what a file says, which may change at any moment."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._skew = 0.0

    def now(self) -> datetime.datetime:
        with contextlib.suppress(ValueError):  # it is being written
            self._skew = float(self._file.read_text())
        return super().now() + datetime.timedelta(seconds=self._skew)


def opened(url: str, folder: Path, clock: SystemClock) -> State:
    """As often as it takes: whoever starts a worker starts it again when it could not reach the database."""
    while True:
        try:
            return open_database_state(url, folder, RandomIds(), clock, FakeEnvironment({"TOWPATH_KEY": KEY}))
        except ProblemError as error:
            sys.stderr.write(f"{error}\n")
            threading.Event().wait(0.2)


def main(url: str, folder: Path, cloud: Path) -> None:
    clock = SkewedClock(folder / SKEW)
    stop = Interrupts(highest=3)
    signal.signal(signal.SIGTERM, lambda *_: stop.raise_level())
    (folder / LISTENS).touch()
    base = opened(url, folder, clock)
    state = base.for_repository(REPOSITORY)
    lease = CurrentLease()
    bench = make_bench(cloud, state.plans)

    def while_the_lease_stands() -> None:
        threading.Event().wait(EFFECT_SECONDS)
        deadline = lease.deadline()
        if deadline is not None and clock.steady() >= deadline:
            raise ProblemError(Problem("engine-failed", "Applying failed", "The guard stopped it."))

    bench.before_effect = while_the_lease_stands
    with (folder / "journal").open("a", encoding="utf-8") as stream:
        queue = WorkQueue(base.database, clock)
        journal = Journal(stream, clock)
        places = {REPOSITORY: Place(state, bench)}
        Crew(places, queue, SETTINGS, lease, journal, clock, RandomIds(), "chaos", alone=False).work(stop)
    for violation in bench.violations:
        sys.stderr.write(violation + "\n")
    base.close()
    sys.exit(1 if bench.violations else 0)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))

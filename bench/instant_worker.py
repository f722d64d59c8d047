"""A worker whose engine needs no time: what is left is what Towpath itself costs. Run as a script.

    python instant_worker.py DATABASE_URL FOLDER ROOM

SIGTERM ends it, once nothing is at work.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from towpath.model.commands import Cancellation, LogSink
from towpath.model.plans import Exactness, Plan, PlanBinding, ResourceAction, ResourceChange
from towpath.model.work import ApplyJob, ApplyOutcome, ApplyReport, PlanFiles, PlanJob, PlanReport, Reality
from towpath.runs.admission import Limits
from towpath.runs.worker import Place, WorkerSettings
from towpath.service.crew import Crew, CurrentLease
from towpath.service.journal import Journal
from towpath.stores import WorkQueue, open_database_state
from towpath.system import FakeEnvironment, RandomIds, SystemClock
from towpath.system.interrupts import Interrupts

__all__ = ["KEY", "REPOSITORY", "InstantWorkbench"]

REPOSITORY = "live"
KEY = "ab" * 32
LISTENS = "listens"
"""The file in its folder that says that it can be asked to end."""


class InstantWorkbench:
    """Every unit is to get one resource, and gets it at once."""

    def __init__(self, plan_files: PlanFiles) -> None:
        self._plan_files = plan_files

    def plan(self, job: PlanJob, log: LogSink, cancellation: Cancellation) -> PlanReport:
        del cancellation
        log.line("Terraform will perform the following actions:")
        digest = self._plan_files.put(f"{job.run} {job.unit}".encode())
        binding = PlanBinding(job.unit, job.commit, job.fingerprint, None, None, "terraform", "1.11.0", digest)
        created = ResourceChange("terraform_data.it", "terraform_data", ResourceAction.CREATE)
        return PlanReport(Plan(binding, Exactness.EXACT, (created,)))

    def apply(self, job: ApplyJob, log: LogSink, cancellation: Cancellation) -> ApplyReport:
        del cancellation
        self._plan_files.get(job.plan.binding.digest)
        log.line("Apply complete! Resources: 1 added, 0 changed, 0 destroyed.")
        return ApplyReport(ApplyOutcome.APPLIED)

    def reality(self, job: ApplyJob, cancellation: Cancellation) -> Reality:
        del job, cancellation
        return Reality(matches_plan=True)

    def outputs(self, job: PlanJob) -> Mapping[str, str]:
        del job
        return {}


def main(url: str, folder: Path, room: int) -> None:
    clock, ids = SystemClock(), RandomIds()
    stop = Interrupts(highest=3)
    signal.signal(signal.SIGTERM, lambda *_: stop.raise_level())
    base = open_database_state(url, folder, ids, clock, FakeEnvironment({"TOWPATH_KEY": KEY}))
    state = base.for_repository(REPOSITORY)
    places = {REPOSITORY: Place(state, InstantWorkbench(state.plans))}
    settings = WorkerSettings(room=room, limits=Limits(2 * room, 2 * room))
    with (folder / "journal").open("a", encoding="utf-8") as stream:
        queue = WorkQueue(base.database, clock)
        crew = Crew(places, queue, settings, CurrentLease(), Journal(stream, clock), clock, ids, "bench", alone=False)
        (folder / LISTENS).touch()
        crew.work(stop)
    base.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))

"""A workbench on a real repository, with the real engine and state in files: for tests of planning and applying."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from real_repository import RealRepository
from watched_work import LogLines, Switch

from towpath.engines.terraform import find_engine
from towpath.git import Repository
from towpath.model.changes import Action
from towpath.model.paths import unit_path
from towpath.model.plans import Plan
from towpath.model.work import ApplyJob, ApplyReport, PlanJob, PlanReport
from towpath.runners import LocalRunner
from towpath.runs.workbench import TerraformWorkbench, Tools
from towpath.system import Clock, RandomIds, SystemClock, SystemProcesses
from towpath.system.aws import Aws, BotoAws
from towpath.system.guarded import SystemGuardedProcesses

__all__ = ["Bench", "MemoryPlans"]


class MemoryPlans:
    """Plan files in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, content: bytes) -> str:
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        self.kept[digest] = content
        return digest

    def get(self, digest: str) -> bytes:
        return self.kept[digest]

    def delete(self, digest: str) -> None:
        del self.kept[digest]


class Bench:
    """A live repository and a workbench on it. The engine needs no network: only its builtin provider is used."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        aws: Aws | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.repository = RealRepository(folder / "live")
        self.state = folder / "state"
        self.plans = MemoryPlans()
        self.log = LogLines()
        self.switch = Switch()
        self._files: dict[str, str] = {}
        self.head = ""
        self.bucket = self.account = ""
        configuration = folder / "cli.tfrc"
        configuration.write_text("disable_checkpoint = true\n", encoding="utf-8")
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TF_CLI_CONFIG_FILE": str(configuration),
            **(environment or {}),
        }
        processes = SystemProcesses()
        self.workbench = TerraformWorkbench(
            Tools(
                commits=Repository.open(self.repository.folder, processes, self.environment),
                state=self.state,
                environment=self.environment,
                processes=processes,
                runner=LocalRunner(SystemGuardedProcesses(folder / "engines")),
                aws=aws or BotoAws(SystemClock()),
                plan_files=self.plans,
                find_engine=find_engine,
                clock=clock or SystemClock(),
                ids=RandomIds(),
            )
        )

    def push(self, files: Mapping[str, str | None]) -> str:
        """Commits these files over those before; None removes one."""
        for path, content in files.items():
            self._files.pop(path, None)
            if content is not None:
                self._files[path] = content
        self.head = self.repository.commit(self._files)
        return self.head

    def plan(
        self, unit: str, *, action: Action = Action.APPLY, pending: tuple[str, ...] = (), commit: str | None = None
    ) -> PlanReport:
        waiting = frozenset(unit_path(path) for path in pending)
        job = PlanJob("run-1", unit_path(unit), commit or self.head, "sha256:f", action, waiting)
        return self.workbench.plan(job, self.log, self.switch)

    def planned(self, unit: str, **more: Action | tuple[str, ...] | str | None) -> Plan:
        """A plan that went well."""
        report = self.plan(unit, **more)  # type: ignore[arg-type]  # passed on as they are
        assert report.plan is not None, (report.problems, self.log.text)
        return report.plan

    def job(self, plan: Plan) -> ApplyJob:
        action = Action.DESTROY if plan.is_destroy else Action.APPLY
        return ApplyJob("run-1", plan.binding.unit, plan.binding.commit, action, plan)

    def apply(self, plan: Plan) -> ApplyReport:
        return self.workbench.apply(self.job(plan), self.log, self.switch)

    def outputs(self, unit: str) -> Mapping[str, str]:
        return self.workbench.outputs(PlanJob("run-1", unit_path(unit), self.head, "sha256:f", Action.APPLY))

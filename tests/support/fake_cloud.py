"""A cloud in which units are bags of resources, and a workbench that plans and applies them.

It keeps score: whatever is set twice to the same value, applied from a plan twice, or applied while somebody else
works on the unit, is a violation. `MemoryCloud` is for fast tests, `FileCloud` for those that kill processes.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from towpath.model.changes import Action
from towpath.model.commands import Cancellation, LogSink
from towpath.model.paths import UnitPath
from towpath.model.plans import AttributeChange, Exactness, Plan, PlanBinding, ResourceAction, ResourceChange
from towpath.model.work import ApplyJob, ApplyOutcome, ApplyReport, PlanFiles, PlanJob, PlanReport, Reality
from towpath.problems import Problem


@dataclass(frozen=True)
class UnitState:
    """What exists of a unit. `serial` grows with every change of a resource."""

    serial: int = 0
    resources: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    locked_by: str | None = None


class Cloud(Protocol):
    def get(self, unit: UnitPath) -> UnitState | None: ...

    def put(self, unit: UnitPath, state: UnitState | None, note: str | None = None) -> None:
        """`note` is the effect that made it so: written down in the same moment, for good."""
        ...

    def notes(self) -> list[str]: ...


class MemoryCloud:
    def __init__(self) -> None:
        self._states: dict[UnitPath, UnitState] = {}
        self._notes: list[str] = []

    def get(self, unit: UnitPath) -> UnitState | None:
        return self._states.get(unit)

    def put(self, unit: UnitPath, state: UnitState | None, note: str | None = None) -> None:
        if note is not None:
            self._notes.append(note)
        if state is None:
            self._states.pop(unit, None)
        else:
            self._states[unit] = state

    def notes(self) -> list[str]:
        return list(self._notes)


class FileCloud:
    """A file per unit, with its state and its effects. Everything survives the death of the process, at any moment."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def _file(self, unit: UnitPath) -> Path:
        return self._folder / f"{unit.replace('/', '--')}.json"

    def get(self, unit: UnitPath) -> UnitState | None:
        state = _read(self._file(unit))["state"]
        return UnitState(**state) if state is not None else None

    def put(self, unit: UnitPath, state: UnitState | None, note: str | None = None) -> None:
        file = self._file(unit)
        new = file.with_suffix(".new")
        with file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            notes = [*_read(file)["notes"], *([note] if note is not None else [])]
            new.write_text(json.dumps({"state": asdict(state) if state is not None else None, "notes": notes}))
            os.replace(new, file)

    def notes(self) -> list[str]:
        return [note for file in sorted(self._folder.glob("*.json")) for note in _read(file)["notes"]]


def _read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {"state": None, "notes": []}
    return found


class MemoryPlanFiles:
    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}

    def put(self, content: bytes) -> str:
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        self._files[digest] = content
        return digest

    def get(self, digest: str) -> bytes:
        return self._files[digest]

    def delete(self, digest: str) -> None:
        self._files.pop(digest, None)


Hook = Callable[[], None]


class FakeWorkbench:
    """Plans towards `desires[unit, commit]` (resource name to value; by default one resource whose value is the commit)
    plus one resource for every upstream the unit reads from, and applies that resource by resource.

    `outputs` maps a unit to what it puts out, given its resources; by default only an id that never changes.
    `before_effect` is called before each resource is set: to raise, to kill, to look.
    """

    def __init__(
        self, cloud: Cloud, plans: PlanFiles, reads: Mapping[UnitPath, Iterable[UnitPath]] | None = None
    ) -> None:
        self.cloud = cloud
        self.plans = plans
        self.reads = {unit: tuple(upstreams) for unit, upstreams in (reads or {}).items()}
        self.desires: dict[tuple[UnitPath, str], Mapping[str, str]] = {}
        self.types: dict[str, str] = {}
        self.outputs_of: dict[UnitPath, Callable[[Mapping[str, str]], Mapping[str, str]]] = {}
        self.plan_failures: defaultdict[UnitPath, int] = defaultdict(int)
        self.apply_failures: defaultdict[UnitPath, int] = defaultdict(int)
        self.busy_locks: defaultdict[UnitPath, int] = defaultdict(int)
        self.on_plan: dict[UnitPath, Hook] = {}
        self.on_apply: dict[UnitPath, Hook] = {}
        self.before_effect: Hook = lambda: None
        self.calls: list[tuple[str, UnitPath]] = []
        self.at_once = 0
        self.most_at_once = 0
        self.violations: list[str] = []
        self._working: set[UnitPath] = set()
        self._lock = threading.Lock()

    def count(self, what: str, unit: UnitPath) -> int:
        return self.calls.count((what, unit))

    def desire(self, unit: UnitPath, commit: str, **resources: str) -> None:
        self.desires[unit, commit] = resources

    def plan(self, job: PlanJob, log: LogSink, cancellation: Cancellation) -> PlanReport:
        self._call("plan", job.unit)
        log.line(f"planning {job.unit} at {job.commit}")
        self.on_plan.get(job.unit, _nothing)()
        if self.plan_failures[job.unit] > 0:
            self.plan_failures[job.unit] -= 1
            return PlanReport(None, (Problem("engine-failed", "Planning failed", f"{job.unit} cannot be planned."),))
        if cancellation.level() > 0:
            return PlanReport(None, interrupted=True)
        return PlanReport(self._plan(job))

    def _plan(self, job: PlanJob) -> Plan:
        state = self.cloud.get(job.unit) or UnitState()
        destroys = job.action is Action.DESTROY
        mocked = [] if destroys else [path for path in self.reads.get(job.unit, ()) if not self._has_outputs(path)]
        target = {} if destroys else self._target(job.unit, job.commit)
        changes = {name: target.get(name) for name in {*target, *state.resources}}
        really = {name: value for name, value in sorted(changes.items()) if state.resources.get(name) != value}
        content = json.dumps({"unit": job.unit, "serial": state.serial, "set": really, "run": job.run})
        digest = self.plans.put(content.encode())
        binding = PlanBinding(job.unit, job.commit, job.fingerprint, "lineage", state.serial, "fake", "1", digest)
        return Plan(
            binding=binding,
            exactness=Exactness.PROVISIONAL if mocked else Exactness.EXACT,
            resources=tuple(self._resource(name, state.resources.get(name), value) for name, value in really.items()),
            is_destroy=destroys,
        )

    def _target(self, unit: UnitPath, commit: str) -> dict[str, str]:
        own = dict(self.desires.get((unit, commit), {"main": commit}))
        for upstream in self.reads.get(unit, ()):
            state = self.cloud.get(upstream)
            own[f"reads:{upstream}"] = json.dumps(dict(state.outputs), sort_keys=True) if state else "mock"
        return own

    def _has_outputs(self, unit: UnitPath) -> bool:
        state = self.cloud.get(unit)
        return state is not None and bool(state.outputs)

    def _resource(self, name: str, before: str | None, after: str | None) -> ResourceChange:
        action = (
            ResourceAction.CREATE
            if before is None
            else ResourceAction.DELETE
            if after is None
            else ResourceAction.UPDATE
        )
        attributes = (AttributeChange("value", before, after),)
        return ResourceChange(f"thing.{name}", self.types.get(name, "thing"), action, attributes)

    def apply(self, job: ApplyJob, log: LogSink, cancellation: Cancellation) -> ApplyReport:
        self._call("apply", job.unit)
        with self._lock:
            if job.unit in self._working:
                self.violations.append(f"two applies of {job.unit} at once")
            self._working.add(job.unit)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            log.line(f"applying {job.unit}")
            self.on_apply.get(job.unit, _nothing)()
            return self._apply(job, cancellation)
        finally:
            with self._lock:
                self._working.discard(job.unit)
                self.at_once -= 1

    def _apply(self, job: ApplyJob, cancellation: Cancellation) -> ApplyReport:
        state = self.cloud.get(job.unit) or UnitState()
        content = json.loads(self.plans.get(job.plan.binding.digest))
        if self.busy_locks[job.unit] > 0:
            self.busy_locks[job.unit] -= 1
            problem = Problem("state-locked", "The state is locked", f"alice holds the lock of {job.unit}.")
            return ApplyReport(ApplyOutcome.LOCKED, problems=(problem,))
        if job.plan.exactness is not Exactness.EXACT:
            self.violations.append(f"a provisional plan of {job.unit} is applied")
        if content["serial"] != state.serial:
            return ApplyReport(ApplyOutcome.STALE)
        if cancellation.level() > 0:
            return ApplyReport(ApplyOutcome.INTERRUPTED)
        return self._change(job, content["set"])

    def _change(self, job: ApplyJob, changes: Mapping[str, str | None]) -> ApplyReport:
        for number, (name, value) in enumerate(changes.items()):
            if self.apply_failures[job.unit] > 0 and number == len(changes) - 1:
                self.apply_failures[job.unit] -= 1
                problem = Problem("engine-failed", "Applying failed", f"{name} of {job.unit} cannot be made.")
                return ApplyReport(ApplyOutcome.FAILED, problems=(problem,))
            self.before_effect()
            self._set(job.unit, name, value)
        state = self.cloud.get(job.unit) or UnitState()
        if job.action is Action.DESTROY:
            self.cloud.put(job.unit, None)
            return ApplyReport(ApplyOutcome.APPLIED)
        return ApplyReport(ApplyOutcome.APPLIED, outputs=_digests(state.outputs))

    def _set(self, unit: UnitPath, name: str, value: str | None) -> None:
        state = self.cloud.get(unit) or UnitState()
        if state.resources.get(name) == value:
            self.violations.append(f"{name} of {unit} is set to {value} twice")
        resources = {key: old for key, old in state.resources.items() if key != name}
        if value is not None:
            resources[name] = value
        puts_out = self.outputs_of.get(unit)
        outputs = dict(puts_out(resources)) if puts_out else {"id": str(unit)}
        after = UnitState(state.serial + 1, resources, outputs, state.locked_by)
        self.cloud.put(unit, after, note=f"{unit} {name} {value}")

    def reality(self, job: ApplyJob, cancellation: Cancellation) -> Reality:
        self._call("reality", job.unit)
        state = self.cloud.get(job.unit) or UnitState()
        serial = json.loads(self.plans.get(job.plan.binding.digest))["serial"]
        return Reality(matches_plan=state.serial == serial, locked_by=state.locked_by)

    def outputs(self, job: PlanJob) -> Mapping[str, str]:
        state = self.cloud.get(job.unit)
        return _digests(state.outputs) if state else {}

    def _call(self, what: str, unit: UnitPath) -> None:
        with self._lock:
            self.calls.append((what, unit))


def _nothing() -> None:
    return None


def _digests(outputs: Mapping[str, str]) -> dict[str, str]:
    return {name: f"sha256:{hashlib.sha256(value.encode()).hexdigest()}" for name, value in outputs.items()}

"""Runs: one durable execution over tiers, and everything that is remembered of it.

Each noun here is a row of the store. A row is never changed in place: the next state is a new value.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from towpath.model.changes import Action, Held, Reason
from towpath.model.gates import GateSpec, Hold
from towpath.model.paths import UnitPath
from towpath.model.plans import Exactness, PlanCounts
from towpath.model.windows import Window
from towpath.problems import Problem

__all__ = [
    "Approval",
    "Attempt",
    "AttemptKind",
    "AttemptStatus",
    "Commit",
    "Gate",
    "GateStatus",
    "PlanSummary",
    "Run",
    "RunKind",
    "RunSettings",
    "RunStatus",
    "Snapshot",
    "UnitRun",
    "UnitStatus",
    "Worker",
]


class RunKind(StrEnum):
    """What a run is for. A plan run plans all tiers at once, and so does a drift run, which compares each unit with
    what it was applied from; the others go tier by tier and apply.
    """

    PLAN = "plan"
    APPLY = "apply"
    DESTROY = "destroy"
    DRIFT = "drift"


class RunStatus(StrEnum):
    """Where a run stands.

    `planned` is the rest of a plan run: its plans can be applied. `waiting` is for a person. `halted` is not the end:
    the run can be resumed. Terminal are `succeeded`, `cancelled` and `superseded`.
    """

    PLANNED = "planned"
    RUNNING = "running"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    HALTED = "halted"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"

    @property
    def is_terminal(self) -> bool:
        """Nothing will happen to the run any more."""
        return self in (RunStatus.SUCCEEDED, RunStatus.CANCELLED, RunStatus.SUPERSEDED)


class UnitStatus(StrEnum):
    """Where one unit's part of a run stands. `held` was planned and shown, and is applied by hand. `drifted`: a drift
    run found that it is not any more as it was applied.
    """

    PENDING = "pending"
    PLANNED = "planned"
    UNCHANGED = "unchanged"
    APPLIED = "applied"
    DESTROYED = "destroyed"
    FAILED = "failed"
    SKIPPED = "skipped"
    HELD = "held"
    DRIFTED = "drifted"

    @property
    def is_done(self) -> bool:
        """Done well: what waits for the unit may start."""
        return self in (UnitStatus.UNCHANGED, UnitStatus.APPLIED, UnitStatus.DESTROYED, UnitStatus.HELD)

    @property
    def is_terminal(self) -> bool:
        """The run will do nothing more to it, unless it is resumed."""
        return self.is_done or self in (UnitStatus.FAILED, UnitStatus.SKIPPED, UnitStatus.DRIFTED)


class AttemptKind(StrEnum):
    """What is attempted. To destroy a unit is to apply a plan that destroys."""

    PLAN = "plan"
    APPLY = "apply"


class AttemptStatus(StrEnum):
    """How an attempt stands or ended.

    `dropped` was queued by a process that ended before it began: nothing was done. `unknown` had begun when its process
    died: what it did must be looked up. The others are what the workbench reported.
    """

    QUEUED = "queued"
    RUNNING = "running"
    PLANNED = "planned"
    APPLIED = "applied"
    FAILED = "failed"
    STALE = "stale"
    LOCKED = "locked"
    INTERRUPTED = "interrupted"
    UNKNOWN = "unknown"
    DROPPED = "dropped"

    @property
    def is_active(self) -> bool:
        return self in (AttemptStatus.QUEUED, AttemptStatus.RUNNING)


class GateStatus(StrEnum):
    """`void`: the plans it was opened for are no longer the ones to be applied."""

    OPEN = "open"
    PASSED = "passed"
    REJECTED = "rejected"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit that a run brings, as people want to see it."""

    sha: str
    subject: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What `towpath.yml` said when the run was made; a later change of it does not touch the run.

    `parallelism` is how many units are worked on at once; `lock_timeout` how many seconds a state lock held by somebody
    else is waited for; `data_types` are patterns of the resource types that hold data.
    """

    parallelism: int = 4
    lock_timeout: int = 300
    data_types: tuple[str, ...] = ()
    hold_above_units: int | None = None
    hold_above_accounts: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `commits` are those it brings, newest first; `holds` are those known before planning.

    `cancel_requested` and `stopping` (Ctrl-C) let nothing new begin. `reason` says in words why it stands where it
    stands. `version` grows with every change. `branch` is the branch or tag (its full name) that it was started for, if
    it was for one; the plans of a run that is `plan_only` are not to be applied. `thawed_by` is who let it go on
    although its environments are frozen.
    """

    id: str
    kind: RunKind
    status: RunStatus
    author: str
    base: str | None
    head: str
    created_at: datetime.datetime
    settings: RunSettings = RunSettings()
    commits: tuple[Commit, ...] = ()
    gates: tuple[GateSpec, ...] = ()
    holds: tuple[Hold, ...] = ()
    problems: tuple[Problem, ...] = ()
    cancel_requested: bool = False
    stopping: bool = False
    reason: str | None = None
    superseded_by: str | None = None
    finished_at: datetime.datetime | None = None
    version: int = 0
    branch: str | None = None
    plan_only: bool = False
    thawed_by: str | None = None

    @property
    def applies(self) -> bool:
        return self.kind not in (RunKind.PLAN, RunKind.DRIFT)


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """What deciding needs to know of a plan; the plan itself is kept beside it, under `attempt`.

    `pending` are the units that were still to be applied when it was made. `covered` tells whether what was approved
    before covers it (None when nothing was approved before), `differences` says in words how it differs from that.
    """

    attempt: str
    digest: str
    exactness: Exactness
    counts: PlanCounts
    changes_nothing: bool
    is_destroy: bool = False
    pending: tuple[UnitPath, ...] = ()
    holds: tuple[Hold, ...] = ()
    covered: bool | None = None
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitRun:
    """One unit's part of a run.

    The first fields are the step of the walk. `follows`: it may follow, and is part of the run only once `joined`.
    `plan` is the latest plan; `approved` is the plan that was cleared to be applied, by the gates or by comparing;
    `by_people` tells that somebody said yes to it. `shown` is the plan of a plan run that somebody asked to apply.
    `retry_at`: not before then, because of a state lock met first at `locked_since`, `lock_waits` times.
    `must_replan`: the plan is known to be out of date, `replans` counts how often that came from a state that had
    moved on. `unsure`: an apply of it did not end well, so part of it may be done; `look_first`: it ended unknown,
    and the plan is still the one that was being applied. `outputs_before` are the digests of the outputs before the
    apply; `changed_outputs` the names of those that really changed. `attempts` counts its attempts, `seconds` is
    the time spent in them. `reason` says in words why it stands where it stands.
    """

    run: str
    unit: UnitPath
    account: str | None
    tier: int
    action: Action
    commit: str
    fingerprint: str
    waits_for: tuple[UnitPath, ...] = ()
    reads_from: tuple[UnitPath, ...] = ()
    may_wait_for: tuple[UnitPath, ...] = ()
    held: Held | None = None
    prevent_destroy: bool = False
    reasons: tuple[Reason, ...] = ()
    follows: bool = False
    joined: bool = True
    status: UnitStatus = UnitStatus.PENDING
    plan: PlanSummary | None = None
    approved: PlanSummary | None = None
    shown: PlanSummary | None = None
    by_people: bool = False
    reason: str | None = None
    problems: tuple[Problem, ...] = ()
    attempts: int = 0
    must_replan: bool = False
    replans: int = 0
    unsure: bool = False
    look_first: bool = False
    retry_at: datetime.datetime | None = None
    locked_since: datetime.datetime | None = None
    lock_waits: int = 0
    outputs_before: Mapping[str, str] | None = None
    changed_outputs: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def is_cleared(self) -> bool:
        """The latest plan is the one that may be applied."""
        return self.plan is not None and self.approved is not None and self.plan.digest == self.approved.digest


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at planning or applying one unit.

    An apply attempt carries the plan it applies: `plan` is the attempt that made it, `digest` its file. `look_first`:
    an attempt before it did not end well, so reality is looked at before anything is done. `fence` is what the unit's
    lock gave it. `summary` and `outputs` (digests by name; None: not looked at) are what it brought; `settled` tells
    that the run has dealt with its end. `overtaken`: the unit stands at another commit by now than the one that it was
    compared with.
    """

    id: str
    run: str
    unit: UnitPath
    kind: AttemptKind
    number: int
    status: AttemptStatus
    queued_at: datetime.datetime
    pending: tuple[UnitPath, ...] = ()
    plan: str | None = None
    digest: str | None = None
    look_first: bool = False
    fence: int | None = None
    worker: str | None = None
    started_at: datetime.datetime | None = None
    finished_at: datetime.datetime | None = None
    summary: PlanSummary | None = None
    outputs: Mapping[str, str] | None = None
    problems: tuple[Problem, ...] = ()
    settled: bool = False
    overtaken: bool = False


@dataclass(frozen=True, slots=True)
class Gate:
    """What one tier waits for: the gate of an environment, or (without `environment`) its holds.

    `covers` maps each unit to the digest of the plan that is to be approved; an approval holds for these alone.
    """

    id: str
    run: str
    tier: int
    environment: str | None
    approvals: int
    approvers: tuple[str, ...]
    not_author: bool
    covers: Mapping[UnitPath, str]
    holds: tuple[Hold, ...] = ()
    window: Window | None = None
    status: GateStatus = GateStatus.OPEN
    opened_at: datetime.datetime | None = None
    closed_at: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """What somebody said at a gate; `approved` is False for a rejection. `digests` are the plans it was said of,
    `groups` those that the person was in at that time.
    """

    id: str
    run: str
    gate: str
    who: str
    at: datetime.datetime
    approved: bool = True
    reason: str = ""
    digests: Mapping[UnitPath, str] = field(default_factory=dict)
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that does attempts. It counts as alive until `lease_until`; `run` is what it drives."""

    id: str
    pid: int
    host: str
    started_at: datetime.datetime
    lease_until: datetime.datetime
    alive: bool = True
    run: str | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What deciding about a run needs: its row, its units sorted by path, the attempts that are not settled, its gates
    in the order they were opened, and all approvals.
    """

    run: Run
    units: Mapping[UnitPath, UnitRun]
    attempts: Mapping[str, Attempt] = field(default_factory=dict)
    gates: Mapping[str, Gate] = field(default_factory=dict)
    approvals: tuple[Approval, ...] = ()

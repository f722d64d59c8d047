"""`advance` as a table: rows in, decisions out."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
from run_house import step
from run_simulation import START, Simulation

from towpath.model.changes import Action, Held
from towpath.model.gates import GateSpec, Hold, HoldKind
from towpath.model.paths import UnitPath
from towpath.model.plans import Exactness, PlanCounts
from towpath.model.runs import (
    Approval,
    Attempt,
    AttemptKind,
    AttemptStatus,
    Gate,
    GateStatus,
    PlanSummary,
    RunKind,
    RunSettings,
    RunStatus,
    Snapshot,
    UnitRun,
    UnitStatus,
)
from towpath.runs import actions as a
from towpath.runs.advance import advance

A, B, C = UnitPath("dev/a"), UnitPath("dev/b"), UnitPath("prod/c")
EXACT = PlanSummary("attempt", "sha256:1", Exactness.EXACT, PlanCounts(add=1), False)
NOTHING = replace(EXACT, changes_nothing=True)
EARLY = replace(EXACT, exactness=Exactness.PROVISIONAL, pending=(A,))
GATE = GateSpec("dev", approvals=1)
LATER = START + datetime.timedelta(minutes=1)


def rows(**run: Any) -> Snapshot:
    """a, then b which reads from it, in tier 1; c in tier 2."""
    steps = [step("dev/a", 1), step("dev/b", 1, waits_for=["dev/a"]), step("prod/c", 2)]
    snapshot = Simulation(steps, gates=run.pop("gates", ()), settings=run.pop("settings", None)).snapshot
    return replace(snapshot, run=replace(snapshot.run, **run))


def having(snapshot: Snapshot, unit: UnitPath, **changes: Any) -> Snapshot:
    row: UnitRun = replace(snapshot.units[unit], **changes)
    return replace(snapshot, units={**snapshot.units, unit: row})


def planned(snapshot: Snapshot, unit: UnitPath, plan: PlanSummary = EXACT, *, cleared: bool = False) -> Snapshot:
    return having(snapshot, unit, status=UnitStatus.PLANNED, plan=plan, approved=plan if cleared else None)


def at_work(snapshot: Snapshot, unit: UnitPath, kind: AttemptKind = AttemptKind.APPLY) -> Snapshot:
    attempt = Attempt(f"run/{unit}#9", "run", unit, kind, 9, AttemptStatus.RUNNING, START)
    return replace(snapshot, attempts={**snapshot.attempts, attempt.id: attempt})


def ended(snapshot: Snapshot, unit: UnitPath) -> Snapshot:
    attempt = Attempt(f"run/{unit}#9", "run", unit, AttemptKind.PLAN, 9, AttemptStatus.FAILED, START)
    return replace(snapshot, attempts={attempt.id: attempt})


def at_gate(snapshot: Snapshot, *units: UnitPath, status: GateStatus = GateStatus.OPEN, **changes: Any) -> Snapshot:
    gate = Gate("gate", "run", 1, "dev", 1, (), False, dict.fromkeys(units, "sha256:1"), status=status)
    return replace(snapshot, gates={"gate": replace(gate, **changes)})


def said(snapshot: Snapshot, who: str = "bob", **digests: str) -> Snapshot:
    covers = snapshot.gates["gate"].covers if not digests else {UnitPath(k): v for k, v in digests.items()}
    return replace(snapshot, approvals=(Approval("1", "run", "gate", who, START, digests=covers),))


def both(snapshot: Snapshot, plan: PlanSummary = EXACT, *, cleared: bool = True) -> Snapshot:
    return planned(planned(snapshot, A, plan, cleared=cleared), B, plan, cleared=cleared)


def done(snapshot: Snapshot, unit: UnitPath = A, **changes: Any) -> Snapshot:
    return having(snapshot, unit, status=UnitStatus.APPLIED, **changes)


def failed(snapshot: Snapshot, unit: UnitPath = A) -> Snapshot:
    return having(snapshot, unit, status=UnitStatus.FAILED)


RUNNING = a.SetStatus(RunStatus.RUNNING)
HOLD = Hold(HoldKind.DATA, "It loses data.", A)
TABLE: dict[str, tuple[Snapshot, list[a.Action]]] = {
    "a new run plans its first tier, what is still to be applied is pending": (
        rows(),
        [a.StartPlan(A), a.StartPlan(B, (A,))],
    ),
    "no more at once than there are slots": (rows(settings=RunSettings(parallelism=1)), [a.StartPlan(A)]),
    "what ended is dealt with before anything else": (ended(rows(), A), [a.TakeResult("run/dev/a#9")]),
    "while a plan is made nothing is cleared": (at_work(planned(rows(), A), B, AttemptKind.PLAN), []),
    "without gates and holds plans are cleared": (both(rows(), cleared=False), [a.Clear(A), a.Clear(B)]),
    "a gate is opened for all that change": (
        both(rows(gates=[GATE]), cleared=False),
        [a.OpenGate(1, GATE, (A, B))],
    ),
    "a plan that changes nothing needs no gate": (
        planned(planned(rows(gates=[GATE]), A, NOTHING), B),
        [a.Clear(A)],
    ),
    "data that is lost holds the tier": (
        planned(planned(rows(), A, replace(EXACT, holds=(HOLD,))), B),
        [a.OpenGate(1, None, (A, B), (HOLD,))],
    ),
    "an open gate makes the run wait": (
        at_gate(both(rows(gates=[GATE]), cleared=False), A, B),
        [a.SetStatus(RunStatus.WAITING)],
    ),
    "waiting is said once": (
        at_gate(both(rows(gates=[GATE], status=RunStatus.WAITING), cleared=False), A, B),
        [],
    ),
    "an approval passes the gate": (
        said(at_gate(both(rows(gates=[GATE]), cleared=False), A, B)),
        [a.PassGate("gate")],
    ),
    "an approval of other plans does not": (
        said(at_gate(both(rows(gates=[GATE], status=RunStatus.WAITING), cleared=False), A, B), a="sha256:0"),
        [],
    ),
    "nor does the author's": (
        said(at_gate(both(rows(gates=[GATE], status=RunStatus.WAITING), cleared=False), A, B, not_author=True), "Ann"),
        [],
    ),
    "a gate that asks about a plan which is no more is void": (
        at_gate(planned(planned(rows(gates=[GATE]), A, replace(EXACT, digest="sha256:2")), B), A, B),
        [a.VoidGate("gate")],
    ),
    "a passed gate clears": (
        at_gate(both(rows(gates=[GATE]), cleared=False), A, B, status=GateStatus.PASSED),
        [a.Clear(A), a.Clear(B)],
    ),
    "what is cleared and waits for nothing is applied": (both(rows()), [a.StartApply(A)]),
    "what waits, waits": (at_work(both(rows()), A), []),
    "a plan that changes nothing is not applied": (both(rows(), NOTHING), [a.Unchanged(A)]),
    "a provisional plan is made again when its upstream is done": (
        done(planned(rows(), B, EARLY, cleared=True)),
        [a.StartPlan(B)],
    ),
    "an exact one is not, when the upstream put out the same": (
        done(planned(rows(), B, replace(EARLY, exactness=Exactness.EXACT), cleared=True)),
        [a.StartApply(B)],
    ),
    "an exact one is, when the upstream put out something else": (
        done(planned(rows(), B, replace(EARLY, exactness=Exactness.EXACT), cleared=True), changed_outputs=("id",)),
        [a.StartPlan(B)],
    ),
    "after an apply that ended unknown reality is looked at": (
        having(both(rows()), A, unsure=True, look_first=True),
        [a.StartApply(A, look_first=True)],
    ),
    "a plan that is out of date is made again": (having(both(rows()), A, must_replan=True), [a.StartPlan(A)]),
    "a failure skips what depends on it": (failed(both(rows())), [a.Skip(B, "dev/a failed.")]),
    "what is at work finishes before the run halts": (at_work(failed(both(rows())), B), []),
    "then it halts": (
        having(failed(rows()), B, status=UnitStatus.SKIPPED),
        [a.SetStatus(RunStatus.HALTED, "dev/a failed.")],
    ),
    "a halted run does nothing": (failed(rows(status=RunStatus.HALTED)), []),
    "the next tier begins when the first is done": (done(done(rows()), B), [a.StartPlan(C)]),
    "a held unit is as good as done": (
        done(having(rows(), A, held=Held.PROTECTED, status=UnitStatus.HELD, plan=NOTHING), B),
        [a.StartPlan(C)],
    ),
    "unless nobody saw its plan": (
        done(having(rows(), A, held=Held.PROTECTED, status=UnitStatus.HELD, plan=EXACT), B),
        [
            a.OpenGate(
                1,
                None,
                (A,),
                (Hold(HoldKind.PROTECTED, "The unit is protected: it is planned and shown, and applied by hand.", A),),
            )
        ],
    ),
    "a run that is done has succeeded": (done(done(done(rows()), B), C), [a.SetStatus(RunStatus.SUCCEEDED)]),
    "a run that has ended does nothing": (rows(status=RunStatus.SUCCEEDED), []),
    "a stopped run waits for what runs": (at_work(rows(stopping=True), A), []),
    "then it halts, interrupted": (
        rows(stopping=True),
        [a.SetStatus(RunStatus.HALTED, "The run was interrupted.")],
    ),
    "a cancelled run skips the rest": (
        done(rows(cancel_requested=True, reason="Cancelled by bob.")),
        [
            a.Skip(B, "The run was cancelled."),
            a.Skip(C, "The run was cancelled."),
            a.SetStatus(RunStatus.CANCELLED, "Cancelled by bob."),
        ],
    ),
    "a state lock is waited for": (having(both(rows()), A, retry_at=LATER), []),
    "and tried again when it is time": (having(both(rows()), A, retry_at=START), [a.StartApply(A)]),
    "a plan run plans every tier": (
        rows(kind=RunKind.PLAN),
        [a.StartPlan(A), a.StartPlan(B, (A,)), a.StartPlan(C)],
    ),
    "and is planned when all plans are made": (
        planned(both(rows(kind=RunKind.PLAN)), C),
        [a.SetStatus(RunStatus.PLANNED)],
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_what_is_decided(name: str) -> None:
    snapshot, expected = TABLE[name]
    decided = [action for action in advance(snapshot, START) if action != RUNNING]

    assert decided == expected


def test_a_waiting_run_is_running_again_when_something_begins() -> None:
    assert advance(both(rows(status=RunStatus.WAITING)), START) == (a.StartApply(A), RUNNING)


def test_a_destruction_that_is_prevented_fails() -> None:
    snapshot = having(rows(), A, action=Action.DESTROY, prevent_destroy=True)

    (action,) = advance(snapshot, START)

    assert isinstance(action, a.Fail)
    assert (action.unit, action.problem.id) == (A, "prevent-destroy")


def test_a_unit_that_may_follow_joins_when_an_output_it_reads_changed() -> None:
    follower = step("dev/f", 1, waits_for=["dev/a"])
    snapshot = Simulation([step("dev/a", 1)], may_follow=[follower]).snapshot

    assert advance(done(snapshot, changed_outputs=("id",)), START) == (a.Join(UnitPath("dev/f"), ((A, ("id",)),)),)
    assert advance(done(snapshot), START) == (a.SetStatus(RunStatus.SUCCEEDED),)

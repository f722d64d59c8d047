"""Whatever happens, in whatever order: the invariants hold, and the run can always be brought to an end."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from run_house import step
from run_simulation import Simulation

from towpath.model.changes import Action
from towpath.model.gates import GateSpec
from towpath.model.runs import Attempt, AttemptKind, AttemptStatus, RunKind, RunSettings, RunStatus
from towpath.planning import Step
from towpath.problems import Problem


@st.composite
def runs(draw: st.DrawFn) -> Simulation:
    """Up to seven units in up to three tiers, with dependencies among the earlier ones of the same tier."""
    count = draw(st.integers(1, 7))
    steps: list[Step] = []
    followers: list[Step] = []
    for number in range(count):
        tier = draw(st.integers(1, 3))
        before = [other.unit for other in steps if other.tier == tier]
        waits = draw(st.lists(st.sampled_from(before), unique=True, max_size=2)) if before else []
        reads = [*waits, *(other.unit for other in steps if other.tier < tier and draw(st.booleans()))]
        one = step(
            f"acc{tier}/u{number}",
            tier,
            waits,
            reads_from=reads,
            action=draw(st.sampled_from([Action.APPLY, Action.APPLY, Action.APPLY, Action.DESTROY])),
            protected=draw(st.integers(0, 9)) == 0,
            prevent_destroy=draw(st.integers(0, 9)) == 0,
        )
        if reads and draw(st.integers(0, 4)) == 0:
            followers.append(step(f"acc{tier}/u{number}", tier, waits, reads_from=reads))
        else:
            steps.append(one)
    gates = [GateSpec(f"acc{tier}", draw(st.integers(0, 2))) for tier in range(1, 4)]
    limits = RunSettings(draw(st.integers(1, 3)), 60, (), draw(st.none() | st.integers(1, 4)))
    kind = draw(st.sampled_from([RunKind.APPLY, RunKind.APPLY, RunKind.PLAN]))
    return Simulation(steps, kind=kind, gates=gates, may_follow=followers, settings=limits)


def end_somehow(data: st.DataObject, run: Simulation, attempt: Attempt) -> None:
    if attempt.kind is AttemptKind.PLAN:
        how = data.draw(st.sampled_from(["planned"] * 5 + ["failed", "interrupted"]))
        if how == "planned":
            exact = not attempt.pending or data.draw(st.booleans())
            covered = data.draw(st.booleans())
            run.planned(attempt, exact=exact, nothing=data.draw(st.booleans()), covered=covered)
            return
        run.end(attempt, AttemptStatus(how), problems=(Problem("engine-failed", "It failed"),))
        return
    how = data.draw(st.sampled_from(["applied"] * 5 + ["failed", "stale", "locked", "interrupted"]))
    outputs = {"id": data.draw(st.sampled_from(["1", "2"]))} if how == "applied" else {}
    run.end(attempt, AttemptStatus(how), outputs=outputs)


def happen(data: st.DataObject, run: Simulation) -> None:
    """One thing that may happen at this moment."""
    queued, running = run.active(AttemptStatus.QUEUED), run.active(AttemptStatus.RUNNING)
    what = data.draw(st.sampled_from(["begin", "end", "end", "begin", "approve", "wait", "resume", "die", "stop"]))
    if what == "begin" and queued:
        run.begin(data.draw(st.sampled_from(queued)))
    elif what == "end" and running:
        end_somehow(data, run, data.draw(st.sampled_from(running)))
    elif what == "approve":
        run.approve(data.draw(st.sampled_from(["bob", "cid"])))
    elif what == "wait":
        run.wait(20)
    elif what == "resume":
        run.resume()
    elif what == "die":
        run.die()
    elif what == "stop":
        run.stop()


def bring_to_an_end(run: Simulation) -> None:
    """From now on everything goes well."""
    for _ in range(300):
        for attempt in run.active(AttemptStatus.QUEUED):
            run.begin(attempt)
        for attempt in run.active(AttemptStatus.RUNNING):
            if attempt.kind is AttemptKind.PLAN:
                run.planned(attempt, covered=True)
            else:
                run.end(attempt, AttemptStatus.APPLIED, outputs={"id": "1"})
        run.approve("bob")
        run.approve("cid")
        run.wait(60)
        run.resume()
        if run.snapshot.run.status in (RunStatus.SUCCEEDED, RunStatus.PLANNED):
            return


def refuses(run: Simulation) -> bool:
    """Whether a unit may not be destroyed: then the run can never succeed."""
    return any(unit.prevent_destroy and unit.action is Action.DESTROY for unit in run.snapshot.units.values())


@settings(max_examples=200, deadline=None)
@given(runs(), st.data())
def test_the_invariants_hold_whatever_happens(run: Simulation, data: st.DataObject) -> None:
    whatever_happens(run, data)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@settings(max_examples=5000, deadline=None)
@given(runs(), st.data())
def test_the_invariants_hold_in_many_more_runs(run: Simulation, data: st.DataObject) -> None:
    whatever_happens(run, data)


def whatever_happens(run: Simulation, data: st.DataObject) -> None:
    run.settle()
    for _ in range(data.draw(st.integers(0, 40))):
        happen(data, run)
        assert not run.broken()
    bring_to_an_end(run)
    assert not run.broken()
    if not refuses(run):
        assert run.snapshot.run.status in (RunStatus.SUCCEEDED, RunStatus.PLANNED)


@settings(max_examples=50, deadline=None)
@given(runs(), st.data())
def test_a_cancelled_run_ends_when_what_runs_has_finished(run: Simulation, data: st.DataObject) -> None:
    run.settle()
    for _ in range(data.draw(st.integers(0, 15))):
        happen(data, run)
    ended_before = run.snapshot.run.status.is_terminal
    run.cancel()
    for attempt in [*run.active(AttemptStatus.QUEUED), *run.active(AttemptStatus.RUNNING)]:
        run.end(attempt, AttemptStatus.DROPPED)
    assert not run.broken()
    assert ended_before or run.snapshot.run.status is RunStatus.CANCELLED


@settings(max_examples=50, deadline=None)
@given(runs())
def test_deciding_twice_decides_nothing_more(run: Simulation) -> None:
    run.settle()
    before = run.snapshot
    run.settle()
    assert run.snapshot == before

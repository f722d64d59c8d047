"""Gates and holds: who must say yes to what."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fake_cloud import UnitState
from run_house import House, statuses, step, walk

from towpath.model.changes import Action
from towpath.model.gates import GateSpec
from towpath.model.paths import UnitPath
from towpath.model.runs import Commit, RunSettings, RunStatus
from towpath.problems import ProblemError
from towpath.runs import RunView

PROD = GateSpec("prod", approvals=1)


def problem_of(error: pytest.ExceptionInfo[ProblemError]) -> str:
    (problem,) = error.value.problems
    return problem.id


def test_a_gate_stops_the_run_before_its_environment_and_shows_the_plans(house: House) -> None:
    view = house.apply(walk(step("dev/app", 1), step("prod/app", 2), gates=[PROD]))

    assert view.status is RunStatus.WAITING
    assert statuses(view) == {"dev/app": "applied", "prod/app": "planned"}
    assert view.waiting_for == ("prod: 1 approval is missing.",)
    view = house.approve(view.id, environment="prod")
    assert statuses(view) == {"dev/app": "applied", "prod/app": "applied"}


def test_an_approval_alone_does_not_drive_the_run(house: House) -> None:
    run = house.apply(walk(step("prod/app"), gates=[PROD])).id

    view = house.runs.approve(run, "bob")

    assert view.status is RunStatus.WAITING
    assert view.waiting_for == ("prod is approved: the run goes on when it is resumed.",)


def test_environments_of_one_tier_wait_at_their_own_gates(house: House) -> None:
    view = house.apply(walk(step("prod/app"), step("lab/app"), gates=[PROD]))

    assert statuses(view) == {"lab/app": "applied", "prod/app": "planned"}


def test_two_approvals_are_of_two_people(house: House) -> None:
    run = house.apply(walk(step("prod/app"), gates=[GateSpec("prod", approvals=2)])).id

    assert house.approve(run, "bob").status is RunStatus.WAITING
    view = house.approve(run, "Bob")
    assert (view.status, view.waiting_for) == (RunStatus.WAITING, ("prod: 1 approval is missing.",))
    assert house.approve(run, "cid").status is RunStatus.SUCCEEDED


def test_only_those_named_may_approve(house: House) -> None:
    run = house.apply(walk(step("prod/app"), gates=[GateSpec("prod", 1, approvers=("cid",))])).id

    with pytest.raises(ProblemError) as error:
        house.runs.approve(run, "bob")
    assert problem_of(error) == "approver-not-allowed"
    assert house.runs.view(run).waiting_for == ("prod: 1 approval is missing from cid.",)
    assert house.approve(run, "cid").status is RunStatus.SUCCEEDED


def test_a_group_may_approve_by_whoever_is_in_it_at_that_time(house: House) -> None:
    run = house.apply(walk(step("prod/app"), gates=[GateSpec("prod", 2, ("Platform-Team", "cid@example.com"))])).id

    with pytest.raises(ProblemError) as error:
        house.runs.approve(run, "bob@example.com", groups=["other-team"])
    assert problem_of(error) == "approver-not-allowed"
    view = house.runs.approve(run, "bob@example.com", groups=["other-team", "platform-team"])
    assert not view.gates_for("bob@example.com", ["platform-team"])
    assert view.gates_for("ann@example.com", ["platform-team"])
    assert not view.gates_for("ann@example.com")
    view = house.runs.approve(run, "cid@example.com")
    assert view.waiting_for == ("prod is approved: the run goes on when it is resumed.",)


def test_a_group_with_the_name_of_an_address_does_not_speak_for_that_person(house: House) -> None:
    run = house.apply(walk(step("prod/app"), gates=[GateSpec("prod", 1, ("cid@example.com",))])).id

    with pytest.raises(ProblemError) as error:
        house.runs.approve(run, "eve@example.com", groups=["cid@example.com"])
    assert problem_of(error) == "approver-not-allowed"


def test_who_wrote_the_change_cannot_approve_it_as_one_of_a_group(house: House) -> None:
    gate = GateSpec("prod", 1, ("platform-team",), not_author=True)
    run = house.drive(house.create(walk(step("prod/app"), gates=[gate]), author="ann@example.com")).id

    with pytest.raises(ProblemError, match="wrote what is to be approved"):
        house.runs.approve(run, "ann@example.com", groups=["platform-team"])


@pytest.mark.parametrize("author", ["ann", "Dan@example.com"])
def test_who_wrote_the_change_cannot_approve_it(house: House, author: str) -> None:
    gates = [GateSpec("prod", 1, not_author=True)]
    commits = [Commit("commit-1", "Change", "dan@example.com")]
    run = house.runs.create(walk(step("prod/app"), gates=gates), "apply", "ann", commits)
    house.drive(run)

    with pytest.raises(ProblemError) as error:
        house.runs.approve(run, author)
    assert problem_of(error) == "approver-not-allowed"
    assert house.approve(run, "bob").status is RunStatus.SUCCEEDED


def test_who_may_approve_but_wrote_the_change_is_told_so(house: House) -> None:
    gate = GateSpec("prod", 1, approvers=("ann", "bob"), not_author=True)
    run = house.apply(walk(step("prod/app"), gates=[gate])).id

    with pytest.raises(ProblemError) as error:
        house.runs.approve(run, "Ann")
    assert error.value.problems[0].detail == "Ann wrote what is to be approved for prod; somebody else has to."


def test_there_must_be_something_to_approve(house: House) -> None:
    run = house.apply(walk(step("prod/app"), gates=[PROD])).id

    with pytest.raises(ProblemError) as error:
        house.runs.approve(run, "bob", "stage")
    assert problem_of(error) == "nothing-to-approve"
    house.approve(run)
    with pytest.raises(ProblemError) as error:
        house.runs.approve(run, "bob")
    assert problem_of(error) == "nothing-to-approve"


def test_a_rejection_cancels_the_run(house: House) -> None:
    run = house.apply(walk(step("dev/app", 1), step("prod/app", 2), gates=[PROD])).id

    view = house.runs.reject(run, "bob", reason="not on a Friday")

    assert view.status is RunStatus.CANCELLED
    assert view.snapshot.run.reason == "Rejected by bob: not on a Friday"
    assert statuses(view) == {"dev/app": "applied", "prod/app": "skipped"}
    assert house.drive(run).status is RunStatus.CANCELLED


def test_plans_that_change_nothing_need_no_approval(house: House) -> None:
    house.bench.desire(UnitPath("prod/app"), "commit-1", main="same")
    house.bench.desire(UnitPath("prod/app"), "commit-2", main="same")
    first = house.apply(walk(step("prod/app"), gates=[PROD]))
    house.approve(first.id)

    assert house.apply(walk(step("prod/app"), head="commit-2", gates=[PROD])).status is RunStatus.SUCCEEDED


def test_an_approval_is_for_the_plan_that_was_seen(house: House) -> None:
    """The state moves on after the approval; the new plan does more: it has to be approved as well."""
    prod = UnitPath("prod/app")
    run = house.apply(walk(step("prod/app"), gates=[PROD])).id
    state = house.cloud.get(prod)
    assert state is None
    house.bench.desire(prod, "commit-1", main="commit-1", more="more")
    house.bench.on_apply[prod] = lambda: _move_on(house, prod)

    view = house.approve(run)

    assert view.status is RunStatus.WAITING
    assert [gate.environment for gate in view.open_gates] == [None, "prod"]
    assert house.cloud.get(prod) is not None
    view = house.approve(run)
    assert view.status is RunStatus.SUCCEEDED
    assert len(view.snapshot.approvals) == 3


def _move_on(house: House, unit: UnitPath) -> None:
    del house.bench.on_apply[unit]
    house.cloud.put(unit, UnitState(serial=7))


def test_what_failed_after_its_approval_needs_none_for_the_rest(house: House) -> None:
    prod = UnitPath("prod/app")
    house.bench.desire(prod, "commit-1", one="1", two="2")
    house.bench.apply_failures[prod] = 1
    run = house.apply(walk(step("prod/app"), gates=[PROD])).id
    assert house.approve(run).status is RunStatus.HALTED

    assert house.resume(run).status is RunStatus.SUCCEEDED


def test_a_provisional_plan_that_changed_nothing_and_then_does_needs_its_approval(house: House) -> None:
    vpc, app = UnitPath("prod/vpc"), UnitPath("prod/app")
    house.bench.outputs_of[vpc] = dict
    chain = (step("prod/vpc"), step("prod/app", waits_for=["prod/vpc"]))
    house.bench.desire(app, "commit-1", main="same")
    house.bench.desire(app, "commit-2", main="same")
    house.apply(walk(*chain))
    run = house.apply(walk(*chain, head="commit-2", gates=[PROD])).id

    view = house.approve(run)

    assert (view.status, statuses(view)) == (RunStatus.WAITING, {"prod/vpc": "applied", "prod/app": "planned"})
    assert [gate.environment for gate in view.open_gates] == ["prod"]
    assert house.approve(run).status is RunStatus.SUCCEEDED


DATA = RunSettings(data_types=("bucket",))


def test_a_run_that_destroys_data_holds_although_no_gate_asks(house: House) -> None:
    house.bench.types["main"] = "bucket"
    house.apply(walk(step("dev/data"), step("dev/app")))

    destroy = walk(step("dev/data", action=Action.DESTROY), step("dev/app"), head="commit-2")
    view = house.apply(destroy, DATA)

    assert view.status is RunStatus.WAITING
    assert view.waiting_for == (
        "hold: 1 approval is missing. dev/data: The plan destroys thing.main, which holds data.",
    )
    assert set(statuses(view).values()) == {"planned"}, "the whole run holds"
    assert statuses(house.approve(view.id)) == {"dev/data": "destroyed", "dev/app": "applied"}


def test_a_run_that_touches_too_much_holds_once(house: House) -> None:
    settings = RunSettings(hold_above_units=1, hold_above_accounts=1)
    view = house.apply(walk(step("dev/a", 1), step("prod/a", 2)), settings)

    assert statuses(view) == {"dev/a": "planned", "prod/a": "pending"}
    (gate,) = view.open_gates
    assert [hold.kind.value for hold in gate.holds] == ["units", "accounts"]
    assert house.approve(view.id).status is RunStatus.SUCCEEDED


def test_a_protected_unit_is_planned_shown_and_never_applied(house: House) -> None:
    view = house.apply(walk(step("dev/runner", 1, protected=True), step("prod/app", 2)))

    assert view.status is RunStatus.WAITING
    assert statuses(view) == {"dev/runner": "held", "prod/app": "pending"}
    assert "protected" in view.waiting_for[0]
    view = house.approve(view.id)
    assert (view.status, statuses(view)) == (RunStatus.SUCCEEDED, {"dev/runner": "held", "prod/app": "applied"})
    assert house.cloud.get(UnitPath("dev/runner")) is None
    assert "dev/runner" not in house.ledger()


def test_what_reads_from_a_protected_unit_is_planned_again_when_that_was_applied_by_hand(house: House) -> None:
    runner = UnitPath("dev/runner")
    view = house.apply(walk(step("dev/runner", protected=True), step("dev/app", waits_for=["dev/runner"])))
    assert statuses(view) == {"dev/runner": "held", "dev/app": "planned"}

    house.cloud.put(runner, UnitState(1, {"main": "commit-1"}, {"id": "dev/runner"}))

    assert statuses(house.approve(view.id)) == {"dev/runner": "held", "dev/app": "applied"}
    assert house.bench.count("plan", UnitPath("dev/app")) == 2


def test_a_run_of_nothing_but_a_protected_unit_has_nothing_to_wait_for(house: House) -> None:
    view = house.apply(walk(step("dev/runner", protected=True)))

    assert (view.status, statuses(view)) == (RunStatus.SUCCEEDED, {"dev/runner": "held"})


def test_a_gate_and_a_hold_are_answered_together(house: House) -> None:
    settings = RunSettings(hold_above_units=1)
    view = house.apply(walk(step("prod/a"), step("prod/b"), gates=[PROD]), settings)

    assert len(view.open_gates) == 2
    assert house.approve(view.id).status is RunStatus.SUCCEEDED


def test_the_gate_is_asked_about_units_outside_any_account_too(house: House) -> None:
    outside = replace(step("tools"), account=None)
    view: RunView = house.apply(walk(outside, gates=[GateSpec("outside", 1)]))

    assert view.status is RunStatus.WAITING
    assert house.approve(view.id, environment="outside").status is RunStatus.SUCCEEDED

"""Runs in which something goes wrong: what still happens, what does not, and how they go on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fake_cloud import UnitState
from run_house import House, statuses, step, walk

from towpath.model.changes import Action
from towpath.model.paths import UnitPath
from towpath.model.runs import RunSettings, RunStatus
from towpath.problems import ProblemError

DEV, STAGE, PROD = (UnitPath(f"{account}/app") for account in ("dev", "stage", "prod"))


def test_a_failure_in_the_middle_tier_keeps_the_later_one_untouched(house: House) -> None:
    house.bench.apply_failures[STAGE] = 1
    view = house.apply(walk(step("dev/app", 1), step("stage/app", 2), step("prod/app", 3)))

    assert view.status is RunStatus.HALTED
    assert statuses(view) == {"dev/app": "applied", "stage/app": "failed", "prod/app": "pending"}
    assert house.ledger() == {"dev/app": "commit-1"}
    assert house.cloud.get(PROD) is None
    assert [problem.id for problem in view.problems] == ["engine-failed"]
    assert view.problems[0].unit == "stage/app"


def test_resume_does_only_what_is_not_done(house: House) -> None:
    house.bench.apply_failures[STAGE] = 1
    view = house.apply(walk(step("dev/app", 1), step("stage/app", 2), step("prod/app", 3)))

    view = house.resume(view.id)

    assert view.status is RunStatus.SUCCEEDED
    assert set(statuses(view).values()) == {"applied"}
    assert house.bench.count("apply", DEV) == 1
    assert house.bench.count("apply", STAGE) == 2


def test_dependents_of_a_failed_unit_are_skipped_and_done_after_resume(house: House) -> None:
    vpc = UnitPath("dev/vpc")
    house.bench.apply_failures[vpc] = 1
    chain = walk(step("dev/vpc"), step("dev/app", waits_for=["dev/vpc"]), step("dev/web", waits_for=["dev/app"]))
    view = house.apply(chain)

    assert statuses(view) == {"dev/vpc": "failed", "dev/app": "skipped", "dev/web": "skipped"}
    assert {unit.row.reason for unit in view.units if unit.row.status.value == "skipped"} == {"dev/vpc failed."}
    assert set(statuses(house.resume(view.id)).values()) == {"applied"}


def test_a_sibling_that_runs_finishes_and_one_that_did_not_begin_stays_pending(house: House) -> None:
    house.bench.apply_failures[UnitPath("dev/a")] = 1
    run = house.create(walk(step("dev/a"), step("dev/b"), step("dev/c")), settings=RunSettings(parallelism=2))
    view = house.drive(run)

    assert view.status is RunStatus.HALTED
    assert statuses(view) == {"dev/a": "failed", "dev/b": "applied", "dev/c": "planned"}


def test_when_a_plan_fails_nothing_of_its_tier_is_applied(house: House) -> None:
    house.bench.plan_failures[UnitPath("dev/b")] = 1
    view = house.apply(walk(step("dev/a"), step("dev/b")))

    assert view.status is RunStatus.HALTED
    assert statuses(view) == {"dev/a": "planned", "dev/b": "failed"}
    assert house.ledger() == {}
    assert set(statuses(house.resume(view.id)).values()) == {"applied"}


def test_in_a_plan_run_one_failure_does_not_stop_the_others(house: House) -> None:
    house.bench.plan_failures[UnitPath("dev/a")] = 1
    view = house.plan(walk(step("dev/a", 1), step("prod/b", 2)))

    assert view.status is RunStatus.HALTED
    assert statuses(view) == {"dev/a": "failed", "prod/b": "planned"}
    assert house.resume(view.id).status is RunStatus.PLANNED


def test_a_unit_that_prevents_its_destruction_fails_before_any_engine_is_asked(house: House) -> None:
    view = house.apply(walk(step("dev/db", action=Action.DESTROY, prevent_destroy=True), step("dev/app")))

    assert view.status is RunStatus.HALTED
    assert statuses(view)["dev/db"] == "failed"
    assert [problem.id for problem in view.problems] == ["prevent-destroy"]
    assert not [unit for _, unit in house.bench.calls if unit == "dev/db"]
    assert statuses(house.plan(walk(step("dev/db", action=Action.DESTROY, prevent_destroy=True))))["dev/db"] == "failed"


def test_what_was_done_before_a_failure_is_not_done_again(house: House) -> None:
    house.bench.desire(DEV, "commit-1", one="1", two="2")
    house.bench.apply_failures[DEV] = 1
    view = house.apply(walk(step("dev/app")))
    assert statuses(view) == {"dev/app": "failed"}

    assert statuses(house.resume(view.id)) == {"dev/app": "applied"}
    assert house.cloud.notes() == ["dev/app one 1", "dev/app two 2"]


def move_on(house: House, unit: UnitPath, **resources: str) -> None:
    """Somebody else changes the unit."""
    state = house.cloud.get(unit) or UnitState()
    house.cloud.put(unit, replace(state, serial=state.serial + 1, resources={**state.resources, **resources}))


def test_a_stale_plan_is_made_again_and_goes_on_when_it_does_no_more(house: House) -> None:
    house.bench.desire(DEV, "commit-1", one="1", two="2")
    planned = house.plan(walk(step("dev/app")))
    move_on(house, DEV, one="1")
    house.runs.begin_apply(planned.id)

    view = house.drive(planned.id)

    assert statuses(view) == {"dev/app": "applied"}
    assert house.bench.count("plan", DEV) == 2
    assert house.bench.count("apply", DEV) == 2


def test_a_stale_plan_that_would_do_more_asks_again(house: House) -> None:
    planned = house.plan(walk(step("dev/app")))
    move_on(house, DEV, extra="by hand")
    house.runs.begin_apply(planned.id)

    view = house.drive(planned.id)

    assert view.status is RunStatus.WAITING
    assert house.cloud.get(DEV) == UnitState(1, {"extra": "by hand"})
    (sentence,) = view.waiting_for
    assert sentence.startswith(
        "hold: 1 approval is missing. dev/app: The plan does more than the one that was approved."
    )
    assert "thing.extra: delete was not approved" in sentence
    assert statuses(house.approve(planned.id)) == {"dev/app": "applied"}


def test_a_stale_plan_with_nothing_left_to_do_is_unchanged(house: House) -> None:
    planned = house.plan(walk(step("dev/app")))
    move_on(house, DEV, main="commit-1")
    house.runs.begin_apply(planned.id)

    assert statuses(house.drive(planned.id)) == {"dev/app": "unchanged"}
    assert house.ledger() == {"dev/app": "commit-1"}


def test_a_state_that_keeps_changing_fails_in_the_end(house: House) -> None:
    house.bench.on_apply[DEV] = lambda: move_on(house, DEV)
    view = house.apply(walk(step("dev/app")))

    assert view.status is RunStatus.HALTED
    assert [problem.id for problem in view.problems] == ["state-keeps-changing"]
    del house.bench.on_apply[DEV]
    assert statuses(house.resume(view.id)) == {"dev/app": "applied"}


def test_a_locked_state_is_waited_for(house: House) -> None:
    house.bench.busy_locks[DEV] = 3
    before = house.clock.steady()
    view = house.apply(walk(step("dev/app")))

    assert statuses(view) == {"dev/app": "applied"}
    assert house.clock.steady() - before >= 2 + 4 + 8
    told = [event.data["detail"] for event in house.seen.events if event.kind.value == "lock-wait"]
    assert told == ["alice holds the lock of dev/app."] * 3


def test_a_state_that_stays_locked_fails_after_the_time_that_was_set(house: House) -> None:
    house.bench.busy_locks[DEV] = 1000
    before = house.clock.steady()
    view = house.drive(house.create(walk(step("dev/app")), settings=RunSettings(lock_timeout=60)))

    assert view.status is RunStatus.HALTED
    assert [problem.id for problem in view.problems] == ["state-locked"]
    assert "alice holds the lock of dev/app." in view.problems[0].detail
    assert 60 <= house.clock.steady() - before < 90


def test_a_plan_that_cannot_become_exact_fails(house: House) -> None:
    view = house.apply(walk(step("dev/app", reads_from=["dev/vpc"])))

    assert view.status is RunStatus.HALTED
    assert [problem.id for problem in view.problems] == ["plan-stays-provisional"]
    assert house.bench.count("apply", DEV) == 0


def test_a_defect_of_the_workbench_fails_its_unit_and_is_not_hidden(house: House) -> None:
    def break_down() -> None:
        raise RuntimeError("a bug")

    house.bench.on_apply[DEV] = break_down
    run = house.create(walk(step("dev/app")))

    with pytest.raises(RuntimeError, match="a bug"):
        house.drive(run)
    view = house.runs.view(run)
    assert statuses(view) == {"dev/app": "failed"}
    assert [problem.id for problem in view.problems] == ["internal-error"]
    assert "a bug" in view.problems[0].detail
    del house.bench.on_apply[DEV]
    assert statuses(house.resume(run)) == {"dev/app": "applied"}


def test_a_run_that_has_ended_is_not_resumed(house: House) -> None:
    view = house.apply(walk(step("dev/app")))

    with pytest.raises(ProblemError) as error:
        house.runs.resume(view.id)
    assert [problem.id for problem in error.value.problems] == ["run-has-ended"]


def test_an_unknown_run_is_a_problem(house: House) -> None:
    with pytest.raises(ProblemError) as error:
        house.runs.view("nothing")
    assert [problem.id for problem in error.value.problems] == ["no-such-run"]

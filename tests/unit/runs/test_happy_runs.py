"""Runs in which nothing goes wrong."""

from __future__ import annotations

from run_house import House, statuses, step, walk

from towpath.model.changes import Action
from towpath.model.events import EventKind
from towpath.model.paths import UnitPath
from towpath.model.plans import Exactness
from towpath.model.runs import Commit, RunSettings, RunStatus


def applied(house: House) -> list[str]:
    return [unit for what, unit in house.bench.calls if what == "apply"]


def test_three_tiers_are_applied_one_after_the_other(house: House) -> None:
    view = house.apply(walk(step("prod/app", 3), step("dev/app", 1), step("stage/app", 2)))

    assert view.status is RunStatus.SUCCEEDED
    assert statuses(view) == {"dev/app": "applied", "stage/app": "applied", "prod/app": "applied"}
    assert applied(house) == ["dev/app", "stage/app", "prod/app"]
    assert house.ledger() == {"dev/app": "commit-1", "stage/app": "commit-1", "prod/app": "commit-1"}


def test_a_later_tier_is_planned_only_when_its_turn_comes(house: House) -> None:
    house.apply(walk(step("dev/app", 1), step("prod/app", 2)))

    assert house.bench.calls == [("plan", "dev/app"), ("apply", "dev/app"), ("plan", "prod/app"), ("apply", "prod/app")]


def test_units_of_a_tier_are_all_planned_before_one_is_applied(house: House) -> None:
    house.apply(walk(step("dev/a"), step("dev/b"), step("dev/c")))

    assert [what for what, _ in house.bench.calls] == ["plan"] * 3 + ["apply"] * 3


def test_an_empty_walk_succeeds_at_once(house: House) -> None:
    assert house.apply(walk()).status is RunStatus.SUCCEEDED
    assert house.plan(walk()).status is RunStatus.SUCCEEDED


def test_a_unit_that_is_as_its_commit_says_is_not_applied_but_entered_in_the_ledger(house: House) -> None:
    house.bench.desire(UnitPath("dev/app"), "commit-1", main="same")
    house.bench.desire(UnitPath("dev/app"), "commit-2", main="same")
    house.apply(walk(step("dev/app")))

    view = house.apply(walk(step("dev/app"), head="commit-2"))

    assert statuses(view) == {"dev/app": "unchanged"}
    assert applied(house) == ["dev/app"]
    assert house.ledger() == {"dev/app": "commit-2"}


def test_a_chain_made_in_one_commit_is_planned_provisionally_then_exactly(house: House) -> None:
    view = house.apply(walk(step("dev/vpc"), step("dev/app", waits_for=["dev/vpc"])))

    assert statuses(view) == {"dev/app": "applied", "dev/vpc": "applied"}
    assert applied(house) == ["dev/vpc", "dev/app"]
    assert house.bench.count("plan", UnitPath("dev/app")) == 2
    first, second = (a.summary for a in house.state.runs.attempts(view.id) if a.unit == "dev/app" and a.summary)
    assert (first.exactness, first.pending) == (Exactness.PROVISIONAL, ("dev/vpc",))
    assert (second.exactness, second.pending) == (Exactness.EXACT, ())


def test_a_plan_is_not_made_again_when_its_upstream_put_out_what_it_did_before(house: House) -> None:
    house.apply(walk(step("dev/vpc"), step("dev/app", waits_for=["dev/vpc"])))
    before = house.bench.count("plan", UnitPath("dev/app"))

    view = house.apply(walk(step("dev/vpc"), step("dev/app", waits_for=["dev/vpc"]), head="commit-2"))

    assert statuses(view) == {"dev/app": "applied", "dev/vpc": "applied"}
    assert house.bench.count("plan", UnitPath("dev/app")) == before + 1


def test_a_plan_is_made_again_when_its_upstream_puts_out_something_else(house: House) -> None:
    house.bench.outputs_of[UnitPath("dev/vpc")] = dict
    house.apply(walk(step("dev/vpc"), step("dev/app", waits_for=["dev/vpc"])))
    before = house.bench.count("plan", UnitPath("dev/app"))

    view = house.apply(walk(step("dev/vpc"), step("dev/app", waits_for=["dev/vpc"]), head="commit-2"))

    assert statuses(view) == {"dev/app": "applied", "dev/vpc": "applied"}
    assert house.bench.count("plan", UnitPath("dev/app")) == before + 2


def test_units_start_as_soon_as_what_they_wait_for_is_done(house: House) -> None:
    house.apply(walk(step("dev/a"), step("dev/b"), step("dev/c", waits_for=["dev/a"])))

    assert applied(house).index("dev/c") > applied(house).index("dev/a")


def test_no_more_at_once_than_the_settings_let(house: House) -> None:
    house.create(walk(*(step(f"dev/u{number}") for number in range(5))), settings=RunSettings(parallelism=2))
    seen: list[int] = []
    house.carriers.before_each = lambda _: seen.append(
        sum(a.status.is_active for run in house.runs.list() for a in house.state.runs.attempts(run.id))
    )
    house.drive(house.runs.list()[0].id)

    assert max(seen) == 2


def test_a_removed_unit_is_destroyed_and_leaves_the_ledger(house: House) -> None:
    house.apply(walk(step("dev/vpc"), step("dev/app")))

    view = house.apply(
        walk(step("dev/vpc", action=Action.DESTROY, waits_for=["dev/app"]), step("dev/app"), head="commit-2")
    )

    assert statuses(view) == {"dev/vpc": "destroyed", "dev/app": "applied"}
    assert applied(house)[-2:] == ["dev/app", "dev/vpc"]
    assert house.ledger() == {"dev/app": "commit-2"}
    assert house.cloud.get(UnitPath("dev/vpc")) is None


def test_a_plan_run_plans_every_tier_and_applies_nothing(house: House) -> None:
    view = house.plan(walk(step("dev/app", 1), step("prod/app", 2)))

    assert view.status is RunStatus.PLANNED
    assert statuses(view) == {"dev/app": "planned", "prod/app": "planned"}
    assert applied(house) == []
    assert house.ledger() == {}


def test_a_plan_run_with_nothing_to_do_succeeds(house: House) -> None:
    house.apply(walk(step("dev/app")))

    view = house.plan(walk(step("dev/app")))

    assert (view.status, statuses(view)) == (RunStatus.SUCCEEDED, {"dev/app": "unchanged"})


def test_the_plans_of_a_plan_run_are_what_is_applied(house: House) -> None:
    view = house.plan(walk(step("dev/app", 1), step("prod/app", 2)))
    planned = {unit.row.unit: unit.row.plan.digest for unit in view.units if unit.row.plan}

    house.runs.begin_apply(view.id)
    view = house.drive(view.id)

    assert statuses(view) == {"dev/app": "applied", "prod/app": "applied"}
    assert {a.unit: a.digest for a in house.state.runs.attempts(view.id) if a.digest} == planned
    assert house.ledger() == {"dev/app": "commit-1", "prod/app": "commit-1"}


def test_an_unchanged_unit_of_a_plan_run_is_entered_in_the_ledger_when_it_is_applied(house: House) -> None:
    house.apply(walk(step("dev/a")))
    house.bench.desire(UnitPath("dev/a"), "commit-2", main="commit-1")
    planned = house.plan(walk(step("dev/a"), step("dev/b"), head="commit-2"))

    house.runs.begin_apply(planned.id)

    assert statuses(house.drive(planned.id)) == {"dev/a": "unchanged", "dev/b": "applied"}
    assert house.ledger() == {"dev/a": "commit-2", "dev/b": "commit-2"}


def test_a_provisional_plan_of_a_plan_run_is_never_applied(house: House) -> None:
    view = house.plan(walk(step("shared/vpc", 0), step("dev/app", 1, reads_from=["shared/vpc"])))
    house.runs.begin_apply(view.id)

    assert statuses(house.drive(view.id)) == {"shared/vpc": "applied", "dev/app": "applied"}
    assert house.bench.count("plan", UnitPath("dev/app")) == 2


def test_logs_are_kept_per_unit_and_seen_while_they_are_written(house: House) -> None:
    run = house.create(walk(step("dev/a"), step("dev/b")))
    house.drive(run)

    assert list(house.runs.logs(run, UnitPath("dev/a"))) == ["planning dev/a at commit-1", "applying dev/a"]
    assert ("dev/b", "applying dev/b") in house.seen.lines


def test_every_transition_is_an_event_that_the_watcher_sees_in_order(house: House) -> None:
    run = house.create(walk(step("dev/a")))
    house.drive(run)

    kinds = [event.kind for event in house.runs.events(run)]
    assert kinds[0] is EventKind.RUN_CREATED
    assert kinds[-1] is EventKind.RUN_STATUS
    assert [event.sequence for event in house.seen.events] == [e.sequence for e in house.runs.events(run)][1:]
    told = [(e.unit, e.data["status"]) for e in house.seen.events if e.kind is EventKind.UNIT_STATUS]
    assert told == [("dev/a", "planned"), ("dev/a", "applied")]


def test_plan_files_are_deleted_when_the_run_has_ended(house: House) -> None:
    house.apply(walk(step("dev/a")))

    assert list((house.folder / "plans").iterdir()) == []


def test_the_view_as_other_programs_read_it(house: House) -> None:
    run = house.runs.create(
        walk(step("dev/app")), "apply", "ann", commits=[Commit("commit-1", "Say hello", "ann@example.com")]
    )
    document = house.drive(run).as_json()

    assert {key: document[key] for key in ("run", "status", "problems", "kind", "author", "waiting_for")} == {
        "run": run,
        "status": "succeeded",
        "problems": [],
        "kind": "apply",
        "author": "ann",
        "waiting_for": [],
    }
    (unit,) = document["units"]
    assert {key: unit[key] for key in ("path", "tier", "status", "action", "reason", "seconds")} == {
        "path": "dev/app",
        "tier": 1,
        "status": "applied",
        "action": "apply",
        "reason": None,
        "seconds": 0.0,
    }
    assert {key: unit["plan"][key] for key in ("exactness", "add", "change", "destroy", "replace")} == {
        "exactness": "exact",
        "add": 1,
        "change": 0,
        "destroy": 0,
        "replace": 0,
    }
    assert unit["plan"]["digest"].startswith("sha256:")
    assert document["tiers"] == [{"deploy_order": 1, "accounts": ["dev"], "units": ["dev/app"], "done": True}]


def test_a_run_is_found_by_the_beginning_of_its_id(house: House) -> None:
    run = house.create(walk(step("dev/app")))

    assert house.runs.view(run[:-1]).id == run

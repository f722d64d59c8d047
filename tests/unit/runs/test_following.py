"""Units for which nothing differs, but which read what others put out."""

from __future__ import annotations

import pytest
from run_house import House, statuses, step, walk

from towpath.model.events import EventKind
from towpath.model.gates import GateSpec
from towpath.model.paths import UnitPath
from towpath.model.runs import RunSettings, RunStatus
from towpath.planning import Walk

VPC, APP, WEB = UnitPath("dev/vpc"), UnitPath("dev/app"), UnitPath("dev/web")


@pytest.fixture
def everything(house: House) -> House:
    """vpc, app (reads vpc) and web (reads app) stand; vpc and app put out all that they hold."""
    house.bench.outputs_of[VPC] = dict
    house.bench.outputs_of[APP] = dict
    house.bench.desire(WEB, "commit-2")
    house.bench.desire(APP, "commit-2")
    house.apply(walk(step("dev/vpc"), step("dev/app", waits_for=["dev/vpc"]), step("dev/web", waits_for=["dev/app"])))
    for unit in (APP, WEB):
        house.bench.desire(unit, "commit-2", main="commit-1")
    house.bench.calls.clear()
    return house


def only_vpc(gates: tuple[GateSpec, ...] = ()) -> Walk:
    app = step("dev/app", waits_for=["dev/vpc"])
    web = step("dev/web", may_wait_for=["dev/app"], reads_from=["dev/app"])
    return walk(step("dev/vpc"), head="commit-2", may_follow=[app, web], gates=gates)


def test_they_are_left_alone_when_no_output_changed(everything: House) -> None:
    everything.bench.desire(VPC, "commit-2", main="commit-1", more="unseen")
    everything.bench.outputs_of[VPC] = lambda resources: {"main": resources["main"]}

    view = everything.apply(only_vpc())

    assert (view.status, statuses(view)) == (RunStatus.SUCCEEDED, {"dev/vpc": "applied"})
    assert view.may_follow == ("dev/app", "dev/web")
    assert not [unit for _, unit in everything.bench.calls if unit != "dev/vpc"]
    assert everything.ledger()["dev/app"] == "commit-1"


def test_they_join_one_after_the_other_as_outputs_change(everything: House) -> None:
    view = everything.apply(only_vpc())

    assert statuses(view) == {"dev/vpc": "applied", "dev/app": "applied", "dev/web": "applied"}
    app = next(unit for unit in view.units if unit.row.unit == APP)
    (reason,) = app.as_json()["reasons"]
    assert (reason["kind"], reason["attribute"]) == ("dependency", "dev/vpc.main")
    joined = [event.unit for event in everything.seen.events if event.kind is EventKind.UNIT_JOINED]
    assert joined == ["dev/app", "dev/web"]
    assert everything.ledger()["dev/web"] == "commit-2"


def test_one_that_turns_out_to_need_nothing_is_unchanged_and_ends_the_chain(everything: House) -> None:
    everything.bench.reads[APP] = ()
    run = everything.runs.create(only_vpc(), "apply", "ann")
    everything.bench.desire(APP, "commit-2", **{"main": "commit-1", "reads:dev/vpc": '{"main": "commit-1"}'})

    view = everything.drive(run)

    assert statuses(view) == {"dev/vpc": "applied", "dev/app": "unchanged"}
    assert view.may_follow == ("dev/web",)


def test_they_pass_the_gate_of_their_environment(everything: House) -> None:
    view = everything.apply(only_vpc(gates=(GateSpec("dev", 1),)))
    assert statuses(view) == {"dev/vpc": "planned"}

    view = everything.approve(view.id)
    assert (view.status, statuses(view)) == (RunStatus.WAITING, {"dev/vpc": "applied", "dev/app": "planned"})
    everything.approve(view.id)
    assert statuses(everything.approve(view.id)) == {
        "dev/vpc": "applied",
        "dev/app": "applied",
        "dev/web": "applied",
    }


def test_a_unit_of_the_walk_waits_for_one_that_may_follow(everything: House) -> None:
    app = step("dev/app", waits_for=["dev/vpc"])
    web = step("dev/web", waits_for=["dev/vpc"], may_wait_for=["dev/app"], reads_from=["dev/app"])
    view = everything.apply(walk(step("dev/vpc"), web, head="commit-2", may_follow=[app]))

    assert statuses(view) == {"dev/vpc": "applied", "dev/app": "applied", "dev/web": "applied"}
    assert [unit for what, unit in everything.bench.calls if what == "apply"] == [VPC, APP, WEB]


def test_one_of_a_later_tier_joins_when_its_turn_comes(house: House) -> None:
    house.bench.outputs_of[UnitPath("shared/vpc")] = dict
    house.apply(walk(step("shared/vpc", 0), step("dev/app", 1, reads_from=["shared/vpc"])))

    view = house.apply(
        walk(step("shared/vpc", 0), head="commit-2", may_follow=[step("dev/app", 1, reads_from=["shared/vpc"])])
    )

    assert statuses(view) == {"shared/vpc": "applied", "dev/app": "applied"}


def test_a_run_that_grows_above_the_limit_holds(everything: House) -> None:
    view = everything.apply(only_vpc(), RunSettings(hold_above_units=1))

    assert (view.status, statuses(view)["dev/app"]) == (RunStatus.WAITING, "planned")
    assert everything.approve(view.id).status is RunStatus.SUCCEEDED


def test_a_protected_one_is_shown_and_held(everything: House) -> None:
    follower = step("dev/app", waits_for=["dev/vpc"], protected=True)
    view = everything.apply(walk(step("dev/vpc"), head="commit-2", may_follow=[follower]))

    assert statuses(view) == {"dev/vpc": "applied", "dev/app": "held"}


def test_in_a_plan_run_they_are_only_named(everything: House) -> None:
    view = everything.plan(only_vpc())

    assert statuses(view) == {"dev/vpc": "planned"}
    assert view.may_follow == ("dev/app", "dev/web")

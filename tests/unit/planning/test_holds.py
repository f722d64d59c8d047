"""Holds and gates."""

from __future__ import annotations

import pytest
from hand_made import affected, change_set, hand_made_live, hand_made_plan, hand_made_unit, held, resource

from towpath.config import GateSettings, HoldSettings, TowpathConfig
from towpath.model.gates import OUTSIDE_ENVIRONMENT, GateSpec, HoldKind
from towpath.model.plans import ResourceAction
from towpath.planning import Walk, gate_of, plan_walk
from towpath.planning.losses import holds_for_plan

GATES = {
    "prod": GateSettings(approvals=2, approvers=("ada", "grace"), not_author=True),
    "prod-*": GateSettings(),
    "*": GateSettings(approvals=0),
}


def walk_over(*paths: str, config: TowpathConfig) -> Walk:
    live = hand_made_live(*(hand_made_unit(path) for path in paths), config=config)
    return plan_walk(change_set(*(affected(path) for path in paths)), live, None)


@pytest.mark.parametrize(
    ("environment", "gate"),
    [
        ("prod", GateSpec("prod", 2, ("ada", "grace"), True)),
        ("prod-eu", GateSpec("prod-eu", 1)),
        ("dev", GateSpec("dev", 0)),
    ],
)
def test_a_name_counts_before_the_first_pattern(environment: str, gate: GateSpec) -> None:
    assert gate_of(environment, TowpathConfig(gates=GATES)) == gate


def test_no_gate_is_asked_for_by_default() -> None:
    assert not gate_of("prod", TowpathConfig()).asks_for_something


def test_tiers_carry_the_gates_of_their_environments() -> None:
    walk = walk_over("dev/app", "prod/app", config=TowpathConfig(gates=GATES))
    assert [[gate.environment for gate in tier.gates] for tier in walk.tiers] == [[], ["prod"]]
    assert [gate.environment for gate in walk.gates] == ["prod"]


def test_units_outside_accounts_have_an_environment_too() -> None:
    config = TowpathConfig(gates={OUTSIDE_ENVIRONMENT: GateSettings()})
    assert walk_over("dns", config=config).tiers[0].gates == (GateSpec(OUTSIDE_ENVIRONMENT, 1),)


def test_an_environment_with_nothing_but_held_units_needs_no_gate() -> None:
    live = hand_made_live(hand_made_unit("prod/towpath"), config=TowpathConfig(gates=GATES))
    walk = plan_walk(change_set(held("prod/towpath")), live, None)
    assert walk.tiers[0].gates == ()
    assert [(hold.kind, hold.unit) for hold in walk.holds] == [(HoldKind.PROTECTED, "prod/towpath")]


@pytest.mark.parametrize(("limit", "holds"), [(1, True), (2, False), (None, False), (0, True)])
def test_a_run_above_the_limits_waits(limit: int | None, holds: bool) -> None:
    config = TowpathConfig(hold_above=HoldSettings(units=limit, accounts=limit))
    kinds = [hold.kind for hold in walk_over("dev/a", "prod/a", config=config).holds]
    assert kinds == ([HoldKind.UNITS, HoldKind.ACCOUNTS] if holds else [])


def test_the_hold_says_what_was_counted() -> None:
    config = TowpathConfig(hold_above=HoldSettings(units=1))
    assert "touches 2 units, more than the 1" in walk_over("dev/a", "dev/b", config=config).holds[0].detail


@pytest.mark.parametrize(
    ("address", "action", "detail"),
    [
        ("aws_db_instance.main", ResourceAction.DELETE, "destroys aws_db_instance.main"),
        ("aws_s3_bucket.logs", ResourceAction.REPLACE, "replaces aws_s3_bucket.logs"),
        ("aws_fsx_lustre_file_system.x", ResourceAction.FORGET, "lets go of"),
    ],
)
def test_a_plan_that_loses_data_holds(address: str, action: ResourceAction, detail: str) -> None:
    (hold,) = holds_for_plan(hand_made_plan(resource(address, action)), TowpathConfig().data_types)
    assert detail in hold.detail
    assert (hold.kind, hold.unit) == (HoldKind.DATA, "dev/app")


def test_other_resources_and_harmless_actions_do_not_hold() -> None:
    plan = hand_made_plan(
        resource("aws_db_instance.main", ResourceAction.UPDATE),
        resource("aws_s3_bucket.logs", ResourceAction.CREATE),
        resource("aws_security_group.web", ResourceAction.REPLACE),
        resource("aws_s3_bucket_policy.logs", ResourceAction.DELETE),
    )
    assert holds_for_plan(plan, TowpathConfig().data_types) == ()

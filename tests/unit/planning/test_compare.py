"""Comparing a plan with the approved one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hand_made import hand_made_plan, resource

from towpath.model.paths import UnitPath
from towpath.model.plans import AttributeChange, OutputChange, Plan, ResourceAction, ResourceChange
from towpath.planning.compare import Verdict, compare

CREATE, UPDATE, REPLACE = ResourceAction.CREATE, ResourceAction.UPDATE, ResourceAction.REPLACE
DELETE, NO_OP, READ, FORGET = ResourceAction.DELETE, ResourceAction.NO_OP, ResourceAction.READ, ResourceAction.FORGET


def verdict(approved: Plan, fresh: Plan) -> Verdict:
    return compare(approved, fresh).verdict


def test_the_same_plan_again_is_equal() -> None:
    plan = hand_made_plan(resource("aws_vpc.main", UPDATE, cidr="10.0.0.0/16"))
    comparison = compare(plan, plan)
    assert comparison.verdict is Verdict.EQUAL
    assert comparison.differences == ()


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        (CREATE, NO_OP, Verdict.SMALLER),
        (UPDATE, NO_OP, Verdict.SMALLER),
        (DELETE, NO_OP, Verdict.SMALLER),
        (REPLACE, UPDATE, Verdict.SMALLER),
        (REPLACE, CREATE, Verdict.SMALLER),
        (NO_OP, READ, Verdict.EQUAL),
        (READ, NO_OP, Verdict.EQUAL),
        (NO_OP, CREATE, Verdict.MORE),
        (NO_OP, DELETE, Verdict.MORE),
        (READ, UPDATE, Verdict.MORE),
        (CREATE, REPLACE, Verdict.MORE),
        (CREATE, UPDATE, Verdict.MORE),
        (UPDATE, REPLACE, Verdict.MORE),
        (UPDATE, DELETE, Verdict.MORE),
        (REPLACE, DELETE, Verdict.MORE),
        (DELETE, FORGET, Verdict.MORE),
        (FORGET, DELETE, Verdict.MORE),
    ],
)
@pytest.mark.parametrize("provisional", [False, True])
def test_what_happens_to_a_resource(
    was: ResourceAction, now: ResourceAction, expected: Verdict, provisional: bool
) -> None:
    approved = hand_made_plan(resource("aws_s3_bucket.logs", was), provisional=provisional)
    assert verdict(approved, hand_made_plan(resource("aws_s3_bucket.logs", now))) is expected


def test_a_resource_nobody_saw_is_named() -> None:
    comparison = compare(hand_made_plan(), hand_made_plan(resource("aws_db_instance.main", DELETE)))
    assert comparison.more == ("aws_db_instance.main: delete was not approved.",)


def test_what_an_interrupted_apply_left_is_explained() -> None:
    comparison = compare(hand_made_plan(resource("a.one", CREATE)), hand_made_plan(resource("a.one", REPLACE)))
    assert comparison.more == (
        (
            "a.one: create was approved, now it is replace. It is there by now; an apply that did not come to its end "
            "leaves what it was making half made."
        ),
    )


def test_more_outweighs_less() -> None:
    approved = hand_made_plan(resource("a.one", CREATE))
    comparison = compare(approved, hand_made_plan(resource("a.two", CREATE)))
    assert comparison.verdict is Verdict.MORE
    assert comparison.differences == ("a.two: create was not approved.", "a.one: create is no longer needed.")


def test_an_exact_value_that_changes_is_more() -> None:
    approved = hand_made_plan(resource("aws_vpc.main", UPDATE, cidr="10.0.0.0/16"))
    fresh = hand_made_plan(resource("aws_vpc.main", UPDATE, cidr="10.1.0.0/16"))
    assert compare(approved, fresh).more == ("aws_vpc.main: cidr gets another value than was approved.",)


def test_true_is_not_one() -> None:
    approved = hand_made_plan(resource("a.b", UPDATE, flag=True))
    assert verdict(approved, hand_made_plan(resource("a.b", UPDATE, flag=1))) is Verdict.MORE


def test_an_exact_value_that_is_unknown_now_is_more() -> None:
    approved = hand_made_plan(resource("a.b", UPDATE, name="x"))
    assert verdict(approved, hand_made_plan(resource("a.b", UPDATE, name=...))) is Verdict.MORE


def test_an_unknown_value_may_become_known() -> None:
    approved = hand_made_plan(resource("a.b", CREATE, subnet=..., name="x"))
    assert verdict(approved, hand_made_plan(resource("a.b", CREATE, subnet="subnet-1", name="x"))) is Verdict.EQUAL


def test_what_was_unknown_as_a_whole_may_unfold() -> None:
    approved = hand_made_plan(resource("a.b", UPDATE, tags=...))
    unfolded = AttributeChange("tags.team", None, "x"), AttributeChange("tags[0]", None, "y")
    fresh = hand_made_plan(ResourceChange("a.b", "a", UPDATE, unfolded))
    assert verdict(approved, fresh) is Verdict.SMALLER


def test_another_attribute_of_the_same_resource_is_more() -> None:
    approved = hand_made_plan(resource("a.b", UPDATE, one=1))
    comparison = compare(approved, hand_made_plan(resource("a.b", UPDATE, one=1, two=2)))
    assert comparison.more == ("a.b: two changes too; that was not approved.",)


def test_an_attribute_less_is_smaller() -> None:
    approved = hand_made_plan(resource("a.b", UPDATE, one=1, two=2))
    assert verdict(approved, hand_made_plan(resource("a.b", UPDATE, one=1))) is Verdict.SMALLER


def test_mocked_values_becoming_real_are_what_a_provisional_plan_waits_for() -> None:
    approved = hand_made_plan(resource("aws_subnet.a", CREATE, vpc_id="mock-vpc"), provisional=True)
    fresh = hand_made_plan(resource("aws_subnet.a", CREATE, vpc_id="vpc-123", zone="a"))
    assert verdict(approved, fresh) is Verdict.EQUAL


def test_a_further_attribute_of_an_update_is_more_even_after_a_provisional_plan() -> None:
    approved = hand_made_plan(resource("a.b", UPDATE, vpc_id="mock"), provisional=True)
    assert verdict(approved, hand_made_plan(resource("a.b", UPDATE, vpc_id="vpc-1", acl="public"))) is Verdict.MORE


def test_objects_of_one_address_are_told_apart() -> None:
    approved = hand_made_plan(resource("a.b", UPDATE))
    fresh = hand_made_plan(resource("a.b", UPDATE), resource("a.b", DELETE))
    assert compare(approved, fresh).more == ("a.b: delete was not approved.",)


def test_destroying_the_unit_was_not_approved() -> None:
    assert verdict(hand_made_plan(), hand_made_plan(is_destroy=True)) is Verdict.MORE
    assert verdict(hand_made_plan(is_destroy=True), hand_made_plan()) is Verdict.MORE


def test_a_plan_of_another_unit_is_never_covered() -> None:
    plan = hand_made_plan()
    other = replace(plan, binding=replace(plan.binding, unit=UnitPath("prod/app")))
    assert verdict(plan, other) is Verdict.MORE


def test_mocks_where_there_were_none_are_more() -> None:
    assert verdict(hand_made_plan(), hand_made_plan(provisional=True)) is Verdict.MORE


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        (OutputChange("id", CREATE, None, "a"), OutputChange("id", CREATE, None, "a"), Verdict.EQUAL),
        (OutputChange("id", CREATE, None, "a"), OutputChange("id", CREATE, None, "b"), Verdict.MORE),
        (OutputChange("id", CREATE, None, None), OutputChange("id", CREATE, None, "b"), Verdict.EQUAL),
        (OutputChange("id", UPDATE, None, "a"), OutputChange("id", NO_OP, "a", "a"), Verdict.SMALLER),
        (OutputChange("id", NO_OP, "a", "a"), OutputChange("id", UPDATE, "a", "b"), Verdict.MORE),
    ],
)
def test_outputs(was: OutputChange, now: OutputChange, expected: Verdict) -> None:
    assert verdict(hand_made_plan(outputs=(was,)), hand_made_plan(outputs=(now,))) is expected


def test_outputs_of_a_provisional_plan_stem_from_mocks() -> None:
    was, now = OutputChange("id", CREATE, None, "mock"), OutputChange("id", CREATE, None, "real")
    approved = hand_made_plan(outputs=(was,), provisional=True)
    assert verdict(approved, hand_made_plan(outputs=(now, OutputChange("other", CREATE)))) is Verdict.EQUAL

"""Who may do what where: a table of roles and acts, then places, groups and tokens."""

from __future__ import annotations

from dataclasses import replace

import pytest

from towpath.access import Act, Place, may, may_in_part, why_not
from towpath.model.paths import UnitPath
from towpath.model.people import Caller, Grant, Person, Role, Scopes, Via

ANN = Person("1", "Ann", "ann@example.com", ("platform",))
INFRA = Place("infra")
PROD = Place("infra", "prod")
PROD_VPC = Place("infra", "prod", UnitPath("prod/eu-west-1/vpc"))


def asking(*grants: Grant, person: Person = ANN, scopes: Scopes | None = None) -> Caller:
    return Caller(person, grants, scopes, Via.TOKEN if scopes else Via.SESSION)


@pytest.mark.parametrize(
    ("role", "acts"),
    [
        (Role.VIEWER, {Act.SEE}),
        (Role.PLANNER, {Act.SEE, Act.PLAN}),
        (Role.APPROVER, {Act.SEE, Act.PLAN, Act.APPROVE}),
        (Role.OPERATOR, {Act.SEE, Act.PLAN, Act.APPROVE, Act.OPERATE}),
        (Role.ADMIN, set(Act)),
    ],
)
def test_a_role_lets_through_what_it_says_and_what_lower_ones_do(role: Role, acts: set[Act]) -> None:
    granted = asking(Grant(role))
    own = asking(person=replace(ANN, role=role))
    assert {act for act in Act if may(granted, act, PROD_VPC)} == acts
    assert {act for act in Act if may(own, act, Place())} == acts


def test_without_a_grant_nothing_is_allowed() -> None:
    assert not any(may(asking(), act, place) for act in Act for place in (Place(), INFRA, PROD, PROD_VPC))


@pytest.mark.parametrize(
    ("grant", "fits"),
    [
        (Grant(Role.VIEWER), True),
        (Grant(Role.VIEWER, people=("ann@example.com",)), True),
        (Grant(Role.VIEWER, people=("Ann@Example.com",)), True),
        (Grant(Role.VIEWER, people=("*@example.com",)), True),
        (Grant(Role.VIEWER, people=("bob@example.com",)), False),
        (Grant(Role.VIEWER, people=("ann@example.com.evil.org",)), False),
        (Grant(Role.VIEWER, groups=("platform",)), True),
        (Grant(Role.VIEWER, groups=("plat",)), False),
        (Grant(Role.VIEWER, people=("bob@example.com",), groups=("platform",)), True),
        (Grant(Role.VIEWER, people=("ann@example.com",), groups=("other",)), True),
    ],
)
def test_a_grant_is_for_its_people_and_groups(grant: Grant, fits: bool) -> None:
    assert may(asking(grant), Act.SEE, INFRA) is fits


def test_a_group_of_the_provider_is_matched_part_by_part() -> None:
    person = replace(ANN, groups=("org/platform/admins",))
    assert not may(asking(Grant(Role.ADMIN, groups=("org/*",)), person=person), Act.ADMINISTER, Place())
    assert may(asking(Grant(Role.ADMIN, groups=("org/**",)), person=person), Act.ADMINISTER, Place())


@pytest.mark.parametrize(
    ("grant", "whole", "part"),
    [
        (Grant(Role.OPERATOR), {INFRA, PROD, PROD_VPC}, {INFRA, PROD, PROD_VPC}),
        (Grant(Role.OPERATOR, environments=("**",)), {INFRA, PROD, PROD_VPC}, {INFRA, PROD, PROD_VPC}),
        (Grant(Role.OPERATOR, environments=("prod",)), {PROD, PROD_VPC}, {INFRA, PROD, PROD_VPC}),
        (Grant(Role.OPERATOR, environments=("dev",)), set(), {INFRA}),
        (Grant(Role.OPERATOR, paths=("prod/*/vpc",)), {PROD_VPC}, {INFRA, PROD, PROD_VPC}),
        (Grant(Role.OPERATOR, paths=("prod/*/app",)), set(), {INFRA, PROD}),
        (Grant(Role.OPERATOR, repositories=("other",)), set(), set()),
        (Grant(Role.OPERATOR, ("bob@example.com",)), set(), set()),
    ],
)
def test_a_grant_counts_where_it_holds_for_the_whole_place(grant: Grant, whole: set[Place], part: set[Place]) -> None:
    places = (INFRA, PROD, PROD_VPC)
    assert {place for place in places if may(asking(grant), Act.OPERATE, place)} == whole
    assert {place for place in places if may_in_part(asking(grant), Act.OPERATE, place)} == part


def test_grants_add_up() -> None:
    caller = asking(Grant(Role.VIEWER), Grant(Role.OPERATOR, environments=("dev",)))
    assert may(caller, Act.OPERATE, Place("infra", "dev"))
    assert may(caller, Act.SEE, PROD)
    assert not may(caller, Act.OPERATE, PROD)


def test_a_token_lets_through_no_more_than_its_scopes_and_no_more_than_its_owner_may() -> None:
    owner = (Grant(Role.OPERATOR, repositories=("infra",)),)
    planning = Scopes(Role.PLANNER, environments=("prod",))
    assert may(asking(*owner, scopes=planning), Act.PLAN, PROD)
    assert not may(asking(*owner, scopes=planning), Act.APPROVE, PROD)
    assert not may(asking(*owner, scopes=planning), Act.PLAN, INFRA)
    assert not may(asking(*owner, scopes=Scopes(Role.ADMIN)), Act.ADMINISTER, INFRA)
    assert not may(asking(*owner, scopes=Scopes(Role.ADMIN)), Act.SEE, Place("other"))


def test_who_is_disabled_may_nothing_whatever_they_were_granted() -> None:
    gone = asking(Grant(Role.ADMIN), person=replace(ANN, active=False, role=Role.ADMIN))
    assert not any(may(gone, act, INFRA) or may_in_part(gone, act, INFRA) for act in Act)
    problem = why_not(gone, Act.SEE, INFRA)
    assert problem is not None
    assert problem.id == "account-disabled"


def test_why_not_names_what_is_needed_and_what_is_there() -> None:
    problem = why_not(asking(Grant(Role.PLANNER)), Act.APPROVE, PROD_VPC)
    assert problem is not None
    assert problem.id == "not-allowed"
    assert problem.detail == (
        "To approve in prod/eu-west-1/vpc in prod in the repository infra takes the role approver; "
        "ann@example.com has planner there."
    )
    assert problem.hint is not None
    assert "approver" in problem.hint
    assert why_not(asking(Grant(Role.APPROVER)), Act.APPROVE, PROD_VPC) is None


def test_why_not_tells_a_narrow_token_from_a_missing_role() -> None:
    narrow = asking(Grant(Role.ADMIN), scopes=Scopes(Role.VIEWER, ("infra",)))
    problem = why_not(narrow, Act.PLAN, INFRA)
    assert problem is not None
    assert "the token does not let it through (at most viewer, in repositories infra)" in problem.detail
    nobody = why_not(asking(scopes=Scopes(Role.ADMIN)), Act.PLAN, Place())
    assert nobody is not None
    assert "has no role there" in nobody.detail
    assert "all repositories" in nobody.detail

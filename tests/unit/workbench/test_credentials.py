"""Whose credentials a unit is worked on with."""

from __future__ import annotations

import pytest

from towpath.hcl.values import Sensitive
from towpath.model.accounts import Account
from towpath.model.paths import unit_path
from towpath.runs.workbench.credentials import Purpose, UnitCredentials
from towpath.system.aws import AwsCredentials, FakeAws
from towpath.terragrunt.config import UnitConfig

UNIT = unit_path("dev/us-east-1/vpc")
PLAN, APPLY, OWN = (f"arn:aws:iam::111111111111:role/{name}" for name in ("plan", "apply", "own"))
BOTH = Account("dev", "111111111111", 1, plan_role=PLAN, apply_role=APPLY)
NEITHER = Account("dev", "111111111111", 1)


@pytest.fixture
def aws() -> FakeAws:
    fake = FakeAws()
    fake.roles = {role: AwsCredentials(role[-5:], "secret") for role in (PLAN, APPLY, OWN)}
    return fake


def test_one_role_for_looking_and_one_for_changing(aws: FakeAws) -> None:
    given = UnitCredentials(aws, "run1")
    given.of(BOTH, None, UNIT, Purpose.PLAN)
    given.of(BOTH, None, UNIT, Purpose.APPLY)
    assert [request.role for request in aws.assumed] == [PLAN, APPLY]
    assert {request.session for request in aws.assumed} == {"towpath-run1-dev-us-east-1-vpc"}


def test_the_accounts_role_comes_before_the_units(aws: FakeAws) -> None:
    UnitCredentials(aws, "run1").of(BOTH, UnitConfig(UNIT, iam_role=OWN), UNIT, Purpose.PLAN)
    assert [request.role for request in aws.assumed] == [PLAN]


def test_the_units_own_role(aws: FakeAws) -> None:
    config = UnitConfig(
        UNIT, iam_role=OWN, iam_assume_role_duration=900, iam_assume_role_session_name="mine & only",
        iam_web_identity_token=Sensitive("jwt"),
    )  # fmt: skip
    UnitCredentials(aws, "run1").of(NEITHER, config, UNIT, Purpose.APPLY)
    (request,) = aws.assumed
    assert (request.role, request.seconds, request.session) == (OWN, 900, "mine-only")
    assert request.web_identity_token == "jwt"
    assert "jwt" not in repr(request)


@pytest.mark.parametrize("account", [None, NEITHER])
def test_without_any_role_nothing_is_assumed(aws: FakeAws, account: Account | None) -> None:
    assert UnitCredentials(aws, "run1").of(account, UnitConfig(UNIT), UNIT, Purpose.APPLY) is None
    assert UnitCredentials(aws, "run1").of(account, None, UNIT, Purpose.PLAN) is None
    assert aws.assumed == []

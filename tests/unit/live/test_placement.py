"""A unit's path decides where it lands."""

from __future__ import annotations

import pytest

from towpath.config import load_accounts, load_config
from towpath.live.placement import Placement, Placer
from towpath.model.paths import UnitPath

CONFIG = """
accounts:
  dev: {deploy_order: 1}
  stage: {deploy_order: 2, regions: [eu-west-1]}
  prod: {deploy_order: 3, regions: [us-east-1, eu-west-1]}
  logs: {deploy_order: 1, paths: ["security/**/logs/**", "dev/logging"]}
outside_accounts: {deploy_order: 9}
units:
  layers: {"**/rds": data, "**/r*": foundation, "prod/**": app}
allow_protected: ["dev/**"]
"""


def place(path: str, config: str = CONFIG) -> Placement:
    loaded = load_config(config.encode())
    accounts = load_accounts(lambda _: None, loaded)
    assert (*loaded.problems, *accounts.problems) == ()
    return Placer(loaded.value, accounts).place(UnitPath(path))


@pytest.mark.parametrize(
    ("path", "account", "tier"),
    [
        ("dev/us-east-1/vpc", "dev", 1),
        ("dev", "dev", 1),
        ("prod/vpc", "prod", 3),
        ("security/eu/logs/bucket", "logs", 1),
        ("dev/logging", "logs", 1),
        ("devil/vpc", None, 9),
        ("_global/dns", None, 9),
        (".", None, 9),
    ],
)
def test_the_account_is_the_pattern_that_fits_or_the_first_folder(path: str, account: str | None, tier: int) -> None:
    placement = place(path)
    assert (placement.account.name if placement.account else None, placement.tier) == (account, tier)


@pytest.mark.parametrize(
    ("path", "region"),
    [
        ("dev/us-east-1/vpc", "us-east-1"),
        ("dev/ap-southeast-2/us-east-1", "ap-southeast-2"),
        ("dev/us-gov-west-1/vpc", "us-gov-west-1"),
        ("dev/eusc-de-east-1/x", "eusc-de-east-1"),
        ("dev/vpc", None),
        ("dev/my-east-1/vpc", None),
        ("dev/us-east-1-vpc", None),
        ("stage/vpc", "eu-west-1"),
        ("stage/us-east-2/vpc", "us-east-2"),
        ("prod/vpc", None),
    ],
)
def test_the_region_is_in_the_path_or_the_accounts_only_one(path: str, region: str | None) -> None:
    assert place(path).region == region


def test_the_first_layer_that_fits_counts() -> None:
    assert [place(path).layer for path in ("dev/rds", "dev/redis", "prod/x", "dev/x")] == [
        "data",
        "foundation",
        "app",
        None,
    ]


@pytest.mark.parametrize(
    ("path", "protected"),
    [
        ("prod/us-east-1/ecs-deploy-runner", True),
        ("prod/ecs-deploy-runner/role", True),
        ("towpath", True),
        ("prod/towpath-ui", False),
        ("dev/ecs-deploy-runner", False),
    ],
)
def test_what_deploys_is_protected_unless_allowed(path: str, protected: bool) -> None:
    assert place(path).protected is protected


def test_without_accounts_everything_is_one_tier() -> None:
    assert {place(path, "").tier for path in ("dev/vpc", "prod/vpc", ".")} == {0}

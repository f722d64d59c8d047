"""Version constraints, as Terraform documents them."""

from __future__ import annotations

import pytest

from towpath.engines.terraform.versions import ConstraintError, meets


@pytest.mark.parametrize(
    ("version", "constraint", "met"),
    [
        ("1.11.4", ">= 1.6, < 2.0", True),
        ("2.0.0", ">= 1.6, < 2.0", False),
        ("1.11.4", "~> 1.9", True),
        ("2.0.0", "~> 1.9", False),
        ("1.8.9", "~> 1.9", False),
        ("1.9.7", "~> 1.9.2", True),
        ("1.10.0", "~> 1.9.2", False),
        ("1.9.1", "~> 1.9.2", False),
        ("1.5.0", "~> 1", True),
        ("1.9.2", "1.9.2", True),
        ("1.9.2", "= 1.9.3", False),
        ("1.9.2", "!= 1.9.2", False),
        ("v1.9.2", "> 1.9.1", True),
        ("1.9.2", "<= 1.9.2", True),
        ("1.10.0", "> 1.9", True),
        ("1.10.0-rc1", ">= 1.9", False),
        ("1.10.0-rc1", "1.10.0-rc1", True),
        ("1.10.0", "!= 1.10.0-rc1", True),
        ("1.11.4", "", True),
    ],
)
def test_constraints(version: str, constraint: str, met: bool) -> None:
    assert meets(version, constraint) is met


@pytest.mark.parametrize("constraint", ["latest", "1.x", ">=", "1.2.3.4", "=> 1.0"])
def test_what_is_no_constraint(constraint: str) -> None:
    with pytest.raises(ConstraintError):
        meets("1.9.2", constraint)

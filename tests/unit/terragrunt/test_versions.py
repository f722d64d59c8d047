from __future__ import annotations

import pytest

from towpath.terragrunt.versions import satisfies


@pytest.mark.parametrize(
    ("version", "constraint", "expected"),
    [
        ("1.2.3", "1.2.3", True),
        ("v1.2.3", "= 1.2.3", True),
        ("1.2", "1.2.0", True),
        ("1.2.3", "!= 1.2.3", False),
        ("1.10.0", "> 1.9", True),
        ("1.2.3", ">= 1.0, < 1.2", False),
        ("1.2.3", ">= 1.0,<2", True),
        ("1.2.9", "~> 1.2.3", True),
        ("1.3.0", "~> 1.2.3", False),
        ("1.9", "~> 1.2", True),
        ("2.0", "~> 1.2", False),
        ("1.2.3", "~> 1", True),
        ("2.0.0-rc1", ">= 1.0", False),
        ("2.0.0-rc2", ">= 2.0.0-rc1", True),
        ("2.0.0-rc.10", "> 2.0.0-rc.9", True),
        ("2.0.0-rc1", "= 2.0.0-rc1", True),
        ("2.0.0", "> 2.0.0-rc1", True),
        ("1.2.3+build", "1.2.3", True),
        ("1.2.3", "~> 1.2.0-rc1", False),
        ("1.2.0-rc2", "~> 1.2.0-rc1", True),
    ],
)
def test_constraints(version: str, constraint: str, expected: bool) -> None:
    assert satisfies(version, constraint) is expected


@pytest.mark.parametrize(
    ("version", "constraint"), [("one", "1"), ("1", "latest"), ("1", ""), ("1", ">= "), ("1", "=> 1"), ("1..2", "1")]
)
def test_what_is_neither_is_refused(version: str, constraint: str) -> None:
    with pytest.raises(ValueError, match="is not a"):
        satisfies(version, constraint)

"""Patterns of hooks and retries."""

from __future__ import annotations

import pytest

from towpath.engines.terraform.patterns import any_found, broken_patterns
from towpath.model.paths import unit_path
from towpath.problems import Place
from towpath.terragrunt.config import Hook, Retry, UnitConfig


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        ((), False),
        (("Error: .*quota",), True),
        (("^Error",), False),
        (("(?s)first.*quota",), True),
        (("nothing", ".*"), True),
        (("(",), False),
    ],
)
def test_patterns_are_looked_for(patterns: tuple[str, ...], found: bool) -> None:
    assert any_found(patterns, "first\nError: no quota\n") is found


def test_a_pattern_that_is_none_is_told_with_its_place() -> None:
    place = Place("dev/vpc/terragrunt.hcl", 3, 1)
    config = UnitConfig(
        unit_path("dev/vpc"),
        retries=(Retry("odd", ("fine", "(")),),
        error_hooks=(Hook("page", on_errors=("[",)),),
        provenance={"errors.retry.odd": place},
    )
    first, second = broken_patterns(config)
    assert (first.id, first.place) == ("invalid-pattern", place)
    assert "errors.retry.odd" in first.detail
    assert "terraform.error_hook.page" in second.detail


def test_a_hostile_pattern_does_not_hang() -> None:
    assert not any_found(("(a+)+$",), "a" * 100_000 + "b")

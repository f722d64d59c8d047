"""Units that somebody names."""

from __future__ import annotations

import pytest
from hand_made import HEAD, hand_made_live, hand_made_unit

from towpath.changes import select_units
from towpath.model.changes import Action, Held
from towpath.model.paths import UnitPath
from towpath.planning import plan_walk
from towpath.problems import Problem

BROKEN = Problem("broken", "Broken", unit="dev/broken")
LIVE = hand_made_live(
    hand_made_unit("dev/vpc"),
    hand_made_unit("dev/db", "dev/vpc"),
    hand_made_unit("prod/app", "dev/db"),
    hand_made_unit("dev/broken", problems=(BROKEN,)),
    hand_made_unit("dev/towpath", protected=True),
)


def paths(*names: str) -> list[UnitPath]:
    return [UnitPath(name) for name in names]


def test_named_units_are_applied_as_they_stand() -> None:
    changes = select_units(LIVE, paths("dev/db", "dev/vpc"), Action.APPLY)
    assert [(unit.path, unit.action, unit.reasons) for unit in changes.units] == [
        ("dev/db", Action.APPLY, ()),
        ("dev/vpc", Action.APPLY, ()),
    ]
    assert (changes.head, changes.may_follow) == (HEAD, ())


def test_problems_of_other_units_are_not_told() -> None:
    assert select_units(LIVE, paths("dev/vpc"), Action.APPLY).problems == ()
    assert select_units(LIVE, paths("dev/broken"), Action.APPLY).problems == (BROKEN,)


def test_a_broken_unit_is_left_alone_and_a_protected_one_held() -> None:
    broken, guarded = select_units(LIVE, paths("dev/broken", "dev/towpath"), Action.APPLY).units
    assert broken.action is Action.NONE
    assert guarded.held is Held.PROTECTED


def test_what_is_still_used_is_not_destroyed() -> None:
    changes = select_units(LIVE, paths("dev/vpc"), Action.DESTROY)
    assert [unit.action for unit in changes.units] == [Action.NONE]
    assert [problem.hint for problem in changes.problems] == ["Name what uses it, too: dev/db"]


def test_destruction_goes_against_dependencies_over_all_tiers() -> None:
    changes = select_units(LIVE, paths("dev/vpc", "dev/db", "prod/app"), Action.DESTROY)
    walk = plan_walk(changes, LIVE, LIVE)
    assert [tier.levels for tier in walk.tiers] == [(("prod/app",), ("dev/db",), ("dev/vpc",))]
    assert {step.commit for step in walk.steps()} == {HEAD}


def test_a_path_that_is_no_unit_is_the_callers_mistake() -> None:
    with pytest.raises(KeyError):
        select_units(LIVE, paths("dev/nowhere"), Action.APPLY)

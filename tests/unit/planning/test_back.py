"""Going back: each unit to what it was before, what was new away again, what was gone back again."""

from __future__ import annotations

from dataclasses import replace

from hand_made import hand_made_live, hand_made_unit

from towpath.live import Live
from towpath.model.changes import Action
from towpath.model.paths import UnitPath
from towpath.planning import walk_back

APP, DB, NEW, GONE = (UnitPath(f"dev/{name}") for name in ("app", "db", "new", "gone"))


def live(commit: str, *names: str) -> Live:
    needs = {"dev/app": ("dev/db",), "dev/new": ("dev/db",)}
    return hand_made_live(
        *(hand_made_unit(name, *needs.get(name, ()), fingerprint=f"{name}@{commit}") for name in names), commit=commit
    )


def test_each_unit_goes_back_to_where_it_stood() -> None:
    then = live("then", APP, DB, NEW)
    older, oldest = live("older", APP, DB, GONE), live("oldest", APP, DB, GONE)
    walk = walk_back(then, then, {APP: older, DB: oldest, NEW: None, GONE: older})
    steps = {step.unit: step for step in walk.steps()}
    assert {unit: (step.action, step.commit) for unit, step in steps.items()} == {
        APP: (Action.APPLY, "older"),
        DB: (Action.APPLY, "oldest"),
        NEW: (Action.DESTROY, "then"),
        GONE: (Action.APPLY, "older"),
    }
    assert steps[APP].waits_for == (DB,)
    assert steps[APP].fingerprint == "dev/app@older"


def test_units_that_the_run_did_not_touch_stay() -> None:
    then = live("then", APP, DB)
    walk = walk_back(then, then, {APP: live("older", APP, DB)})
    assert [step.unit for step in walk.steps()] == [APP]


def test_what_stands_as_it_stood_needs_no_going_back() -> None:
    then = live("then", APP)
    same = replace(then, commit="older")
    assert walk_back(then, then, {APP: same}).is_empty


def test_what_is_protected_now_is_held() -> None:
    then = hand_made_live(hand_made_unit(APP, fingerprint="new"), commit="then")
    older = hand_made_live(hand_made_unit(APP, fingerprint="old", protected=True), commit="older")
    (step,) = walk_back(then, then, {APP: older}).steps()
    assert step.held is not None

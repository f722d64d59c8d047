"""A drift run compares what was applied with what is there, and takes back nothing it cannot know."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from run_house import House, statuses, step, walk

from towpath.model.paths import UnitPath

APP = UnitPath("dev/app")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "state")


def change_by_hand(house: House) -> None:
    state = house.cloud.get(APP)
    assert state is not None
    house.cloud.put(APP, replace(state, serial=state.serial + 1, resources={"main": "by hand"}))


def test_what_was_changed_by_hand_has_drifted(house: House) -> None:
    house.apply(walk(step(APP)))
    change_by_hand(house)
    view = house.drive(house.create(walk(step(APP)), "drift"))
    assert statuses(view) == {APP: "drifted"}


def test_what_another_run_applied_meanwhile_has_not_drifted(house: House) -> None:
    house.apply(walk(step(APP)))
    drift = house.create(walk(step(APP)), "drift")
    house.apply(walk(step(APP), head="commit-2"))
    view = house.resume(drift)
    assert statuses(view) == {APP: "unchanged"}
    assert "applied meanwhile" in (view.units[0].row.reason or "")

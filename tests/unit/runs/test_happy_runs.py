"""Runs in which nothing goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_house import House, statuses, step, walk

from towpath.model.changes import Action
from towpath.model.gates import GateSpec
from towpath.model.paths import UnitPath
from towpath.model.runs import RunSettings, RunStatus


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "state")


def test_three_tiers_are_applied_one_after_the_other(house: House) -> None:
    view = house.apply(walk(step("dev/app", 1), step("stage/app", 2), step("prod/app", 3)))

    assert view.status is RunStatus.SUCCEEDED
    assert statuses(view) == {"dev/app": "applied", "stage/app": "applied", "prod/app": "applied"}
    applied = [unit for what, unit in house.bench.calls if what == "apply"]
    assert applied == ["dev/app", "stage/app", "prod/app"]
    assert house.ledger() == {"dev/app": "commit-1", "stage/app": "commit-1", "prod/app": "commit-1"}

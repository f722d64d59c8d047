"""`towpath drift`: what something else changed since it was applied."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fake_cloud import UnitState
from run_house import House
from typed_runs import TypedRuns, live_files

from towpath.git import FakeRepository
from towpath.model.paths import UnitPath
from towpath.model.runs import RunKind
from towpath.stores.drift import DriftStore

VPC, APP = UnitPath("dev/vpc"), UnitPath("dev/app")


@pytest.fixture
def towpath(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[TypedRuns]:
    house = House(tmp_path / "state")
    yield TypedRuns(FakeRepository(live_files(configuration="")), capsys, house)
    house.check()
    house.state.close()


def drifted(towpath: TypedRuns) -> dict[UnitPath, datetime.datetime]:
    entries = DriftStore(towpath.house.state.database).entries()
    return {unit: entry.since for unit, entry in entries.items()}


def meddle(towpath: TypedRuns, unit: UnitPath) -> None:
    """Somebody changes a resource by hand."""
    before = towpath.house.cloud.get(unit)
    assert before is not None
    resources = dict.fromkeys(before.resources, "by hand")
    towpath.house.cloud.put(unit, UnitState(before.serial + 1, resources, before.outputs))


def test_what_is_as_it_was_applied_has_not_drifted(towpath: TypedRuns) -> None:
    towpath("apply")
    said = towpath("drift", "--json")
    assert (said.status, said.document["status"]) == (0, "succeeded")
    assert {unit["path"]: unit["status"] for unit in said.document["units"]} == {
        "dev/app": "unchanged",
        "dev/vpc": "unchanged",
        "prod/vpc": "unchanged",
    }
    assert drifted(towpath) == {}


def test_what_somebody_changed_is_told_and_kept_and_nothing_is_applied(towpath: TypedRuns) -> None:
    towpath("apply")
    meddle(towpath, VPC)
    found_at = towpath.house.clock.now()
    said = towpath("drift", "--json")
    assert (said.status, said.document["status"]) == (3, "succeeded")
    by_path = {unit["path"]: unit for unit in said.document["units"]}
    assert (by_path["dev/vpc"]["status"], by_path["dev/vpc"]["plan"]["change"]) == ("drifted", 1)
    assert by_path["dev/app"]["status"] == "unchanged"
    run = towpath.house.state.runs.runs()[0]
    assert (run.kind, run.reason, run.commits) == (RunKind.DRIFT, "dev/vpc drifted.", ())
    state = towpath.house.cloud.get(VPC)
    assert state is not None
    assert set(state.resources.values()) == {"by hand"}
    (entry,) = DriftStore(towpath.house.state.database).entries().values()
    assert (entry.unit, entry.run, entry.commit, entry.counts.change) == (
        VPC,
        run.id,
        towpath.house.ledger()[VPC],
        1,
    )
    assert entry.since >= found_at


def test_the_first_time_it_was_found_stays(towpath: TypedRuns) -> None:
    towpath("apply")
    meddle(towpath, VPC)
    towpath("drift")
    first = drifted(towpath)
    towpath.house.clock.advance(3600)
    towpath("drift")
    assert drifted(towpath) == first
    (entry,) = DriftStore(towpath.house.state.database).entries().values()
    assert entry.at > entry.since


def test_an_apply_or_another_look_clears_it(towpath: TypedRuns) -> None:
    towpath("apply")
    before = towpath.house.cloud.get(VPC)
    assert before is not None
    meddle(towpath, VPC)
    meddle(towpath, APP)
    towpath("drift")
    assert set(drifted(towpath)) == {VPC, APP}
    # Somebody takes it back by hand.
    towpath.house.cloud.put(VPC, replace(before, serial=before.serial + 2))
    assert towpath("drift", "dev/vpc").status == 0
    assert set(drifted(towpath)) == {APP}
    towpath("apply", "dev/app")
    assert drifted(towpath) == {}


def test_it_compares_with_what_was_applied_and_not_with_the_newest_commit(towpath: TypedRuns) -> None:
    towpath("apply")
    towpath.repository.commit(live_files(size=2, configuration=""))
    assert towpath("drift").status == 0


def test_patterns_of_units_and_accounts(towpath: TypedRuns) -> None:
    towpath("apply")

    def compared(*arguments: str) -> list[str]:
        return [unit["path"] for unit in towpath("drift", "--json", *arguments).document["units"]]

    assert compared("*/vpc") == ["dev/vpc", "prod/vpc"]
    assert compared("--account", "dev") == ["dev/app", "dev/vpc"]
    assert compared("*/vpc", "--account", "dev") == ["dev/vpc"]
    said = towpath("drift", "nowhere/**", "--json")
    assert (said.status, said.document["problems"][0]["id"]) == (2, "nothing-applied-fits")


def test_before_anything_was_applied_there_is_nothing_to_compare(towpath: TypedRuns) -> None:
    said = towpath("drift")
    assert said.status == 0
    assert "Nothing to compare" in said.out


def test_a_unit_that_cannot_be_planned_halts_and_can_be_tried_again(towpath: TypedRuns) -> None:
    towpath("apply")
    meddle(towpath, VPC)
    towpath.house.bench.plan_failures[APP] = 1
    said = towpath("drift", "--json")
    assert (said.status, said.document["status"]) == (1, "halted")
    assert set(drifted(towpath)) == {VPC}
    again = towpath("resume", said.document["run"], "--json")
    assert again.document["status"] == "succeeded"


def test_drift_is_never_applied(towpath: TypedRuns) -> None:
    towpath("apply")
    meddle(towpath, VPC)
    run = towpath("drift", "--json").document["run"]
    said = towpath("apply", "--run", run, "--json")
    assert said.document["problems"][0]["id"] in ("not-planned", "run-has-ended")
    state = towpath.house.cloud.get(VPC)
    assert state is not None
    assert set(state.resources.values()) == {"by hand"}

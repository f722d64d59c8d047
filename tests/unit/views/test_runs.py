"""Runs on the terminal: the list, one run tier by tier, and what to type next."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from run_house import House, step, walk

from towpath.model.gates import GateSpec
from towpath.model.paths import UnitPath
from towpath.runs import RunView
from towpath.views.runs import run_lines, runs_table
from towpath.views.tables import aligned

GATE = GateSpec("prod", 1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "state")
    yield house
    house.state.close()


def shown(view: RunView) -> list[str]:
    return [one.plain() for one in run_lines(view)]


def test_a_run_is_shown_tier_by_tier_with_its_plans(house: House) -> None:
    lines = shown(house.apply(walk(step("dev/vpc"), step("prod/vpc", 2))))
    assert lines[0].startswith("Run ")
    assert lines[0].endswith("apply of commit-1, succeeded")
    assert lines[lines.index("Tier 1: dev") + 1].split()[:3] == ["dev/vpc", "applied", "+1"]
    assert lines[lines.index("Tier 2: prod") + 1].split()[:2] == ["prod/vpc", "applied"]
    assert not any("towpath" in one for one in lines), "nothing is left to type"


def test_a_waiting_run_says_for_what_and_offers_each_answer(house: House) -> None:
    view = house.apply(walk(step("dev/vpc"), step("prod/vpc", 2), gates=[GATE]))
    lines = shown(view)
    assert "waits  prod: 1 approval is missing." in lines
    typed = [one.split("  ")[1] for one in lines if one.startswith("  towpath")]
    assert typed == [f"towpath {word} {view.id}" for word in ("approve", "reject", "resume")]
    approved = shown(house.runs.approve(view.id, "bob"))
    assert not any("towpath approve" in one for one in approved)


def test_a_halted_run_leads_to_the_log_of_what_failed(house: House) -> None:
    house.bench.apply_failures[UnitPath("dev/vpc")] = 1
    view = house.apply(walk(step("dev/vpc"), step("dev/app", 1, ["dev/vpc"])))
    lines = shown(view)
    logs = next(one for one in lines if "towpath logs" in one)
    resume = next(one for one in lines if "towpath resume" in one)
    assert logs.split()[:4] == ["towpath", "logs", view.id, "dev/vpc"]
    assert logs.index("what happened") == resume.index("try again"), "the meanings stand below each other"


def test_a_run_whose_process_died_can_be_resumed(house: House) -> None:
    run = house.create(walk(step("dev/vpc")))
    lines = shown(house.runs.view(run))
    assert "waits  No process works on it: it goes on when it is resumed." in lines
    assert any(one.startswith(f"  towpath resume {run}") for one in lines)


def test_the_list_has_a_row_for_each_run(house: House) -> None:
    older, newer = house.plan(walk(step("dev/vpc"))).id, house.apply(walk(step("dev/vpc"))).id
    heading, *rows = [one.plain() for one in aligned(runs_table(house.runs.list()))]
    assert heading.split() == ["RUN", "KIND", "STATUS", "CREATED", "AUTHOR", "COMMIT", "WHY"]
    assert [row.split()[:2] for row in rows] == [[newer, "apply"], [older, "plan"]]

"""The pages over what is really kept: a run that waits is looked at, approved and followed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hand_made import hand_made_live, hand_made_unit
from run_house import House, step, walk
from web_visits import FORM_KEY, KnownByName

from towpath.model.gates import GateSpec
from towpath.model.runs import RunStatus
from towpath.runs import RunRequest
from towpath.service.acting import Deciding, Repository
from towpath.service.beginning import Beginning, Wanted
from towpath.service.looking import Looking, Seen
from towpath.stores.audit import AuditLog
from towpath.stores.listing import Lists
from towpath.web import Services, create_app


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "state")
    yield house
    house.state.close()


def begins(wanted: Wanted, author: str) -> Beginning:
    found = walk(step("dev/app"), head="commit-2")
    return Beginning(found, RunRequest(found, wanted.kind, author), lambda *_: True)


@pytest.fixture
def grace(house: House) -> TestClient:
    lists, log = Lists(house.state.database), AuditLog(house.state.database)
    live = hand_made_live(hand_made_unit("prod/app"), hand_made_unit("dev/app"))
    looking = Looking({"": Seen(house.state, lambda: live)}, lists, log, {"lease": 60})
    repository = Repository(house.runs, lambda _: walk(), lambda _: walk(), RunRequest, begins)
    deciding = Deciding({"": repository}, lists, house.clock)
    app = create_app(Services(looking, looking, deciding, house.clock, KnownByName()))
    return TestClient(app, cookies={"name": "grace"}, headers={"accept": "text/html"}, follow_redirects=False)


def test_every_page_shows_what_is_kept(house: House, grace: TestClient) -> None:
    run = house.create(
        walk(step("dev/app"), step("prod/app", 2), gates=[GateSpec("prod", 1)]), author="ada@example.com"
    )
    house.drive(run)
    for path in (
        "/runs?text=commit-1",
        f"/runs/{run}",
        f"/runs/{run}/units/prod/app",
        "/estate",
        "/graph",
        "/units/dev/app",
        "/audit",
        "/settings",
        f"/runs/{run}/log/prod/app",
        f"/api/v1/runs/{run}/events",
    ):
        assert grace.get(path).status_code == 200, path
    assert "prod waits for 1 approval; you can give it." in grace.get(f"/runs/{run}").text
    assert "never applied" in grace.get("/estate").text
    gate = house.runs.view(run).open_gates[0].id
    answer = grace.post(f"/runs/{run}/approve", data={"form_key": FORM_KEY, "gate": gate})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/runs/{run}")
    assert "run approved" in grace.get("/audit").text
    assert house.drive(run).status is RunStatus.SUCCEEDED
    assert [one["run"] for one in grace.get("/api/v1/runs?status=succeeded").json()["runs"]] == [run]

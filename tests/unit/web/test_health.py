"""What machines ask: does it answer, can it work, how much is there to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient
from run_house import House, step, walk
from web_visits import KnownByName

from towpath.problems import Problem, ProblemError
from towpath.service.measures import Measures
from towpath.stores import WorkQueue
from towpath.web import Services, create_app


class Away:
    """A database that cannot be asked."""

    def text(self) -> bytes:
        raise ProblemError(_away())

    def is_ready(self) -> None:
        raise ProblemError(_away())


def _away() -> Problem:
    return Problem("database-unreachable", "The database cannot be reached", "db.internal:5432 does not answer.")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "state")


def visitor(house: House, measures: Any) -> TestClient:
    nothing = cast(Any, None)
    app = create_app(Services(nothing, nothing, nothing, house.clock, KnownByName(), measures=measures))
    return TestClient(app, follow_redirects=False, raise_server_exceptions=False)


def test_figures_are_for_those_who_may_see_everything(house: House) -> None:
    house.create(walk(step("dev/app")))
    client = visitor(house, Measures(WorkQueue(house.state.database, house.clock)))
    assert client.get("/metrics").status_code == 401
    answer = client.get("/metrics", headers={"authorization": "Bearer ada"})
    assert answer.status_code == 200
    lines = answer.text.splitlines()
    assert 'towpath_runs{status="running"} 1.0' in lines
    assert 'towpath_attempts{state="queued"} 0.0' in lines
    assert "towpath_workers 0.0" in lines
    assert any(line.startswith("process_resident_memory_bytes") for line in lines)
    assert "dev/app" not in answer.text


def test_it_is_ready_while_its_database_answers(house: House) -> None:
    ready = visitor(house, Measures(WorkQueue(house.state.database, house.clock))).get("/readyz")
    assert (ready.status_code, ready.text) == (200, "ready")


def test_strangers_do_not_learn_why_it_is_not_ready(house: House) -> None:
    client = visitor(house, Away())
    away = client.get("/readyz")
    assert (away.status_code, away.text) == (503, "not ready")
    assert "db.internal" not in client.get("/metrics").text
    assert client.get("/healthz").text == "ok"

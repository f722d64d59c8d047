"""The programming interface: the documents, who gets them, and what is done through it."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from made_up import MadeUp, made_up_services
from made_up_story import DATABASE, HALTED, WAITING, made_up_estate
from web_visits import FORM_KEY, KnownByName, person

from towpath.model.people import Grant, Role
from towpath.web import create_app

PATHS = [
    "/repositories",
    "/runs",
    f"/runs/{WAITING}",
    f"/runs/{WAITING}/units/{DATABASE}",
    f"/runs/{WAITING}/logs/{DATABASE}",
    f"/runs/{WAITING}/events",
    "/units",
    "/graph",
    "/estate",
    f"/history/{DATABASE}?repository=infrastructure-live",
    "/audit",
    "/settings",
    "/openapi.json",
]


@pytest.fixture
def estate() -> MadeUp:
    return made_up_estate(60)


@pytest.fixture
def app(estate: MadeUp) -> FastAPI:
    return create_app(made_up_services(estate))


def program(app: FastAPI, name: str) -> TestClient:
    headers = {"authorization": f"Bearer {name}"} if name else {}
    return TestClient(app, headers=headers, follow_redirects=False)


def get(client: TestClient, path: str) -> Any:
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("path", PATHS)
def test_programs_get_documents_and_strangers_nothing(app: FastAPI, path: str) -> None:
    assert program(app, "victor").get(f"/api/v1{path}").status_code == 200
    answer = program(app, "").get(f"/api/v1{path}")
    assert answer.status_code == 401
    assert [problem["id"] for problem in answer.json()["problems"]] == ["login-needed"]


def test_runs_are_listed_a_page_at_a_time(app: FastAPI) -> None:
    victor = program(app, "victor")
    first = get(victor, "/runs?repository=infrastructure-live")
    second = get(victor, f"/runs?repository=infrastructure-live&before={first['older']}")
    assert len(first["runs"]) == 50
    assert second["older"] is None
    assert not {run["run"] for run in first["runs"]} & {run["run"] for run in second["runs"]}
    (halted,) = get(victor, "/runs?status=halted")["runs"]
    assert halted["run"] == HALTED
    assert halted["tiers"][1]["units"] == {"failed": 1, "skipped": 1}


def test_a_run_is_the_command_lines_document_and_says_what_waits_for_the_one_who_asks(app: FastAPI) -> None:
    run = get(program(app, "ada"), f"/runs/{WAITING}")
    assert (run["run"], run["status"], run["repository"]) == (WAITING, "waiting", "infrastructure-live")
    assert any("you cannot give it: you wrote a commit in this run" in said for said in run["waiting_for"])
    unit = next(unit for unit in run["units"] if unit["path"] == DATABASE)
    assert unit["plan"]["replace"] == 1


def test_a_plan_comes_in_full_and_stays_masked(app: FastAPI) -> None:
    found = get(program(app, "victor"), f"/runs/{WAITING}/units/{DATABASE}")
    database = next(one for one in found["plan"]["resources"] if one["action"] == "replace")
    password = next(one for one in database["attributes"] if one["path"] == "password")
    assert (password["before"], password["sensitive"]) == ("(sensitive)", True)
    assert [attempt["status"] for attempt in found["attempts"]] == ["locked", "planned"]


def test_the_estate_tells_what_stands_how(app: FastAPI) -> None:
    units = {
        unit["path"]: unit for unit in get(program(app, "victor"), "/estate?repository=infrastructure-live")["units"]
    }
    assert units["stage/eu-west-1/network/dns"]["stands"] == ["drifted"]
    assert units["prod/eu-west-1/orders/api"]["stands"] == ["behind"]
    assert units["prod/eu-west-1/search/index"]["applied"] is None
    assert units["dev/eu-west-1/network/bastion"]["stands"] == ["removed"]


def test_what_is_not_for_somebody_is_not_in_their_documents(estate: MadeUp) -> None:
    grants = [Grant(Role.VIEWER, people=("dora@example.com",), environments=("dev",))]
    dora = program(create_app(made_up_services(estate, KnownByName([person("dora", None)], grants))), "dora")
    run = get(dora, f"/runs/{WAITING}")
    unit = next(unit for unit in run["units"] if unit["path"] == DATABASE)
    assert (unit["plan"], unit["reasons"], unit["status"]) == (None, [], "planned")
    for path in (f"/runs/{WAITING}/units/{DATABASE}", "/audit", f"/history/{DATABASE}?repository=infrastructure-live"):
        assert dora.get(f"/api/v1{path}").status_code == 404
    assert get(dora, "/settings")["server"] is None


def test_a_program_decides_by_gate_or_by_environment(app: FastAPI, estate: MadeUp) -> None:
    grace = program(app, "grace")
    answer = grace.post(f"/api/v1/runs/{WAITING}/approve", json={"environment": "prod", "reason": "Fine"})
    assert answer.json() == {"run": WAITING, "status": "running"}
    again = grace.post(f"/api/v1/runs/{WAITING}/approve", json={"gate": "gate-prod"})
    assert again.status_code == 409
    assert [problem["id"] for problem in again.json()["problems"]] == ["decided-meanwhile"]
    made = program(app, "ada").post(f"/api/v1/runs/{HALTED}/plan-again").json()
    assert made["run"] != HALTED
    assert [what for _, what, _ in estate.done] == ["approve", "plan-again"]


def test_a_program_begins_a_run_by_hand(app: FastAPI, estate: MadeUp) -> None:
    body = {"kind": "apply", "repository": "infrastructure-live"}
    started = program(app, "ada").post("/api/v1/runs", json=body).json()
    assert started["status"] == "running"
    assert get(program(app, "ada"), f"/runs/{started['run']}")["author"] == "ada@example.com"
    assert [what for _, what, _ in estate.done] == ["start-apply"]
    assert program(app, "victor").post("/api/v1/runs", json=body).status_code == 403
    assert program(app, "ada").post("/api/v1/runs", json={**body, "kind": "destroy"}).status_code == 422
    assert program(app, "ada").post("/api/v1/runs", json={**body, "repository": "another"}).status_code == 404


@pytest.mark.parametrize("deed", ["approve", "reject", "apply", "resume", "cancel", "plan-again", "roll-back"])
def test_who_may_not_decides_nothing(app: FastAPI, estate: MadeUp, deed: str) -> None:
    run = WAITING if deed in ("approve", "reject", "cancel") else HALTED
    body = {"json": {"gate": "gate-prod"}} if deed in ("approve", "reject") else {}
    answer = program(app, "victor").post(f"/api/v1/runs/{run}/{deed}", **body)
    assert answer.status_code in (403, 409)
    assert not estate.done


def test_a_session_changes_things_only_with_its_key(app: FastAPI, estate: MadeUp) -> None:
    ada = TestClient(app, cookies={"name": "ada"})
    path = f"/api/v1/runs/{HALTED}/resume"
    assert ada.post(path).status_code == 403
    assert ada.post(path, headers={"x-towpath-form": "guessed"}).status_code == 403
    foreign = {"x-towpath-form": FORM_KEY, "sec-fetch-site": "cross-site"}
    assert ada.post(path, headers=foreign).status_code == 403
    assert not estate.done
    assert ada.post(path, headers={"x-towpath-form": FORM_KEY}).status_code == 200


@pytest.mark.parametrize("body", [{"gat": "x"}, {"gate": 1}, {"reason": "x" * 3000}, [], None])
def test_an_answer_that_makes_no_sense_is_refused(app: FastAPI, body: Any) -> None:
    answer = program(app, "grace").post(f"/api/v1/runs/{WAITING}/approve", json=body)
    assert answer.status_code == 422
    assert {problem["id"] for problem in answer.json()["problems"]} == {"request-invalid"}


def test_every_operation_is_described(app: FastAPI) -> None:
    schema = app.openapi()
    assert schema["security"] == [{"token": []}]
    operations = [one for methods in schema["paths"].values() for one in methods.values()]
    assert len(operations) >= 19
    assert all(operation["summary"] and "401" in operation["responses"] for operation in operations)
    assert all(path.startswith("/api/v1/") for path in schema["paths"])


def test_people_read_about_it_on_a_page(app: FastAPI) -> None:
    client = TestClient(app, cookies={"name": "victor"}, headers={"accept": "text/html"})
    page = client.get("/api").text
    assert "/api/v1/runs/{run}/approve" in page
    assert "Says yes at one gate" in page

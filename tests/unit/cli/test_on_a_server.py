"""The commands about runs, on a server that is asked through its interface for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from made_up import MadeUp, made_up_services
from made_up_story import DATABASE, HALTED, PLANNED, WAITING, made_up_estate

from towpath.cli.app import Doors
from towpath.cli.commands import remote as on_a_server
from towpath.cli.main import run as towpath
from towpath.git import FakeRepository
from towpath.model.runs import RunStatus
from towpath.service.remote import RemoteServer
from towpath.system import FakeClock, FakeEnvironment, FakeIds, FakeProcesses
from towpath.system.http import FakeHttp, HttpAnswer
from towpath.web import create_app

URL = "https://towpath.example.com"


class ToTheServer:
    """Requests reach the application in memory, by whoever the token names. `before` is called with each address."""

    def __init__(self, estate: MadeUp) -> None:
        self._app = create_app(made_up_services(estate))
        self.before: Callable[[str], None] = lambda _: None

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> HttpAnswer:
        return self._ask("GET", url, None, headers or {})

    def post(self, url: str, body: str, headers: Mapping[str, str]) -> HttpAnswer:
        return self._ask("POST", url, body, headers)

    def _ask(self, method: str, url: str, body: str | None, headers: Mapping[str, str]) -> HttpAnswer:
        assert url.startswith(URL)
        self.before(url)
        answer = TestClient(self._app).request(method, url.removeprefix(URL), content=body, headers=dict(headers))
        return HttpAnswer(answer.status_code, answer.content)


class Desk:
    """Types commands as somebody who has a token."""

    def __init__(self, capture: pytest.CaptureFixture[str], folder: Path) -> None:
        self.estate = made_up_estate(4)
        self.http: Any = ToTheServer(self.estate)
        self.capture = capture
        self.folder = folder
        self.err = ""

    def type(self, *words: str, who: str = "ada", server: str | None = URL) -> tuple[int, str]:
        variables = {"TOWPATH_TOKEN": who, **({"TOWPATH_SERVER": server} if server else {})}
        doors = Doors(
            FakeProcesses(),
            FakeEnvironment(variables if who else {}),
            FakeClock(),
            FakeIds(),
            self.folder,
            repository=FakeRepository(),
            remote=lambda url, environment: RemoteServer.open(url, environment, self.http),
        )
        self.capture.readouterr()
        status = towpath(words, doors)
        captured = self.capture.readouterr()
        self.err = captured.err
        return status, captured.out

    def document(self, *words: str, who: str = "ada") -> Any:
        return json.loads(self.type(*words, "--json", who=who)[1])


@pytest.fixture
def desk(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(on_a_server, "LOOK_SECONDS", 0.0)
    return Desk(capsys, tmp_path)


def test_runs_are_listed_and_looked_at(desk: Desk) -> None:
    status, out = desk.type("runs", "--most", "3")
    assert status == 0
    assert len(out.splitlines()) == 4
    status, out = desk.type("status", WAITING)
    assert status == 0
    assert f"{URL}/runs/{WAITING}" in out
    assert DATABASE in out
    assert "waits" in out
    document = desk.document("status", WAITING)
    assert (document["run"], document["status"]) == (WAITING, "waiting")
    assert desk.document("runs")["runs"][0]["run"] == desk.document("status")["run"]


def test_a_run_is_named_by_the_beginning_of_its_id(desk: Desk) -> None:
    assert desk.document("status", WAITING[:-1])["run"] == WAITING
    status, _ = desk.type("status", "nowhere")
    assert status == 2


def test_plans_are_shown_as_here(desk: Desk) -> None:
    _, out = desk.type("status", WAITING, "--plans")
    assert "forces replacement" in out
    assert out.index("-/+") < out.index("forces replacement")


def test_somebody_else_approves(desk: Desk) -> None:
    status, out = desk.type("approve", WAITING, "--environment", "prod", "--reason", "Fine", who="grace")
    assert status == 0
    assert "running" in out
    assert desk.estate.done == [("grace@example.com", "approve", WAITING)]
    status, _ = desk.type("approve", WAITING, "--environment", "prod", who="grace")
    assert status == 2
    assert "has no open gate of prod" in desk.err


def test_who_may_not_is_told_so(desk: Desk) -> None:
    status, _ = desk.type("cancel", WAITING, who="victor")
    assert status == 1
    assert "victor" in desk.err
    assert not desk.estate.done


def test_a_run_is_cancelled(desk: Desk) -> None:
    status, out = desk.type("cancel", WAITING)
    assert status == 0
    assert "cancelled" in out


@pytest.mark.parametrize(
    ("ends", "status"),
    [(RunStatus.SUCCEEDED, 0), (RunStatus.WAITING, 3), (RunStatus.HALTED, 1), (RunStatus.CANCELLED, 1)],
)
def test_a_run_is_begun_and_followed_to_where_it_rests(desk: Desk, ends: RunStatus, status: int) -> None:
    looks = 0

    def rest_after_a_while(url: str) -> None:
        nonlocal looks
        looks += "/runs/started-" in url
        if looks == 5:
            name, snapshot = desk.estate.runs[-1]
            del name
            desk.estate.keep(replace(snapshot, run=replace(snapshot.run, status=ends, reason="So it is.")))

    desk.http.before = rest_after_a_while
    told, out = desk.type("apply", "--repository", "infrastructure-live")
    assert told == status
    assert ends.value in out
    assert f"{ends.value}: So it is." in desk.err
    assert [what for _, what, _ in desk.estate.done] == ["start-apply"]


def test_a_run_is_begun_and_left_to_itself(desk: Desk) -> None:
    document = desk.document("plan", "--repository", "infrastructure-live", "--no-wait")
    assert document["status"] == "running"
    assert [what for _, what, _ in desk.estate.done] == ["start-plan"]


def test_whoever_looks_away_leaves_the_run_alone(desk: Desk) -> None:
    def interrupt(url: str) -> None:
        if "/events" in url:
            raise KeyboardInterrupt

    desk.http.before = interrupt
    status, _ = desk.type("apply", "--repository", "infrastructure-live")
    assert status == 1
    assert "goes on at the server" in desk.err
    assert [what for _, what, _ in desk.estate.done] == ["start-apply"]


def test_where_nothing_differs_there_is_nothing_to_do(desk: Desk) -> None:
    desk.estate.runs.clear()
    status, out = desk.type("apply", "--repository", "infrastructure-live")
    assert status == 0
    assert "Nothing to do" in out
    document = desk.document("plan", "--repository", "infrastructure-live")
    assert document == {"run": None, "status": "succeeded", "units": [], "problems": []}


def test_with_several_repositories_one_is_named(desk: Desk) -> None:
    status, _ = desk.type("plan")
    assert status == 2
    assert "--repository" in desk.err
    assert "infrastructure-live" in desk.err


def test_what_is_only_for_work_here(desk: Desk) -> None:
    status, _ = desk.type("plan", "--since", "main")
    assert status == 2
    assert "--since is for work here" in desk.err


def test_plans_are_applied_and_a_halted_run_goes_on(desk: Desk) -> None:
    assert desk.type("apply", "--run", PLANNED, "--no-wait")[0] == 0
    assert desk.type("resume", HALTED, "--no-wait")[0] == 0
    assert [what for _, what, _ in desk.estate.done] == ["apply", "resume"]


def test_the_address_may_be_given_and_counts_before_the_environment(desk: Desk) -> None:
    status, _ = desk.type("status", WAITING, "--server", f"{URL}/", server="https://elsewhere.example.com")
    assert status == 0


@pytest.mark.parametrize(
    "address",
    ["http://towpath.example.com", "towpath.example.com", "https://", "https://ada:secret@towpath.example.com",
     "https://towpath.example.com/?token=1", "ftp://towpath.example.com", "http://[", "http://localhost.example.com"],
)  # fmt: skip
def test_a_token_goes_nowhere_where_others_read_along(desk: Desk, address: str) -> None:
    status, _ = desk.type("runs", "--server", address)
    assert status == 2
    assert "server-address-invalid" in desk.err


def test_without_a_token_nobody_is_asked(desk: Desk) -> None:
    status, _ = desk.type("runs", "--server", URL, who="")
    assert status == 2
    assert "TOWPATH_TOKEN" in desk.err


def test_a_token_that_is_not_known(desk: Desk) -> None:
    status, _ = desk.type("runs", who="nobody-knows-them")
    assert status == 1
    assert "not logged in" in desk.err


@pytest.mark.parametrize("answer", [HttpAnswer(200, b"<html>"), HttpAnswer(502, b"oops"), HttpAnswer(302, b"")])
def test_what_is_no_server_is_told_from_one(desk: Desk, answer: HttpAnswer) -> None:
    desk.http = FakeHttp()
    desk.http.script(f"{URL}/api/v1/runs?repository=&text=", answer)
    status, _ = desk.type("runs")
    assert status == 1
    assert "not-a-server" in desk.err

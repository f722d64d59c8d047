"""What every answer has in common: headers, errors that tell nothing to strangers, static files."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from towpath.problems import Problem, ProblemError
from towpath.system import FakeClock
from towpath.web import Services, create_app
from towpath.web.callers import Asking, Intent, Nobody
from towpath.web.headers import CONTENT_SECURITY_POLICY
from towpath.web.static_files import StaticFiles

HTML = {"accept": "text/html"}


@pytest.fixture
def trying(bare: FastAPI) -> TestClient:
    """With routes that do what routes do."""

    @bare.get("/who")
    def who(visit: Asking) -> str:
        return visit.caller.who

    @bare.post("/change")
    def change(visit: Intent) -> str:
        return visit.caller.who

    @bare.get("/broken")
    def broken() -> str:
        raise RuntimeError("the password is hunter2")

    @bare.get("/problem")
    def problem() -> str:
        raise ProblemError(Problem("run-has-ended", "The run has ended", "<script>alert(1)</script>"))

    return TestClient(bare, follow_redirects=False, raise_server_exceptions=False)


def is_strict(headers: object) -> bool:
    text = {str(key).lower(): value for key, value in dict(headers).items()}  # type: ignore[call-overload] # of httpx
    return (
        text["content-security-policy"] == CONTENT_SECURITY_POLICY
        and text["x-content-type-options"] == "nosniff"
        and text["x-frame-options"] == "DENY"
        and "server" not in text
    )


@pytest.mark.parametrize("path", ["/healthz", "/", "/nowhere", "/who", "/broken", "/problem", "/static/x/base.css"])
@pytest.mark.parametrize("headers", [{}, HTML])
def test_every_answer_carries_the_strict_headers(trying: TestClient, path: str, headers: dict[str, str]) -> None:
    answer = trying.get(path, headers=headers)
    assert is_strict(answer.headers)
    assert answer.headers["cache-control"] == "no-store"


def test_the_policy_lets_nothing_inline_run() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY


def test_https_is_to_be_remembered_only_where_it_is_served(bare: FastAPI) -> None:
    services: Services = bare.state.services
    secure = create_app(
        Services(services.seeing, services.following, services.acting, FakeClock(), base_url="https://t.example")
    )
    assert "strict-transport-security" in TestClient(secure).get("/healthz").headers
    assert "strict-transport-security" not in TestClient(bare).get("/healthz").headers


def test_the_process_says_that_it_is_there_and_nothing_else(stranger: TestClient) -> None:
    answer = stranger.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")


def test_a_stranger_is_sent_to_log_in_and_comes_back_to_where_they_wanted(trying: TestClient) -> None:
    answer = trying.get("/who?a=b", headers=HTML)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2Fwho%3Fa%3Db"


def test_a_program_without_credentials_is_told_what_to_send(trying: TestClient) -> None:
    answer = trying.get("/who")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert [problem["id"] for problem in answer.json()["problems"]] == ["login-needed"]


def test_without_anybody_who_knows_people_nobody_gets_in(bare: FastAPI) -> None:
    services: Services = bare.state.services
    app = create_app(Services(services.seeing, services.following, services.acting, FakeClock()))
    assert isinstance(app.state.services.callers, Nobody)

    @app.get("/who")
    def who(visit: Asking) -> str:
        return visit.caller.who

    assert TestClient(app, cookies={"name": "ada"}).get("/who").status_code == 401


def test_an_unexpected_error_tells_nothing_of_itself(trying: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    for headers in ({}, HTML):
        answer = trying.get("/broken", headers=headers)
        assert answer.status_code == 500
        assert "hunter2" not in answer.text
        assert "RuntimeError" not in answer.text
    assert "hunter2" in caplog.text


def test_a_problem_is_a_page_with_its_texts_escaped(trying: TestClient) -> None:
    answer = trying.get("/problem", headers=HTML)
    assert answer.status_code == 409
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    ("form", "headers", "status"),
    [
        ({}, {}, 403),
        ({"form_key": "guessed"}, {}, 403),
        ({"form_key": "the key of the session"}, {"sec-fetch-site": "cross-site"}, 403),
        ({"form_key": "the key of the session"}, {"sec-fetch-site": "same-site"}, 403),
        ({"form_key": "the key of the session"}, {"sec-fetch-site": "same-origin"}, 200),
        ({"form_key": "the key of the session"}, {}, 200),
        ({}, {"x-towpath-form": "the key of the session"}, 200),
        ({}, {"x-towpath-form": "cl\u00e9"}, 403),
    ],
)
def test_who_comes_with_a_session_changes_things_only_by_a_form_of_that_session(
    trying: TestClient, form: dict[str, str], headers: dict[str, str], status: int
) -> None:
    encoded = {name: value.encode() for name, value in headers.items()}
    trying.cookies.set("name", "ada")
    answer = trying.post("/change", data=form, headers=encoded)
    assert answer.status_code == status


def test_a_token_needs_no_form(trying: TestClient) -> None:
    assert trying.post("/change", headers={"authorization": "Bearer ada"}).status_code == 200
    assert trying.post("/change", headers={"authorization": "Bearer mallory"}).status_code == 401


def test_static_files_are_kept_for_ever_under_an_address_that_names_their_content(stranger: TestClient) -> None:
    url = StaticFiles().url("base.css")
    answer = stranger.get(url)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]
    assert re.fullmatch(r"/static/[0-9a-f]{16}/base\.css", url)


@pytest.mark.parametrize("name", ["../app.py", "..%2fapp.py", "missing.css", "base.css/../../app.py", "%00"])
def test_nothing_but_static_files_is_served_from_there(stranger: TestClient, name: str) -> None:
    url = StaticFiles().url("base.css").rpartition("/")[0]
    assert stranger.get(f"{url}/{name}").status_code == 404

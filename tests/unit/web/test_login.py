"""Logging in with a browser: what is let in, what a stranger or another site can do (nothing)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient
from login_house import ADMIN, PASSWORD, LoginHouse, login_house

from towpath.model.people import Grant, Role, Scopes
from towpath.service.login import Login
from towpath.web import Services, create_app
from towpath.web.callers import Asking, Intent
from towpath.web.login import KnownPeople
from towpath.web.origin import local_path

ANN = "ann@example.com"
PLAIN = "http://127.0.0.1:8080"
SECURE = "https://towpath.example.com"


class Site:
    """The application over a house, and browsers that visit it."""

    def __init__(self, house: LoginHouse, base_url: str = PLAIN, *, local: bool = True) -> None:
        self.house = house
        self.base_url = base_url
        self.login = Login(
            house.registry,
            house.sessions,
            house.tokens,
            house.accounts,
            house.passwords,
            base_url=base_url,
            local=local,
        )
        nothing = cast(Any, None)
        services = Services(
            nothing, nothing, nothing, house.clock, KnownPeople(self.login), base_url=base_url, login=self.login
        )
        self.app = create_app(services)

        @self.app.get("/who")
        def who(visit: Asking) -> str:
            return visit.caller.who

        @self.app.post("/change")
        def change(visit: Intent) -> str:
            return visit.caller.who

    def browser(self) -> TestClient:
        return TestClient(
            self.app,
            base_url=self.base_url,
            follow_redirects=False,
            headers={"accept": "text/html"},
            client=("192.0.2.7", 5000),
        )

    def ann(self) -> TestClient:
        """A browser in which Ann has logged in."""
        browser = self.browser()
        assert log_in(browser).status_code == 303
        return browser


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with login_house(tmp_path, [Grant(Role.OPERATOR, people=(ANN,))]) as house:
        house.person(ANN)
        yield Site(house)


def key_of(page: str) -> str:
    found = re.search(r'name="form_key" value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


def log_in(
    browser: TestClient, password: str = PASSWORD, email: str = ANN, target: str = "/runs", **headers: str
) -> Any:
    key = key_of(browser.get("/login").text)
    form = {"email": email, "password": password, "next": target, "form_key": key}
    return browser.post("/login", data=form, headers=headers)


def test_who_logs_in_is_known_from_then_on(site: Site) -> None:
    browser = site.browser()
    sent = browser.get("/who")
    assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=%2Fwho")
    answer = log_in(browser, target="/who")
    assert (answer.status_code, answer.headers["location"]) == (303, "/who")
    assert browser.get("/who").json() == ANN
    assert browser.get("/login?next=/who").headers["location"] == "/who"


def test_what_was_wrong_is_said_on_the_page_and_not_which_part(site: Site) -> None:
    browser = site.browser()
    wrong = log_in(browser, "wrong password")
    unknown = log_in(browser, email="<b>bob</b>@example.com")
    assert wrong.status_code == unknown.status_code == 401
    assert re.sub(r'value="[^"]*"', "", wrong.text) == re.sub(r'value="[^"]*"', "", unknown.text)
    assert "do not belong together" in wrong.text
    assert PASSWORD not in unknown.text
    assert "<b>" not in unknown.text


def test_guessing_is_slowed_down(site: Site) -> None:
    browser = site.browser()
    assert [log_in(browser, "guess").status_code for _ in range(7)] == [401] * 5 + [429] * 2
    assert log_in(browser).status_code == 429


@pytest.mark.parametrize(("base_url", "prefix", "is_secure"), [(PLAIN, "", False), (SECURE, "__Host-", True)])
def test_cookies_are_for_the_server_alone(tmp_path: Path, base_url: str, prefix: str, is_secure: bool) -> None:
    with login_house(tmp_path) as house:
        house.person(ANN)
        site = Site(house, base_url)
        browser = site.browser()
        cookies = [
            *browser.get("/login").headers.get_list("set-cookie"),
            *log_in(browser).headers.get_list("set-cookie"),
        ]
        assert {cookie.split("=")[0] for cookie in cookies} == {f"{prefix}towpath", f"{prefix}towpath-before"}
        for cookie in cookies:
            parts = {part.strip().lower() for part in cookie.split(";")}
            assert {"httponly", "samesite=lax", "path=/"} <= parts
            assert ("secure" in parts) is is_secure
            assert not any(part.startswith("domain") for part in parts)


def test_a_session_that_somebody_planted_is_not_the_one_after_login(site: Site) -> None:
    attacker = site.ann()
    planted = attacker.cookies["towpath"]
    victim = site.browser()
    key = key_of(victim.get("/login").text)
    form = {"email": ANN, "password": PASSWORD, "form_key": key}
    before = f"towpath-before={victim.cookies['towpath-before']}"
    victim.cookies.clear()
    answer = victim.post("/login", data=form, headers={"cookie": f"{before}; towpath={planted}"})
    assert answer.status_code == 303
    assert victim.cookies["towpath"] != planted
    assert attacker.get("/who").status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example.com"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_site_can_log_nobody_in_or_out_or_change_anything(site: Site, headers: dict[str, str]) -> None:
    assert log_in(site.browser(), **headers).status_code == 403
    browser = site.ann()
    key = key_of(browser.get("/account").text)
    for path in ("/logout", "/account/password", "/account/tokens", "/account/tokens/x/revoke", "/change"):
        form = {"form_key": key, "password": "another good password", "role": "admin"}
        assert browser.post(path, data=form, headers=headers).status_code in (403, 404), path
    assert browser.get("/who").json() == ANN
    assert site.house.tokens.all() == ()


@pytest.mark.parametrize("key", [None, "", "wrong", "é"])
def test_without_the_key_of_the_form_nothing_happens(site: Site, key: str | None) -> None:
    browser = site.browser()
    browser.get("/login")
    form = {"email": ANN, "password": PASSWORD} | ({} if key is None else {"form_key": key})
    assert browser.post("/login", data=form).status_code == 403
    ann = site.ann()
    for path in ("/logout", "/account/tokens", "/account/password", "/change"):
        assert ann.post(path, data={"role": "admin"} | ({} if key is None else {"form_key": key})).status_code == 403
    strangers_key = key_of(site.browser().get("/login").text)
    assert ann.post("/logout", data={"form_key": strangers_key}).status_code == 403


def test_the_key_of_one_browser_is_worth_nothing_in_another(site: Site) -> None:
    key = key_of(site.browser().get("/login").text)
    other = site.browser()
    other.get("/login")
    assert other.post("/login", data={"email": ANN, "password": PASSWORD, "form_key": key}).status_code == 403


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example.com",
        "//evil.example.com",
        "/\\evil.example.com",
        "\\\\evil.example.com",
        "/\t/evil.example.com",
        "/a\r\nSet-Cookie: x=y",
        "javascript:alert(1)",
        "evil",
        "",
        "/login?next=/login",
        "/logout",
        "/" + "a" * 3000,
    ],
)
def test_after_logging_in_nobody_is_sent_elsewhere(site: Site, target: str) -> None:
    assert local_path(target) == "/"
    assert log_in(site.browser(), target=target).headers["location"] == "/"
    assert site.ann().get("/login", params={"next": target}).headers["location"] == "/"


def test_paths_of_this_server_are_kept_with_their_query() -> None:
    assert local_path("/runs/abc?unit=dev%2Fvpc&x=1#plan") == "/runs/abc?unit=dev%2Fvpc&x=1#plan"


def test_logging_out_ends_the_session(site: Site) -> None:
    browser = site.ann()
    secret = browser.cookies["towpath"]
    answer = browser.post("/logout", data={"form_key": key_of(browser.get("/account").text)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert "towpath" not in browser.cookies
    browser.cookies.set("towpath", secret)
    assert browser.get("/who").status_code == 303


def test_a_link_is_used_up_by_the_button_and_not_by_looking(site: Site) -> None:
    link = site.house.accounts.link(ANN, ADMIN)
    browser = site.browser()
    for _ in range(3):
        page = browser.get("/login/link").text
    form = {"code": link.secret, "form_key": key_of(page)}
    answer = browser.post("/login/link", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert browser.get("/who").json() == ANN
    again = site.browser()
    refused = again.post("/login/link", data={**form, "form_key": key_of(again.get("/login/link").text)})
    assert refused.status_code == 401
    assert link.secret not in refused.text


def test_a_token_is_shown_once_and_lets_programs_in_until_it_is_revoked(site: Site) -> None:
    browser = site.ann()
    key = key_of(browser.get("/account").text)
    form = {"name": "<i>CI</i>", "role": "planner", "repositories": "infra, apps", "days": "30", "form_key": key}
    made = browser.post("/account/tokens", data=form)
    found = re.search(r"towpath_[\w-]{43}", made.text)
    assert found is not None
    assert "<i>" not in made.text
    assert found.group() not in browser.get("/account").text
    token = site.house.tokens.all()[0]
    assert token.scopes == Scopes(Role.PLANNER, ("infra", "apps"))
    program = site.browser()
    bearer = {"authorization": f"Bearer {found.group()}", "accept": "application/json"}
    assert program.get("/who", headers=bearer).json() == ANN
    assert program.post("/change", headers=bearer).json() == ANN
    assert browser.post(f"/account/tokens/{token.id}/revoke", data={"form_key": key}).status_code == 303
    assert program.get("/who", headers=bearer).status_code == 401


@pytest.mark.parametrize("wrong", [{"role": "god"}, {"role": ""}, {"days": "0"}, {"days": "x"}, {"days": "99999"}])
def test_a_token_that_cannot_be_meant_is_not_made(site: Site, wrong: dict[str, str]) -> None:
    browser = site.ann()
    form = {"role": "viewer", "form_key": key_of(browser.get("/account").text), **wrong}
    assert browser.post("/account/tokens", data=form).status_code == 422
    assert site.house.tokens.all() == ()


@pytest.mark.parametrize("authorization", ["Bearer towpath_no", "Bearer", "Basic YTpi", "x" * 5000, "Bearer towpath_é"])
def test_a_token_that_does_not_hold_is_not_made_up_for_by_a_cookie(site: Site, authorization: str) -> None:
    answer = site.ann().get("/who", headers={"authorization": authorization.encode(), "accept": "application/json"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_neither_sees_the_account_page_nor_makes_tokens(site: Site) -> None:
    secret = site.house.tokens.create(ANN, "CI", Scopes(Role.ADMIN), None, ADMIN).secret
    program = site.browser()
    program.headers["authorization"] = f"Bearer {secret}"
    assert program.get("/account").status_code == 404
    for path in ("/account/tokens", "/account/password", "/logout"):
        assert program.post(path, data={"role": "admin", "password": "another good password"}).status_code == 404
    assert len(site.house.tokens.all()) == 1


def test_nobody_revokes_the_token_of_somebody_else(site: Site) -> None:
    site.house.person("bob@example.com")
    token = site.house.tokens.create("bob@example.com", "CI", Scopes(Role.VIEWER), None, ADMIN).token
    browser = site.ann()
    answer = browser.post(f"/account/tokens/{token.id}/revoke", data={"form_key": key_of(browser.get("/account").text)})
    assert answer.status_code == 404
    assert site.house.tokens.all()[0].revoked_at is None


def test_a_new_password_keeps_this_browser_in_and_no_other(site: Site) -> None:
    browser, other = site.ann(), site.ann()
    key = key_of(browser.get("/account").text)
    wrong = browser.post("/account/password", data={"current": "x", "password": "a new good password", "form_key": key})
    assert wrong.status_code == 422
    weak = browser.post("/account/password", data={"current": PASSWORD, "password": "short", "form_key": key})
    assert "fewer than 12" in weak.text
    right = {"current": PASSWORD, "password": "a new good password", "form_key": key}
    assert browser.post("/account/password", data=right).status_code == 303
    assert browser.get("/who").json() == ANN
    assert other.get("/who").status_code == 303
    assert log_in(site.browser(), "a new good password").status_code == 303


def test_the_pages_say_what_there_is(tmp_path: Path, site: Site) -> None:
    assert "single sign-on" not in site.browser().get("/login").text
    assert site.browser().get("/login/oidc").status_code == 404
    assert site.browser().get("/login/oidc/callback?code=x&state=y").status_code == 401
    alone = Site(site.house, local=False)
    assert 'type="password"' not in alone.browser().get("/login").text


def test_without_passwords_none_is_taken(site: Site) -> None:
    alone = Site(site.house)
    browser = alone.browser()
    page = browser.get("/login").text
    alone.app.state.services = replace(alone.app.state.services, login=replace(alone.login, local=False))
    answer = browser.post("/login", data={"email": ANN, "password": PASSWORD, "form_key": key_of(page)})
    assert answer.status_code == 403
    assert "towpath" not in browser.cookies


def test_no_page_of_logging_in_has_a_script_or_a_style_of_its_own(site: Site) -> None:
    for browser, path in ((site.browser(), "/login"), (site.browser(), "/login/link"), (site.ann(), "/account")):
        page = browser.get(path).text
        assert "<style" not in page
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=", page)

"""A browser that logs in to the server's pages through a real provider."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from login_house import LoginHouse, login_house
from login_providers import CALLBACK, RunningProvider, running_provider

from towpath.access import Act, Place, may
from towpath.config.server import ServerConfig
from towpath.problems import ProblemError
from towpath.service.login import open_login
from towpath.system import FakeEnvironment, SystemClock
from towpath.system.http import HttpxHttp
from towpath.web import Services, create_app
from towpath.web.login import KnownPeople

BASE = CALLBACK.removesuffix("/login/oidc/callback")
HTML = {"accept": "text/html"}
KNOWN = {"email": "ann@example.com", "email_verified": True, "name": "Ann", "groups": ["platform"]}


@pytest.fixture(scope="module")
def provider() -> Iterator[RunningProvider]:
    with running_provider() as provider:
        provider.account("ann", **KNOWN)
        provider.account("eve", **{**KNOWN, "email": "eve@elsewhere.org"})
        yield provider


@dataclass
class Server:
    house: LoginHouse
    app: FastAPI

    def browser(self) -> TestClient:
        return TestClient(self.app, base_url=BASE, follow_redirects=False, headers=HTML)


def configured(issuer: str) -> ServerConfig:
    return ServerConfig.model_validate(
        {
            "base_url": BASE,
            "login": {
                "local": False,
                "oidc": {
                    "issuer": issuer,
                    "client_id": "towpath",
                    "client_secret_env": "OIDC_SECRET",
                    "name": "Example <b>Inc</b>",
                    "scopes": ["openid", "email", "profile", "groups"],
                    "domains": ["example.com"],
                },
            },
            "proxies": ["192.0.2.0/24"],
            "roles": [{"role": "operator", "groups": ["platform"], "environments": ["dev"]}],
        }
    )


@pytest.fixture
def server(provider: RunningProvider, tmp_path: Path) -> Iterator[Server]:
    with login_house(tmp_path, clock=SystemClock()) as house:
        environment = FakeEnvironment({"OIDC_SECRET": "the-secret"})
        login = open_login(configured(provider.issuer), house.registry, environment, HttpxHttp())
        nothing = cast(Any, None)
        callers = KnownPeople(login)
        services = Services(nothing, nothing, nothing, house.clock, callers, base_url=BASE, login=login)
        yield Server(house, create_app(services))


def begun(browser: TestClient, target: str = "/account") -> str:
    """Where the browser is sent to for logging in."""
    answer = browser.get("/login/oidc", params={"next": target})
    assert answer.status_code == 303
    return str(answer.headers["location"])


def test_who_logs_in_at_the_provider_is_logged_in_here(server: Server, provider: RunningProvider) -> None:
    browser = server.browser()
    page = browser.get("/login").text
    assert "Log in with Example &lt;b&gt;Inc&lt;/b&gt;" in page
    assert 'type="password"' not in page
    params = provider.log_in(begun(browser), "ann")
    answer = browser.get("/login/oidc/callback", params=params)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    account = browser.get("/account")
    assert "ann@example.com" in account.text
    assert "platform" in account.text
    assert "Change your password" not in account.text
    caller = server.app.state.services.callers.find(
        cast(Any, type("Sent", (), {"cookies": browser.cookies, "authorization": "", "address": ""}))
    ).caller
    assert may(caller, Act.OPERATE, Place("infra", "dev"))
    assert not may(caller, Act.SEE, Place("infra", "prod"))


def test_another_browser_cannot_finish_what_this_one_began(server: Server, provider: RunningProvider) -> None:
    """Or an attacker could log their victim in as themselves."""
    attacker, victim = server.browser(), server.browser()
    params = provider.log_in(begun(attacker), "ann")
    for browser in (victim, server.browser()):
        refused = browser.get("/login/oidc/callback", params=params)
        assert refused.status_code == 401
        assert "not begun here" in refused.text
        assert "towpath" not in browser.cookies
    begun(victim)
    assert victim.get("/login/oidc/callback", params=params).status_code == 401


def test_who_is_not_let_in_is_told_why_and_can_try_again(server: Server, provider: RunningProvider) -> None:
    browser = server.browser()
    refused = browser.get("/login/oidc/callback", params=provider.log_in(begun(browser), "eve"))
    assert refused.status_code == 403
    assert "not of an allowed domain" in refused.text
    assert "/login/oidc?next=%2Faccount" in refused.text
    denied = browser.get("/login/oidc/callback", params=provider.deny(begun(browser)))
    assert denied.status_code == 401
    assert browser.get("/account").headers["location"].startswith("/login")
    params = provider.log_in(begun(browser), "ann")
    assert browser.get("/login/oidc/callback", params=params).status_code == 303
    again = browser.get("/login/oidc/callback", params=params)
    assert again.status_code == 401


def test_the_log_says_from_where_although_a_proxy_stands_between(server: Server, provider: RunningProvider) -> None:
    browser = TestClient(
        server.app,
        base_url=BASE,
        follow_redirects=False,
        headers={**HTML, "x-forwarded-for": "203.0.113.9, 198.51.100.1"},
        client=("192.0.2.1", 5000),
    )
    browser.get("/login/oidc/callback", params=provider.log_in(begun(browser), "ann"))
    newest = server.house.entries()[-1].record
    assert (newest.action, newest.address) == ("logged-in", "198.51.100.1")


def test_nobody_is_sent_elsewhere_afterwards(server: Server, provider: RunningProvider) -> None:
    browser = server.browser()
    params = provider.log_in(begun(browser, "https://evil.example.com/"), "ann")
    assert browser.get("/login/oidc/callback", params=params).headers["location"] == "/"


def test_a_planted_cookie_sends_nobody_elsewhere(server: Server, provider: RunningProvider) -> None:
    browser = server.browser()
    params = provider.log_in(begun(browser), "ann")
    remembered = browser.cookies["towpath-oidc"].partition(".")[0]
    browser.cookies.clear()
    planted = {"cookie": f"towpath-oidc={remembered}.Ly9ldmlsLmV4YW1wbGUuY29t"}
    assert browser.get("/login/oidc/callback", params=params, headers=planted).headers["location"] == "/"


def test_while_the_provider_is_down_the_page_says_so(tmp_path: Path) -> None:
    with login_house(tmp_path) as house:
        config = configured("http://127.0.0.1:9")
        login = open_login(config, house.registry, FakeEnvironment({"OIDC_SECRET": "x"}), HttpxHttp())
        nothing = cast(Any, None)
        services = Services(nothing, nothing, nothing, house.clock, base_url=BASE, login=login)
        answer = Server(house, create_app(services)).browser().get("/login/oidc")
        assert answer.status_code == 503
        assert urlsplit(BASE).hostname in answer.text
        assert "does not answer" in answer.text


def test_without_the_secret_the_server_does_not_start(tmp_path: Path) -> None:
    with login_house(tmp_path) as house, pytest.raises(ProblemError, match="OIDC_SECRET is not set"):
        open_login(configured("https://login.example.com"), house.registry, FakeEnvironment(), HttpxHttp())

"""What holds for every route there is, the ones that are added later included: strangers learn nothing, and nothing is
changed without the key of the session.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from login_house import ADMIN, PASSWORD, LoginHouse, login_house
from starlette.routing import Route

from towpath.model.people import Role, Scopes
from towpath.service.login import Login
from towpath.web import Services, create_app
from towpath.web.login import KnownPeople

FOR_STRANGERS = {
    ("GET", "/"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/static/{digest}/{name}"),
    ("GET", "/login"),
    ("POST", "/login"),
    ("GET", "/login/link"),
    ("POST", "/login/link"),
    ("GET", "/login/oidc"),
    ("GET", "/login/oidc/callback"),
}
"""Who wants to add one here says why: everything else asks who is there first."""


class Untouched:
    """Fails the test that asks it for anything."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"nothing should be asked for {name}")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoginHouse]:
    folder: Path = tmp_path_factory.mktemp("house")
    with login_house(folder) as house:
        house.person("ann@example.com", Role.ADMIN)
        yield house


@pytest.fixture(scope="module")
def app(house: LoginHouse) -> FastAPI:
    untouched = cast(Any, Untouched())
    login = Login(house.registry, house.sessions, house.tokens, house.accounts, house.passwords)
    return create_app(Services(untouched, untouched, untouched, house.clock, KnownPeople(login), login=login))


def visitor(app: FastAPI, **cookies: str) -> TestClient:
    return TestClient(app, cookies=cookies, follow_redirects=False, raise_server_exceptions=True)


def routes(app: FastAPI) -> list[tuple[str, str]]:
    """Method and path of every route."""
    found = [(method, route.path) for route in _all(app.router.routes) for method in sorted(route.methods or ())]
    assert len(found) > len(FOR_STRANGERS)
    return [(method, path) for method, path in found if method != "HEAD"]


def _all(found: Iterable[Any]) -> Iterator[Route]:
    for route in found:
        if isinstance(route, Route):
            yield route
        else:
            # Routers that were included; anything else would be overlooked, and fails here.
            yield from _all(route.original_router.routes)


def filled(path: str) -> str:
    parts = ["x" if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts)


def test_a_stranger_gets_nothing_but_the_ways_in(app: FastAPI) -> None:
    stranger = visitor(app)
    for method, path in routes(app):
        if (method, path) in FOR_STRANGERS:
            continue
        answer = stranger.request(method, filled(path))
        assert answer.status_code == 401, (method, path)
        assert [one["id"] for one in answer.json()["problems"]] == ["login-needed"], (method, path)


def test_what_strangers_may_see_is_there(app: FastAPI) -> None:
    assert set(routes(app)) >= FOR_STRANGERS


def test_a_token_or_session_that_does_not_hold_is_a_strangers(app: FastAPI) -> None:
    for sent in (
        {"authorization": "Bearer towpath_x"},
        {"authorization": "Basic YW5uOmFubg=="},
        {"cookie": "towpath=x"},
    ):
        for method, path in routes(app):
            if (method, path) not in FOR_STRANGERS:
                assert visitor(app).request(method, filled(path), headers=sent).status_code == 401, (method, path)


def test_nothing_is_changed_without_the_key_of_the_session(app: FastAPI, house: LoginHouse) -> None:
    secret = house.sessions.with_password("ann@example.com", PASSWORD, "").secret
    entries = house.log.head()
    unsafe = [(method, path) for method, path in routes(app) if method not in ("GET", "HEAD")]
    assert len(unsafe) > 3
    for method, path in unsafe:
        for form in ({}, {"form_key": "wrong"}):
            answer = visitor(app, towpath=secret).request(method, filled(path), data=form)
            assert answer.status_code == 403, (method, path)
    assert house.log.head() == entries


def test_no_route_takes_other_methods_than_it_says(app: FastAPI, house: LoginHouse) -> None:
    secret = house.tokens.create("ann@example.com", "CI", Scopes(Role.ADMIN), None, ADMIN).secret
    known = visitor(app)
    known.headers["authorization"] = f"Bearer {secret}"
    taken: dict[str, set[str]] = {}
    for method, path in routes(app):
        taken.setdefault(path, set()).add(method)
    for path, methods in taken.items():
        for method in {"PUT", "PATCH", "DELETE", "TRACE"} - methods:
            assert known.request(method, filled(path)).status_code == 405, (method, path)

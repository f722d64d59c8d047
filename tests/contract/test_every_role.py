"""Every route there is, and what comes of it for everybody there is: over HTTP, on a real database.

A route that has no line in the table fails here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from login_house import PASSWORD
from role_house import UNIT, VISITORS, RoleHouse, Visitor
from starlette.routing import Route
from web_served import serving

from towpath.web import create_app
from towpath.web.views.beginning import BeginKind
from towpath.web.views.deeds import DeedKind

TABLE = """
                                          stranger nobody viewer planner approver operator admin  reads  prod   river
GET  /static/{digest}/{name}              hidden   hidden hidden hidden  hidden   hidden   hidden hidden hidden hidden
GET  /                                    open     open   open   open    open     open     open   open   open   open
GET  /login                               open     open   open   open    open     open     open   open   open   open
POST /login                               no       no     no     no      no       no       no     no     no     no
GET  /login/link                          open     open   open   open    open     open     open   open   open   open
POST /login/link                          no       no     no     no      no       no       no     no     no     no
GET  /login/oidc                          hidden   hidden hidden hidden  hidden   hidden   hidden hidden hidden hidden
GET  /login/oidc/callback                 login    login  login  login   login    login    login  login  login  login
GET  /account                             login    open   open   open    open     open     open   hidden hidden hidden
POST /logout                              login    does   does   does    does     does     does   hidden hidden hidden
POST /account/password                    login    does   does   does    does     does     does   hidden hidden hidden
POST /account/tokens                      login    does   does   does    does     does     does   hidden hidden hidden
POST /account/tokens/{token}/revoke       login    does   does   does    does     does     does   hidden hidden hidden
GET  /api/v1/runs                         login    open   sees   sees    sees     sees     sees   sees   sees   open
POST /api/v1/runs                         login    hidden no     does    does     does     does   no     no     hidden
GET  /api/v1/runs/{run}                   login    hidden sees   sees    sees     sees     sees   sees   sees   hidden
GET  /api/v1/runs/{run}/units/{path:path} login    hidden sees   sees    sees     sees     sees   sees   hidden hidden
GET  /api/v1/runs/{run}/logs/{path:path}  login    hidden sees   sees    sees     sees     sees   sees   hidden hidden
GET  /api/v1/runs/{run}/events            login    hidden sees   sees    sees     sees     sees   sees   sees   hidden
POST /api/v1/runs/{run}/approve           login    hidden no     no      does     does     does   no     no     hidden
POST /api/v1/runs/{run}/reject            login    hidden no     no      does     does     does   no     no     hidden
POST /api/v1/runs/{run}/apply             login    hidden no     no      no       does     does   no     no     hidden
POST /api/v1/runs/{run}/resume            login    hidden no     no      no       does     does   no     no     hidden
POST /api/v1/runs/{run}/cancel            login    hidden no     no      no       does     does   no     no     hidden
POST /api/v1/runs/{run}/plan-again        login    hidden no     does    does     does     does   no     no     hidden
POST /api/v1/runs/{run}/roll-back         login    hidden no     no      no       does     does   no     no     hidden
POST /api/v1/runs/{run}/supersede         login    hidden no     no      no       does     does   no     no     hidden
POST /api/v1/runs/{run}/thaw              login    hidden no     no      no       no       does   no     no     hidden
GET  /api/v1/repositories                 login    open   open   open    open     open     open   open   open   open
GET  /api/v1/units                        login    hidden sees   sees    sees     sees     sees   sees   sees   hidden
GET  /api/v1/graph                        login    hidden sees   sees    sees     sees     sees   sees   sees   hidden
GET  /api/v1/estate                       login    hidden sees   sees    sees     sees     sees   sees   sees   hidden
GET  /api/v1/history/{path:path}          login    hidden sees   sees    sees     sees     sees   sees   hidden hidden
GET  /api/v1/audit                        login    hidden sees   sees    sees     sees     sees   sees   hidden hidden
GET  /api/v1/settings                     login    open   open   open    open     open     open   open   open   open
GET  /api/v1/openapi.json                 login    open   open   open    open     open     open   open   open   open
GET  /api                                 login    open   open   open    open     open     open   open   open   open
GET  /healthz                             open     open   open   open    open     open     open   open   open   open
GET  /readyz                              open     open   open   open    open     open     open   open   open   open
GET  /metrics                             login    hidden open   open    open     open     open   open   hidden hidden
GET  /runs                                login    open   sees   sees    sees     sees     sees   sees   sees   open
GET  /runs/{run}                          login    hidden sees   sees    sees     sees     sees   sees   sees   hidden
GET  /runs/{run}/parts                    login    hidden open   open    sees     sees     sees   open   open   hidden
GET  /runs/{run}/units/{path:path}        login    hidden sees   sees    sees     sees     sees   sees   hidden hidden
GET  /runs/{run}/parts/{path:path}        login    hidden sees   sees    sees     sees     sees   sees   hidden hidden
GET  /runs/{run}/log/{path:path}          login    hidden sees   sees    sees     sees     sees   sees   hidden hidden
GET  /runs/{run}/events                   login    hidden sees   sees    sees     sees     sees   sees   sees   hidden
GET  /runs/{run}/follow/{path:path}       login    hidden sees   sees    sees     sees     sees   sees   hidden hidden
GET  /estate                              login    hidden sees   sees    sees     sees     sees   sees   sees   hidden
GET  /graph                               login    hidden sees   sees    sees     sees     sees   sees   sees   hidden
GET  /units/{path:path}                   login    hidden sees   sees    sees     sees     sees   sees   hidden hidden
GET  /audit                               login    hidden sees   sees    sees     sees     sees   sees   hidden hidden
GET  /settings                            login    open   open   open    open     open     open   open   open   open
GET  /runs/{run}/approve                  login    hidden sees   sees    sees     sees     sees   sees   sees   hidden
GET  /runs/{run}/reject                   login    hidden sees   sees    sees     sees     sees   sees   sees   hidden
GET  /runs/{run}/apply                    login    hidden sees   sees    sees     sees     sees   sees   sees   hidden
GET  /runs/{run}/resume                   login    hidden sees   sees    sees     sees     sees   sees   sees   hidden
GET  /runs/{run}/cancel                   login    hidden sees   sees    sees     sees     sees   sees   sees   hidden
GET  /runs/{run}/roll-back                login    hidden sees   sees    sees     sees     sees   sees   sees   hidden
GET  /runs/{run}/plan-again               login    hidden sees   sees    sees     sees     sees   sees   sees   hidden
GET  /runs/{run}/supersede                login    hidden sees   sees    sees     sees     sees   sees   sees   hidden
GET  /runs/{run}/thaw                     login    hidden sees   sees    sees     sees     sees   sees   sees   hidden
GET  /begin/plan                          login    hidden open   open    open     open     open   open   open   hidden
GET  /begin/apply                         login    hidden open   open    open     open     open   open   open   hidden
POST /begin/plan                          login    hidden no     does    does     does     does   no     no     hidden
POST /begin/apply                         login    hidden no     no      no       does     does   no     no     hidden
POST /runs/{run}/approve                  login    hidden no     no      does     does     does   no     no     hidden
POST /runs/{run}/reject                   login    hidden no     no      does     does     does   no     no     hidden
POST /runs/{run}/apply                    login    hidden no     no      no       does     does   no     no     hidden
POST /runs/{run}/resume                   login    hidden no     no      no       does     does   no     no     hidden
POST /runs/{run}/cancel                   login    hidden no     no      no       does     does   no     no     hidden
POST /runs/{run}/roll-back                login    hidden no     no      no       does     does   no     no     hidden
POST /runs/{run}/plan-again               login    hidden no     does    does     does     does   no     no     hidden
POST /runs/{run}/supersede                login    hidden no     no      no       does     does   no     no     hidden
POST /runs/{run}/thaw                     login    hidden no     no      no       no       does   no     no     hidden
"""
"""What comes of it:

- `login`: they are told to log in, and no more.
- `open`: it answers, and names no run and no unit.
- `sees`: it answers, and names the run or the unit.
- `does`: it is done.
- `no`: refused, with the reason. For the ways in, that is a form which this server did not show.
- `hidden`: as if there were no such page.

`reads`, `prod` and `river` are tokens of the administrator: for reading, for an environment that the run does
not touch, and for another repository. Tokens make no tokens, and have no account of their own.
"""

_OUTCOMES = {401: "login", 403: "no", 404: "hidden"}
_PROGRAMS = "/api/v1"
_TAGS = re.compile(r"<[^>]*>")
"""Pages let long names break."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    outcome: str


def table() -> dict[tuple[str, str], dict[str, str]]:
    heading, *lines = TABLE.strip().splitlines()
    names = heading.split()
    rows = (line.split() for line in lines)
    return {(method, path): dict(zip(names, said, strict=True)) for method, path, *said in rows}


def routes(found: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Method and path of each; what can be done to a run is spelled out."""
    for route in found:
        if not isinstance(route, Route):
            # Routers that were included; anything else would be overlooked, and fails here.
            yield from routes(route.original_router.routes)
            continue
        for method in sorted({*(route.methods or ())} - {"HEAD"}):
            words = DeedKind if "{deed}" in route.path else BeginKind if "{kind}" in route.path else [""]
            yield from ((method, route.path.replace("{deed}", word).replace("{kind}", word)) for word in words)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoleHouse]:
    house = RoleHouse(tmp_path_factory.mktemp("roles"))
    yield house
    house.close()


@pytest.fixture(scope="module")
def client(house: RoleHouse) -> Iterator[httpx.Client]:
    with serving(house.services()) as base, httpx.Client(base_url=base, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def waiting(house: RoleHouse) -> str:
    """A run that is looked at, and nothing is done to it."""
    return house.run_for("")[0]


def tried(client: httpx.Client, house: RoleHouse, waiting: str, route: tuple[str, str], who: str) -> Answer:
    method, path = route
    client.cookies.clear()
    visitor = house.visitor(who, is_new=path.startswith(("/logout", "/account/")))
    run, gate = house.run_for(path.rpartition("/")[2]) if _is_deed(path) else (waiting, "")
    unit = next(iter(house.house.runs.view(run).snapshot.units))
    address = path.replace("{run}", run).replace("{path:path}", unit if "{run}" in path else UNIT)
    address = address.replace("{token}", visitor.token)
    with client.stream(method, address, headers={**visitor.headers, **_headers(visitor, path)},
                       **_sent(method, path, visitor, gate)) as answer:  # fmt: skip
        return Answer(answer.status_code, _outcome(method, answer, (run, UNIT)))


def _is_deed(path: str) -> bool:
    return "{run}" in path and path.rpartition("/")[2] in list(DeedKind)


def _headers(visitor: Visitor, path: str) -> dict[str, str]:
    return {"x-towpath-form": visitor.key} if path.startswith(_PROGRAMS) else {}


def _sent(method: str, path: str, visitor: Visitor, gate: str) -> dict[str, Any]:
    if method == "GET":
        # Of the audit log the newest entries are shown, and many log in here.
        asked = {"events": {"after": "0"}, "audit": {"text": "run-approved"}}.get(path.rpartition("/")[2], {})
        return {"params": asked | ({"gate": gate} if gate else {})}
    if path == f"{_PROGRAMS}/runs":
        return {"json": {"kind": "plan"}}
    if path.endswith("/thaw") and path.startswith(_PROGRAMS):
        return {"json": {"reason": "because"}}
    if path.startswith(_PROGRAMS):
        return {"json": {"gate": gate, "reason": "because"}}
    form = {"form_key": visitor.key, "gate": gate, "reason": "because", "role": "viewer", "name": "new"}
    return {"data": form | {"current": PASSWORD, "password": PASSWORD}}


def _outcome(method: str, answer: httpx.Response, names: tuple[str, ...]) -> str:
    if answer.status_code >= 400:
        return _OUTCOMES.get(answer.status_code, str(answer.status_code))
    if method != "GET":
        return "does"
    # A stream goes on for ever; who may follow it is told the first thing at once.
    parts = answer.iter_text()
    is_stream = answer.headers.get("content-type", "").startswith("text/event-stream")
    said = next(parts) if is_stream else "".join(parts)
    shown = said + _TAGS.sub("", said)
    return "sees" if is_stream or any(name in shown for name in names) else "open"


def test_every_route_has_a_line_in_the_table_and_every_line_a_route(house: RoleHouse) -> None:
    app = create_app(house.services())
    there = set(routes(app.router.routes))
    assert there == set(table())
    assert {name for said in table().values() for name in said} == set(VISITORS)
    described = {(method.upper(), path) for path, methods in app.openapi()["paths"].items() for method in methods}
    assert described <= {(method, path.replace(":path", "")) for method, path in there}


def _described(app: Any) -> Mapping[str, Mapping[str, Any]]:
    paths: Mapping[str, Mapping[str, Any]] = app.openapi()["paths"]
    return paths


@pytest.mark.parametrize("route", table(), ids=" ".join)
def test_a_route_does_for_everybody_what_the_table_says(
    route: tuple[str, str], client: httpx.Client, house: RoleHouse, waiting: str
) -> None:
    answers = {who: tried(client, house, waiting, route, who) for who in VISITORS}
    assert {who: answer.outcome for who, answer in answers.items()} == table()[route]
    method, path = route
    described = _described(create_app(house.services())).get(path.replace(":path", ""), {}).get(method.lower())
    if described is not None:
        assert {str(answer.status) for answer in answers.values()} <= set(described["responses"])


@pytest.mark.parametrize("name", ["token", "access_token", "authorization", "towpath", "session"])
def test_a_secret_in_an_address_lets_nobody_in(name: str, client: httpx.Client, house: RoleHouse) -> None:
    """Addresses are written down by proxies and browsers."""
    client.cookies.clear()
    secrets = (house.visitor("reads").headers["authorization"], house.visitor("admin").headers["cookie"])
    for secret in secrets:
        for value in (secret, secret.removeprefix("Bearer ").removeprefix("towpath=")):
            assert client.get("/api/v1/runs", params={name: value}).status_code == 401

"""Addresses whose parts name something else than a run, a unit or a file of the pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from role_house import UNIT, RoleHouse
from web_served import serving

SECRET = "open-sesame"
CLIMBING = (
    "..", "../..", "../../secret.txt", "..%2f..%2fsecret.txt", "%2e%2e/%2e%2e/secret.txt", "..%5c..%5csecret.txt",
    "....//....//secret.txt", "%252e%252e%252fsecret.txt", "..%c0%afsecret.txt", "/etc/passwd", "%2fetc%2fpasswd",
    "secret.txt%00.log", "x" * 5000, "%ff%fe", "~root", ".git/config", "state.db", "key", "logs",
)  # fmt: skip
ADDRESSES = (
    "/runs/{}", "/runs/{}/parts", "/runs/{}/units/" + UNIT, "/runs/{}/log/" + UNIT, "/runs/RUN/units/{}",
    "/runs/RUN/log/{}", "/runs/RUN/parts/{}", "/units/{}", "/static/{}", "/static/x/{}", "/api/v1/runs/{}",
    "/api/v1/runs/{}/logs/" + UNIT, "/api/v1/runs/RUN/logs/{}", "/api/v1/runs/RUN/units/{}", "/api/v1/history/{}",
)  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoleHouse]:
    folder: Path = tmp_path_factory.mktemp("climbing")
    for place in (folder, folder / "state"):
        place.mkdir(exist_ok=True, mode=0o700)
        (place / "secret.txt").write_text(SECRET, encoding="utf-8")
    house = RoleHouse(folder / "state")
    yield house
    house.close()


@pytest.fixture(scope="module")
def client(house: RoleHouse) -> Iterator[httpx.Client]:
    """An administrator, who may see everything there is."""
    cookie = house.visitor("admin").headers["cookie"]
    with serving(house.services()) as base, httpx.Client(base_url=base, headers={"cookie": cookie}) as client:
        yield client


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_but_what_is_meant_is_read(client: httpx.Client, house: RoleHouse, address: str) -> None:
    run, _ = house.run_for("")
    for climbing in CLIMBING:
        # As it is: a client that tidies addresses would hide what is tried.
        target = address.replace("RUN", run).format(climbing).encode()
        answer = client.request("GET", "/", extensions={"target": target})
        assert answer.status_code in (303, 400, 404, 414, 422), (target, answer.text)
        assert SECRET not in answer.text
        assert "root:" not in answer.text


def test_a_unit_of_any_name_is_looked_at_and_its_log_kept_in_its_own_place(
    client: httpx.Client, house: RoleHouse
) -> None:
    run, _ = house.run_for("")
    unit = next(iter(house.house.runs.view(run).snapshot.units))
    log = house.house.state.logs.open(run, unit)
    log.line("Planning")
    log.close()
    assert client.get(f"/api/v1/runs/{run}/logs/{unit}").text.endswith("\nPlanning\n")
    named = client.get(f"/runs/{run}/log/{unit}").headers["content-disposition"]
    assert "/" not in named.partition("filename=")[2]

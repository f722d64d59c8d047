"""Logging in on every kind of database: what several processes do at once, and what administrators do beside them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from login_house import ADMIN, PASSWORD, LoginHouse
from state_homes import StateHome

from towpath.problems import ProblemError
from towpath.service.administration import open_administration
from towpath.service.outside import Outside
from towpath.stores import State
from towpath.system import FakeClock, FakeEnvironment, FakeProcesses, RandomIds

ANN = "ann@example.com"


def test_guesses_at_once_are_as_slow_as_one_after_the_other(state: State) -> None:
    house = LoginHouse(state.database)
    house.person(ANN)

    def guess(number: int) -> str:
        try:
            house.sessions.with_password(ANN, f"guess number {number}", f"192.0.2.{number}")
        except ProblemError as error:
            return error.problems[0].id
        raise AssertionError("a guess was right")

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(guess, range(24)))
    assert sorted(set(said)) == ["login-failed", "login-throttled"]
    assert said.count("login-failed") == 5


def test_a_link_lets_in_one_of_those_who_press_the_button_at_once(state: State) -> None:
    house = LoginHouse(state.database)
    house.person(ANN)
    link = house.accounts.link(ANN, ADMIN)

    def press(number: int) -> bool:
        try:
            return house.sessions.with_link(link.secret, f"192.0.2.{number}").account.email == ANN
        except ProblemError:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(press, range(8))) == 1
    assert house.log.verify() is None


def test_a_session_of_one_process_is_one_of_all(home: StateHome) -> None:
    here, there = LoginHouse(home.open().database), LoginHouse(home.open().database)
    here.person(ANN)
    secret = here.sessions.with_password(ANN, PASSWORD, "").secret
    assert there.sessions.caller(secret, "") is not None
    there.accounts.set_active(ANN, False, ADMIN)
    assert here.sessions.caller(secret, "") is None
    assert here.log.verify() is None


def test_administrators_work_beside_a_server_on_its_database(home: StateHome, tmp_path: Path) -> None:
    house = LoginHouse(home.open().database)
    config = tmp_path / "server.yml"
    config.write_text("database_env: THE_DATABASE\n" if home.url else f"state: {home.folder}\n")
    environment = FakeEnvironment({"THE_DATABASE": home.url or "", "USER": "root", "TOWPATH_KEY": "ab" * 32})
    outside = Outside(tmp_path, None, FakeProcesses(), environment, FakeClock(), RandomIds())
    with open_administration(outside, config) as opened:
        opened.accounts.add(ANN, "Ann", None, (), opened.by)
        assert opened.log.verify() is None
    assert [account.email for account in house.accounts.all()] == [ANN]
    assert house.audited() == [f"account-added {ANN}"]

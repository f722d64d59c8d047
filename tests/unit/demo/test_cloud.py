"""Starting the emulated AWS, and keeping the real one out of reach."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from towpath.demo.cloud import cloud_environment, start_cloud
from towpath.problems import ProblemError
from towpath.system import FakeClock
from towpath.system.servers import FakeServers

LISTENS = " * Running on http://127.0.0.1:40781\n"


def test_it_is_ready_when_it_says_where_it_listens(tmp_path: Path) -> None:
    servers = FakeServers(LISTENS)
    environment = {"PATH": "/bin", "AWS_PROFILE": "real", "MOTO_PORT": "1"}
    cloud = start_cloud(servers, FakeClock(), environment, tmp_path / "log", "eu-west-1", {"MOTO_X": "2"})
    (server,) = servers.started
    assert (cloud.endpoint, cloud.pid) == ("http://127.0.0.1:40781", server.pid)
    assert server.environment["MOTO_X"] == "2"
    assert not {"AWS_PROFILE", "MOTO_PORT"} & server.environment.keys()
    cloud.stop()
    assert server.state == "stopped"


def test_released_it_goes_on(tmp_path: Path) -> None:
    servers = FakeServers(LISTENS)
    cloud = start_cloud(servers, FakeClock(), {}, tmp_path / "log", "eu-west-1")
    cloud.release()
    cloud.stop()
    assert servers.started[0].state == "released"


def test_it_is_stopped_when_it_does_not_come_up(tmp_path: Path) -> None:
    servers = FakeServers("Address already in use\n")
    clock = FakeClock()
    with pytest.raises(ProblemError, match="Address already in use") as raised:
        start_cloud(servers, clock, {}, tmp_path / "log", "eu-west-1")
    assert raised.value.problems[0].id == "cloud-not-started"
    assert servers.started[0].state == "stopped"
    assert 59 < clock.steady() < 62


def test_without_moto_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ProblemError) as raised:
        start_cloud(FakeServers(), FakeClock(), {}, tmp_path / "log", "eu-west-1")
    (problem,) = raised.value.problems
    assert (problem.id, problem.hint) == ("demo-extra-missing", "pip install 'towpath[demo]'")


def test_nothing_of_the_surroundings_leads_to_a_real_account() -> None:
    base = {"AWS_PROFILE": "prod", "AWS_SESSION_TOKEN": "secret", "AWS_CA_BUNDLE": "x", "PATH": "/bin"}
    environment = cloud_environment(base, "http://127.0.0.1:1", "eu-west-1")
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert environment["PATH"] == "/bin"
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE"} & environment.keys()
    assert environment["AWS_CONFIG_FILE"] == environment["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"

"""The demo's own server: where it listens, how it is configured, what is said to it."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from towpath.config.server import load_server_config
from towpath.demo.ground import DemoTools, Held
from towpath.demo.serving import PORTS, Service, free_port, serving, write_config
from towpath.demo.stage import Narrator, StoryError
from towpath.problems import Problem, ProblemError
from towpath.system import FakeClock, FakeEnvironment, FakeProcesses
from towpath.system.foreground import SystemForeground
from towpath.system.http import FakeHttp, HttpAnswer
from towpath.system.servers import FakeServers

BASE = "http://127.0.0.1:8080"
READY = f"{BASE}/readyz"
RUNS = f"{BASE}/api/v1/runs?repository=shop"
RUN = f"{BASE}/api/v1/runs/r1"


class Ports:
    """Ports that somebody listens at already; the others can be had, and are given back."""

    def __init__(self, *taken: int) -> None:
        self.taken = taken
        self.had: list[io.StringIO] = []

    def listen(self, host: str, port: int) -> Held:
        assert host == "127.0.0.1"
        if port in self.taken:
            raise ProblemError(Problem("cannot-listen", "Nobody can be listened to at this address", f"{port}"))
        self.had.append(io.StringIO())
        return self.had[-1]


class House:
    """A server that answers what is scripted."""

    def __init__(self, folder: Path, *logs: str) -> None:
        self.http = FakeHttp()
        self.clock = FakeClock()
        self.servers = FakeServers(*logs)
        self.ports = Ports()
        self.folder = folder

    @property
    def tools(self) -> DemoTools:
        doors = (FakeProcesses(), SystemForeground(), self.servers, self.http, self.ports.listen)
        return DemoTools(self.clock, FakeEnvironment({}), *doors)

    def service(self) -> Service:
        server = self.servers.start(("towpath", "serve"), log=self.folder / "server.log")
        service = Service(BASE, self.tools, server, self.folder / "server.log")
        service.token = "secret"
        return service

    def stands(self, *statuses: str, kind: str = "apply") -> None:
        """The run of commit c1 stands so, each time that it is looked at."""
        for status in statuses:
            self.http.script(RUNS, answer({"runs": [{"run": "r1", "kind": kind, "head": "c1"}]}))
            self.http.script(RUN, answer({"run": "r1", "status": status}))


def answer(document: Mapping[str, Any], status: int = 200) -> HttpAnswer:
    return HttpAnswer(status, json.dumps(document).encode())


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path, "said\n")


@pytest.mark.parametrize(("taken", "port"), [((), 8080), ((8080, 8081), 8082)])
def test_the_first_free_port_is_taken(house: House, taken: tuple[int, ...], port: int) -> None:
    house.ports.taken = taken
    assert free_port(house.tools) == port
    assert [one.closed for one in house.ports.had] == [True]


def test_where_every_port_is_taken_it_says_which(house: House) -> None:
    house.ports.taken = tuple(PORTS)
    with pytest.raises(ProblemError, match="every port from 8080 to 8099") as raised:
        free_port(house.tools)
    assert raised.value.problems[0].id == "demo-ports-taken"


def test_its_configuration_is_valid(tmp_path: Path) -> None:
    schedule = {"name": "drift-of-shop", "cron": "*/5 * * * *", "repositories": ["shop"]}
    file = write_config(tmp_path, 8081, {"shop": tmp_path / "shop"}, schedule)
    loaded = load_server_config(file.read_bytes(), str(file))
    assert loaded.problems == ()
    assert loaded.value.url == "http://127.0.0.1:8081"
    assert [(one.name, one.url, one.interval) for one in loaded.value.repositories] == [
        ("shop", str(tmp_path / "shop"), 5)
    ]


def test_it_is_there_when_it_is_ready_and_may_finish_in_the_end(house: House) -> None:
    house.http.script(READY, answer({}, 503), answer({}, 200))
    text = io.StringIO()
    config = house.folder / "server.yml"
    with serving(house.tools, Narrator(Console(file=text)), config, BASE, {"A": "1"}) as service:
        (server,) = house.servers.started
        assert server.argv[-3:] == ("serve", "--config", str(config))
        assert (server.environment, service.running()) == ({"A": "1"}, True)
    assert server.state == "stopped"
    assert text.getvalue() == ""


def test_interrupted_it_says_what_it_waits_for(house: House) -> None:
    house.http.script(READY, answer({}))
    text = io.StringIO()
    narrator = Narrator(Console(file=text))
    with pytest.raises(KeyboardInterrupt), serving(house.tools, narrator, house.folder / "server.yml", BASE, {}):
        raise KeyboardInterrupt
    assert "The server first finishes what it applies" in text.getvalue()
    assert house.servers.started[0].state == "stopped"


def test_one_that_never_answers_is_stopped_and_says_what_it_said(tmp_path: Path) -> None:
    house = House(tmp_path, "error[wrong-value]\n")
    house.http.script(READY, *[answer({}, 503)] * 200)
    narrator = Narrator(Console(file=io.StringIO()))
    with (
        pytest.raises(ProblemError, match=r"error\[wrong-value\]") as raised,
        serving(house.tools, narrator, tmp_path / "server.yml", BASE, {}),
    ):
        pytest.fail("it is not there")
    assert raised.value.problems[0].id == "demo-server-not-started"
    assert house.servers.started[0].state == "stopped"


def test_it_waits_until_a_run_stands_as_wanted(house: House) -> None:
    house.http.script(RUNS, answer({"runs": []}))
    house.http.script(RUNS, answer({"runs": [{"run": "r0", "kind": "drift", "head": "c1"}]}))
    house.stands("running", "running", "waiting")
    assert house.service().settled("shop", "c1", "waiting") == {"run": "r1", "status": "waiting"}
    assert house.clock.steady() == 2.0


def test_a_run_that_ends_otherwise_is_not_as_told(house: House) -> None:
    house.stands("running", "halted")
    with pytest.raises(StoryError, match=r"the run of shop is succeeded.*halted"):
        house.service().settled("shop", "c1", "succeeded")


def test_a_run_that_never_comes_is_not_as_told(house: House) -> None:
    house.http.script(RUNS, *[answer({"runs": []})] * 3000)
    with pytest.raises(StoryError, match="the run of shop is waiting within 900 s"):
        house.service().settled("shop", "c1", "waiting")


def test_a_server_that_is_gone_ends_the_waiting(house: House) -> None:
    house.http.script(RUNS, answer({"runs": []}))
    service = house.service()
    house.servers.started[0].stop()
    with pytest.raises(StoryError, match="the server runs; instead: said"):
        service.settled("shop", "c1", "waiting")


def test_an_approval_names_the_environment(house: House) -> None:
    house.http.script(f"{RUN}/approve", answer({}))
    house.service().approve({"run": "r1"}, "prod", "Seen in stage.")
    ((_, body),) = house.http.asked
    assert json.loads(body) == {"environment": "prod", "reason": "Seen in stage."}


def test_what_is_refused_is_not_as_told(house: House) -> None:
    house.http.script(f"{RUN}/approve", answer({"problems": [{"id": "not-allowed"}]}, 403))
    with pytest.raises(StoryError, match=r"the server does what it is asked; instead:.*not-allowed"):
        house.service().approve({"run": "r1"}, "prod", "")


def test_it_names_what_has_drifted(house: House) -> None:
    units = [{"path": "a", "drift": None}, {"path": "b", "drift": {"change": 1}}]
    house.http.script(f"{BASE}/api/v1/estate?repository=shop", answer({"units": units}))
    assert house.service().drifted("shop") == ["b"]

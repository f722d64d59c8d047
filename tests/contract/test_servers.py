"""Background servers: they live as long as who started them, no longer, unless released."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from patience import until

from towpath.problems import ProblemError
from towpath.system.servers import FakeServers, Servers, SystemServers

SLOW_TO_END = """
import signal, sys, time
def end(number, frame):
    time.sleep(1)
    print("finished", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("listening", flush=True)
signal.pause()
"""
SERVER = (
    "import subprocess, sys, time; print('listening', flush=True); subprocess.Popen(['sleep', '300']); time.sleep(300)"
)
STARTER = """
import pathlib, sys, time
from towpath.system.servers import SystemServers
server = SystemServers().start([sys.executable, "-c", {server!r}], log=pathlib.Path({log!r}))
print(server.pid, flush=True)
time.sleep(300)
"""


def gone(group: int) -> bool:
    """Whether no process of the group runs any more; who is dead and not yet waited for does not run."""
    states = subprocess.run(["ps", "-A", "-o", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in states.splitlines()]
    return not [row for row in rows if int(row[0]) == group and not row[1].startswith("Z")]


@pytest.fixture(params=["system", "fake"])
def servers(request: pytest.FixtureRequest) -> Servers:
    return SystemServers() if request.param == "system" else FakeServers("listening\n")


def test_it_runs_until_it_is_stopped(servers: Servers, tmp_path: Path) -> None:
    server = servers.start([sys.executable, "-c", SERVER], log=tmp_path / "log")
    assert server.running()
    assert server.pid > 1
    assert until(lambda: (tmp_path / "log").read_text() == "listening\n")
    server.stop()
    server.stop()
    assert not server.running()


def test_stopping_it_stops_what_it_started(tmp_path: Path) -> None:
    server = SystemServers().start([sys.executable, "-c", SERVER], log=tmp_path / "log")
    assert until(lambda: (tmp_path / "log").read_text() != "")
    server.stop()
    assert gone(server.pid)


@pytest.mark.parametrize(("grace", "last"), [(30.0, "finished\n"), (0.01, "listening\n")])
def test_it_may_finish_within_its_grace(tmp_path: Path, grace: float, last: str) -> None:
    log = tmp_path / "log"
    server = SystemServers().start([sys.executable, "-c", SLOW_TO_END], log=log, grace=grace)
    assert until(lambda: log.read_text() != "")
    server.stop()
    assert log.read_text().endswith(last)
    assert gone(server.pid)


def test_it_gets_the_environment_it_is_given(tmp_path: Path) -> None:
    script = "import os; print(os.environ['COLOUR'], flush=True); import time; time.sleep(300)"
    server = SystemServers().start([sys.executable, "-c", script], log=tmp_path / "log", environment={"COLOUR": "red"})
    assert until(lambda: (tmp_path / "log").read_text() == "red\n")
    server.stop()


def test_one_that_ends_by_itself_does_not_run(tmp_path: Path) -> None:
    server = SystemServers().start([sys.executable, "-c", "print('bye')"], log=tmp_path / "log")
    assert until(lambda: not server.running())
    assert (tmp_path / "log").read_text() == "bye\n"
    server.stop()


def test_a_program_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="No such file") as raised:
        SystemServers().start([str(tmp_path / "missing")], log=tmp_path / "log")
    assert raised.value.problems[0].id == "cannot-start"


def test_released_it_outlives_its_starter(tmp_path: Path) -> None:
    server = SystemServers().start([sys.executable, "-c", SERVER], log=tmp_path / "log")
    server.release()
    server.stop()
    assert not gone(server.pid)
    os.killpg(server.pid, signal.SIGKILL)
    assert until(lambda: gone(server.pid))


def test_a_killed_starter_takes_it_along(tmp_path: Path) -> None:
    script = STARTER.format(server=SERVER, log=str(tmp_path / "log"))
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        group = int(starter.stdout.readline())
        assert not gone(group)
        starter.kill()
    assert until(lambda: gone(group))

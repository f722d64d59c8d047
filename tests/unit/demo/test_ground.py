"""What the demo stands on."""

from __future__ import annotations

from pathlib import Path

import pytest

from towpath.demo.ground import DemoTools, demo_cloud
from towpath.problems import ProblemError
from towpath.system import FakeClock, FakeEnvironment, FakeProcesses
from towpath.system.foreground import SystemForeground
from towpath.system.http import FakeHttp
from towpath.system.listening import listen_at
from towpath.system.servers import FakeServers


def test_without_an_engine_nothing_is_started(tmp_path: Path) -> None:
    # Servers that nobody scripted: starting one fails the test.
    doors = (FakeProcesses(), SystemForeground(), FakeServers(), FakeHttp(), listen_at)
    tools = DemoTools(FakeClock(), FakeEnvironment({}), *doors)
    with pytest.raises(ProblemError) as raised, demo_cloud(tools, tmp_path):
        pytest.fail("there is no engine")
    assert raised.value.problems[0].id == "engine-missing"

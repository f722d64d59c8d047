"""The demo: told to its end, and gone without a trace however it ends."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest
from running_demo import ANSWERS, closes, demo, port_of, said_until, surroundings_of

WALK_SECONDS = 900
SERVED_SECONDS = 1800
LINK = re.compile(r"http://127\.0\.0\.1:(\d+)/login/link#\S+")
STAYS = re.compile(r"^Ctrl-C ends it all\.$")


@pytest.fixture
def surroundings(tmp_path: Path, providers: Path) -> dict[str, str]:
    return surroundings_of(tmp_path, providers)


@pytest.mark.timeout(WALK_SECONDS)
def test_the_story_is_told_to_its_end(surroundings: dict[str, str]) -> None:
    with demo(surroundings) as process:
        said, _ = process.communicate(timeout=WALK_SECONDS)
    assert process.returncode == 0, said
    assert "\x1b" not in said, "piped, it is plain"
    assert [line for line in said.splitlines() if line.startswith("Altogether")], said
    port = ANSWERS.search(said)
    assert port is not None
    assert closes(int(port.group(1)))
    assert list(Path(surroundings["TMPDIR"]).iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_clears_up(surroundings: dict[str, str], number: signal.Signals) -> None:
    with demo(surroundings) as process:
        port = port_of(process)
        if number is signal.SIGINT:
            os.killpg(process.pid, number)  # as a terminal does
        else:
            process.send_signal(number)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "Interrupted" in said
    assert closes(port)
    assert list(Path(surroundings["TMPDIR"]).iterdir()) == []


def test_killed_it_takes_its_cloud_along(surroundings: dict[str, str]) -> None:
    with demo(surroundings) as process:
        port = port_of(process)
        process.kill()
        process.wait(60)
        assert closes(port)


def test_the_service_of_the_demo_lets_in_until_it_is_ended(surroundings: dict[str, str]) -> None:
    with demo(surroundings, "--serve") as process:
        cloud = port_of(process)
        _, link = said_until(process, LINK)
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert "Everything the demo started is stopped" in said
    assert closes(int(link.group(1)))
    assert closes(cloud)
    assert list(Path(surroundings["TMPDIR"]).iterdir()) == []


# What has drifted is found on a schedule, and schedules are not denser than five minutes.
@pytest.mark.soak
@pytest.mark.timeout(SERVED_SECONDS)
def test_the_story_in_the_browser_is_played_to_its_end(surroundings: dict[str, str]) -> None:
    with demo(surroundings, "--serve") as process:
        told, _ = said_until(process, STAYS)
        assert process.poll() is None, "it stays"
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, told + said
    assert "went wrong" not in told
    assert [line for line in told.splitlines() if line.startswith("Altogether")], told
    assert list(Path(surroundings["TMPDIR"]).iterdir()) == []

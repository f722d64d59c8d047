"""The demo: told to its end, and gone without a trace however it ends."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from patience import until

ANSWERS = re.compile(r"An emulated AWS answers on http://127\.0\.0\.1:(\d+)")
WALK_SECONDS = 900


@pytest.fixture
def surroundings(tmp_path: Path, providers: Path) -> dict[str, str]:
    """The environment of a demo that puts its folder into the test's."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    elsewhere = {"TMPDIR": str(temporary), "TF_CLI_CONFIG_FILE": str(providers), "HOME": str(tmp_path / "home")}
    return dict(os.environ) | elsewhere


@contextlib.contextmanager
def demo(surroundings: Mapping[str, str], *words: str) -> Iterator[subprocess.Popen[str]]:
    """A running demo, as in a terminal: the head of its own process group. Killed at the end if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "towpath", "demo", *words],
        cwd="/",
        env=dict(surroundings),
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def port_of(process: subprocess.Popen[str]) -> int:
    """Where its emulated AWS listens, read from what it says."""
    assert process.stdout is not None
    for line in process.stdout:
        if found := ANSWERS.search(line):
            return int(found.group(1))
    raise AssertionError("the demo ended before its emulated AWS answered")


def closes(port: int) -> bool:
    """Whether nobody listens there any more, or stops to within ten seconds."""

    def is_closed() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) != 0

    return until(is_closed)


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

"""`towpath demo` as in a terminal, and what it leaves behind."""

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

from patience import until

__all__ = ["ANSWERS", "closes", "demo", "port_of", "said_until", "surroundings_of"]

ANSWERS = re.compile(r"An emulated AWS answers on http://127\.0\.0\.1:(\d+)")


def surroundings_of(folder: Path, providers: Path) -> dict[str, str]:
    """The environment of a demo that puts its folder into this one's."""
    temporary = folder / "temporary"
    temporary.mkdir()
    elsewhere = {"TMPDIR": str(temporary), "TF_CLI_CONFIG_FILE": str(providers), "HOME": str(folder / "home")}
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


def said_until(process: subprocess.Popen[str], pattern: re.Pattern[str]) -> tuple[str, re.Match[str]]:
    """What it says until a line fits, and how that fits."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if found := pattern.search(line):
            return said, found
    raise AssertionError(f"the demo ended before it said {pattern.pattern}: {said}")


def port_of(process: subprocess.Popen[str]) -> int:
    """Where its emulated AWS listens, read from what it says."""
    return int(said_until(process, ANSWERS)[1].group(1))


def closes(port: int) -> bool:
    """Whether nobody listens there any more, or stops to within ten seconds."""

    def is_closed() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) != 0

    return until(is_closed)

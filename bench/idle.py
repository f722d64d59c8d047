"""What a server costs that has nothing to do: it watches many repositories in which nothing happens."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from bench.measuring import TOWPATH, cpu_seconds, megabytes
from bench.repositories import commit

__all__ = ["figures"]

_REPOSITORIES = 200
_WARM_SECONDS = 150.0
"""Every repository has been looked at once by then, and mirrored."""
_SECONDS = 60.0


def _live_repositories(folder: Path) -> list[dict[str, object]]:
    """Copies of one repository whose units need nothing, so that their first runs are soon over."""
    first = folder / "live-000"
    first.mkdir()
    commit(first, {"towpath.yml": "units: {terraform: ['units/*']}\n", "README.md": "Nothing to apply.\n"}, "Nothing")
    for number in range(1, _REPOSITORIES):
        subprocess.run(["cp", "-r", str(first), str(folder / f"live-{number:03}")], check=True)
    return [
        {"name": f"live-{number:03}", "url": str(folder / f"live-{number:03}"), "branch": "main"}
        for number in range(_REPOSITORIES)
    ]


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as place:
        top = Path(place)
        settings = {
            "repositories": _live_repositories(top),
            "state": str(top / "state"),
            "cache": str(top / "cache"),
            "listen": "127.0.0.1:0",
        }
        config = top / "server.yml"
        config.write_text(json.dumps(settings), encoding="utf-8")
        with (top / "said").open("wb") as said:
            server = subprocess.Popen(
                [*TOWPATH, "serve", "--config", str(config)], env=dict(os.environ), cwd=top, stdout=said, stderr=said
            )
        try:
            time.sleep(_WARM_SECONDS)  # what comes first is not what it costs when nothing happens
            before = cpu_seconds(server.pid)
            time.sleep(_SECONDS)  # the time that is measured
            used, memory = cpu_seconds(server.pid) - before, megabytes(server.pid)
            if server.poll() is not None:
                raise RuntimeError((top / "said").read_text(encoding="utf-8"))
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)
    name = f"an idle server, {_REPOSITORIES} watched repositories"
    yield Figure(f"{name}: processor", used, f"{_SECONDS:g} s of one core", _SECONDS, at_most=0.03)
    yield Figure(f"{name}: memory", memory, "what was promised", 250.0, at_most=1, unit="MB")

"""Watches what a `towpath` child does: processes, sockets, files, as Python's own audit sees them.

    watch = Watch(folder)
    world.environment.update(watch.environment(world.environment))
    world.towpath("units")
    watch.processes, watch.connections, watch.opened

On PATH there is git and nothing else but traps: programs that leave a mark when somebody starts them.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

__all__ = ["Watch"]

_TRAPS = ("aws", "bash", "python", "python3", "sh", "sops", "ssh", "terraform", "terragrunt", "tofu", "trap")

_HOOK = """
import json, os, sys
def _watch():
    record = os.open({record!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    watched = ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.fork", "os.startfile", "pty.spawn",
               "socket.connect", "socket.getaddrinfo", "socket.bind", "open")
    def hook(event, arguments):
        if event in watched:
            os.write(record, (json.dumps([event, [repr(each) for each in arguments]]) + "\\n").encode())
    sys.addaudithook(hook)
_watch()
"""

_TRAP = '#!{python} -S\nopen({mark!r}, "a").write("{name}\\n")\n'


class Watch:
    """`folder` holds the record, the hook and the traps."""

    def __init__(self, folder: Path) -> None:
        self._record = folder / "record"
        self._mark = folder / "sprung"
        self._hooked = folder / "hooked"
        self._path = folder / "path"
        self._hooked.mkdir(parents=True)
        self._path.mkdir()
        (self._hooked / "sitecustomize.py").write_text(_HOOK.format(record=str(self._record)), encoding="utf-8")
        git = shutil.which("git")
        assert git is not None
        (self._path / "git").symlink_to(git)
        for name in _TRAPS:
            self._trap(name)

    def _trap(self, name: str) -> None:
        trap = self._path / name
        trap.write_text(_TRAP.format(python=sys.executable, mark=str(self._mark), name=name), encoding="utf-8")
        trap.chmod(0o755)

    @property
    def trap(self) -> Path:
        """A program that nobody may start."""
        return self._path / "trap"

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """What to add to the child's environment."""
        path = os.pathsep.join(filter(None, (str(self._hooked), given.get("PYTHONPATH"))))
        return {"PATH": str(self._path), "PYTHONPATH": path}

    @property
    def sprung(self) -> list[str]:
        """The traps that somebody stepped on."""
        return self._mark.read_text(encoding="utf-8").split() if self._mark.exists() else []

    @property
    def processes(self) -> list[str]:
        """What was started, as written in the call."""
        return [arguments for event, arguments in self._events() if event.startswith(("subprocess", "os.", "pty"))]

    @property
    def connections(self) -> list[str]:
        return [arguments for event, arguments in self._events() if event.startswith("socket.")]

    @property
    def opened(self) -> list[str]:
        """The files that were opened by path; pipes have no name."""
        found = (json.loads(line) for line in self._lines())
        names = (each[1][0] for each in found if each[0] == "open")
        return sorted({name.removeprefix("b").strip("'\"") for name in names if not name.isdigit()})

    def _events(self) -> list[tuple[str, str]]:
        return [(each[0], " ".join(each[1])) for each in map(json.loads, self._lines())]

    def _lines(self) -> list[str]:
        return self._record.read_text(encoding="utf-8").splitlines()

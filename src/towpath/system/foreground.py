"""A child process that shares this terminal: what it prints appears as it is printed, and Ctrl-C reaches it as well."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

__all__ = ["Foreground", "SystemForeground"]


class Foreground(Protocol):
    """Runs a program to its end and gives its exit status."""

    def run(self, argv: Sequence[str], *, folder: Path, environment: Mapping[str, str]) -> int: ...


class SystemForeground:
    """On Ctrl-C the child, which has heard it too, may finish; a second one kills it. `KeyboardInterrupt` goes on."""

    def run(self, argv: Sequence[str], *, folder: Path, environment: Mapping[str, str]) -> int:
        child = subprocess.Popen(list(argv), cwd=folder, env=dict(environment), stdin=subprocess.DEVNULL)
        try:
            return child.wait()
        except KeyboardInterrupt:
            child.wait()
            raise
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()

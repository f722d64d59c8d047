"""How long it takes until a command begins, and what the guard costs."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from bench.measuring import TOWPATH, in_turn, run
from bench.repositories import commit, live_repository
from towpath.model.commands import Command
from towpath.runners import LocalRunner
from towpath.system.guarded import SystemGuardedProcesses

__all__ = ["figures"]

_HELP_NEEDS = "import click"
_CHANGES_NEEDS = (
    "import click, platformdirs, re2, tree_sitter, tree_sitter_hcl, yaml; "
    "from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator"
)


class NoLog:
    """A log nobody reads."""

    def line(self, text: str) -> None:
        del text


class NeverCancelled:
    """Nobody interrupts a measurement."""

    def level(self) -> int:
        return 0

    def wait(self, level: int, seconds: float) -> int:
        time.sleep(seconds)  # as long as whoever waits asked for
        return level


def _against_imports(name: str, argv: tuple[str, ...], needs: str, libraries: str) -> Figure:
    ours, floor = in_turn(lambda: run(*argv), lambda: run(sys.executable, "-c", needs), rounds=9)
    return Figure(name, ours, f"python that imports {libraries}", floor, at_most=3)


def guard() -> Figure:
    """Starting a program under the guard, against starting it alone: what every call of an engine pays."""
    command = Command(("true",), Path.cwd(), {"PATH": "/usr/bin:/bin"})
    with tempfile.TemporaryDirectory() as folder:
        runner = LocalRunner(SystemGuardedProcesses(Path(folder) / "engines"))
        ours, floor = in_turn(lambda: runner.run(command, NoLog(), NeverCancelled()), lambda: run("true"), rounds=11)
    return Figure("a program under the guard", ours, "the program alone", floor)


def figures() -> Iterator[Figure]:
    yield _against_imports("towpath --help", (*TOWPATH, "--help"), _HELP_NEEDS, "click")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        base = commit(folder, live_repository(10), "base")
        head = commit(folder, {"notes.txt": "nothing"}, "nothing")
        argv = (*TOWPATH, "-C", place, "changes", base, head, "--json")
        yield _against_imports("towpath changes, 10 units", argv, _CHANGES_NEEDS, "what it needs of other libraries")
    yield guard()

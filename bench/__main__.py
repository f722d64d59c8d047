"""`make bench`: measures, prints a table with ratios, writes JSON beside it."""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import tree_sitter
import tree_sitter_hcl

from bench.repositories import ROOT, commit, live_repository
from towpath.hcl import parse
from towpath.model.commands import Command
from towpath.runners import LocalRunner
from towpath.system.guarded import SystemGuardedProcesses

RESULTS = Path(__file__).parent / "results" / "latest.json"
TOWPATH = (sys.executable, "-m", "towpath")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement: seconds of ours, seconds of the floor, and what the two are."""

    name: str
    seconds: float
    floor: str
    floor_seconds: float

    @property
    def ratio(self) -> float:
        return self.seconds / self.floor_seconds


class NoLog:
    """A log nobody reads."""

    def line(self, text: str) -> None:
        del text


class NeverCancelled:
    """Nobody interrupts a measurement."""

    def level(self) -> int:
        return 0

    def wait(self, level: int, seconds: float) -> int:
        time.sleep(seconds)
        return level


def median_seconds(work: Callable[[], object], rounds: int = 5) -> float:
    """The median of several rounds, after one that does not count."""
    work()
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def run(*argv: str) -> None:
    """Runs a command to its end; its output is not wanted."""
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def tree_sitter_alone(contents: list[bytes]) -> Callable[[], object]:
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))
    return lambda: [parser.parse(content) for content in contents]


def hcl_contents(files: dict[str, str]) -> list[bytes]:
    return [text.encode() for name, text in files.items() if name.endswith((".hcl", ".tf"))]


def parsing(units: int) -> Figure:
    """Parsing every file into our syntax tree, against the grammar's own parser."""
    contents = hcl_contents(live_repository(units))
    ours = median_seconds(lambda: [parse(content, "file.hcl") for content in contents])
    floor = median_seconds(tree_sitter_alone(contents))
    return Figure(f"parse {len(contents):,} files", ours, "tree-sitter alone", floor)


def changes(units: int) -> Figure:
    """`towpath changes` with one shared file changed, whole process, against parsing every file once."""
    files = live_repository(units)
    with tempfile.TemporaryDirectory() as folder:
        base = commit(Path(folder), files, "base")
        head = commit(Path(folder), {"root.hcl": ROOT.replace("tags = {", 'tags = { team = "core",')}, "one tag")
        ours = median_seconds(lambda: run(*TOWPATH, "-C", folder, "changes", base, head, "--json"), rounds=3)
    floor = median_seconds(tree_sitter_alone(hcl_contents(files)))
    return Figure(f"changes, {units:,} units, cold", ours, "tree-sitter over every file once", floor)


def start_up() -> Figure:
    """`towpath --help`, against starting Python."""
    ours = median_seconds(lambda: run(*TOWPATH, "--help"))
    return Figure("towpath --help", ours, "python -c pass", median_seconds(lambda: run(sys.executable, "-c", "pass")))


def guard() -> Figure:
    """Starting a program under the guard, against starting it alone; what an engine call pays once."""
    command = Command(("true",), Path.cwd(), {"PATH": "/usr/bin:/bin"})
    with tempfile.TemporaryDirectory() as folder:
        runner = LocalRunner(SystemGuardedProcesses(Path(folder) / "engines"))
        ours = median_seconds(lambda: runner.run(command, NoLog(), NeverCancelled()), rounds=11)
    return Figure(
        "a program under the guard", ours, "the program alone", median_seconds(lambda: run("true"), rounds=11)
    )


def figures() -> Iterator[Figure]:
    yield start_up()
    yield guard()
    yield parsing(1000)
    yield changes(100)
    yield changes(1000)


def main() -> None:
    print(f"{'what':34}{'seconds':>10}{'floor':>10}{'ratio':>9}  floor is")
    measured = []
    for figure in figures():
        measured.append(figure)
        print(
            f"{figure.name:34}{figure.seconds:10.3f}{figure.floor_seconds:10.4f}{figure.ratio:9.1f}  {figure.floor}",
            flush=True,
        )
    RESULTS.parent.mkdir(exist_ok=True)
    machine = {"python": platform.python_version(), "system": platform.system(), "machine": platform.machine()}
    rows = [{**asdict(figure), "ratio": figure.ratio} for figure in measured]
    RESULTS.write_text(json.dumps({"machine": machine, "figures": rows}, indent=2) + "\n", encoding="utf-8")
    print(f"\nWritten to {RESULTS.relative_to(Path.cwd()) if RESULTS.is_relative_to(Path.cwd()) else RESULTS}")


if __name__ == "__main__":
    main()

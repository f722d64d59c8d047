"""Reading and comparing commits, from parsing one file to ten thousand units."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import tree_sitter
import tree_sitter_hcl

from bench.figures import Figure
from bench.measuring import TOWPATH, in_turn, peak_megabytes, run, seconds
from bench.repositories import COMMON, ROOT, commit, live_repository
from towpath.hcl import parse

__all__ = ["figures"]

_SHARED = {"_envcommon/service.hcl": COMMON.format(name="service").replace('"mon", "tue"', '"mon", "sat", "tue"')}
_ROOT = {"root.hcl": ROOT.replace("tags = {", 'tags = { team = "core",')}
_MOST_MEGABYTES = 500.0


@dataclass(frozen=True)
class Sample:
    """A live repository on disk with three commits: as made, one shared file changed, the root file changed."""

    folder: Path
    units: int
    commits: tuple[str, str, str]

    @property
    def environment(self) -> dict[str, str]:
        return {"TOWPATH_CACHE": str(self.folder.parent / "cache")}

    def compare(self, base: int, head: int) -> tuple[str, ...]:
        return (*TOWPATH, "-C", str(self.folder), "changes", self.commits[base], self.commits[head], "--json")

    def forget(self) -> None:
        """Removes what earlier commands kept."""
        shutil.rmtree(self.folder.parent / "cache", ignore_errors=True)

    def run(self, base: int, head: int) -> None:
        run(*self.compare(base, head), environment=self.environment)


@contextmanager
def sample(units: int) -> Iterator[Sample]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "live"
        folder.mkdir()
        commits = (
            commit(folder, live_repository(units), "base"),
            commit(folder, _SHARED, "one shared file"),
            commit(folder, _ROOT, "the root file"),
        )
        yield Sample(folder, units, commits)


def read_and_parse(folder: Path) -> Callable[[], object]:
    """Reads every file of the language in the folder and has the grammar's own parser read it: the floor of reading."""
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))

    def work() -> None:
        for around, inside, names in os.walk(folder):
            inside[:] = [name for name in inside if name != ".git"]
            for name in names:
                if name.endswith((".hcl", ".tf")):
                    parser.parse(Path(around, name).read_bytes())

    return work


_FLOOR = "reading every file and tree-sitter over it, once"


def parsing() -> Figure:
    contents = [text.encode() for name, text in live_repository(1000).items() if name.endswith((".hcl", ".tf"))]
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))
    ours, floor = in_turn(
        lambda: [parse(content, "file.hcl") for content in contents],
        lambda: [parser.parse(content) for content in contents],
    )
    return Figure(f"parse {len(contents):,} files", ours, "tree-sitter alone", floor)


def comparing(made: Sample, rounds: int) -> Iterator[Figure]:
    """Whole processes: cold, where nothing was kept; and warm, where the same was asked before."""
    floor = read_and_parse(made.folder)
    name = f"changes, {made.units:,} units"
    cold = in_turn(lambda: made.run(0, 1), floor, rounds, before=made.forget)
    yield Figure(f"{name}, one shared file, cold", cold[0], _FLOOR, cold[1], at_most=10)
    every = in_turn(lambda: made.run(1, 2), floor, rounds, before=made.forget)
    yield Figure(f"{name}, the root file, cold", every[0], _FLOOR, every[1])
    made.run(0, 1)
    warm = in_turn(lambda: made.run(0, 1), floor, max(rounds, 3))
    yield Figure(f"{name}, one shared file, warm", warm[0], _FLOOR, warm[1], at_most=1 if made.units > 1000 else None)


def growing(small: Sample, large: Sample) -> Figure:
    """Ten times the units against ten times the time."""
    found = []
    for one in (small, large):
        one.forget()
        found.append(seconds(lambda one=one: one.run(0, 1)))  # type: ignore[misc]  # bound for this round
    floor = found[0] * large.units / small.units
    name = f"changes, from {small.units:,} to {large.units:,} units"
    return Figure(name, found[1], f"the time of {small.units:,} units, multiplied", floor, at_most=1)


def remembering(made: Sample) -> Figure:
    made.forget()
    most = peak_megabytes(*made.compare(0, 1), environment=made.environment)
    name = f"changes, {made.units:,} units, peak memory"
    return Figure(name, most, f"{_MOST_MEGABYTES:g} MB", _MOST_MEGABYTES, at_most=1, unit="MB")


def figures() -> Iterator[Figure]:
    yield parsing()
    with sample(100) as small:
        yield from comparing(small, rounds=3)
    with sample(1_000) as middle, sample(10_000) as large:
        yield from comparing(middle, rounds=3)
        yield from comparing(large, rounds=1)
        yield growing(middle, large)
        yield remembering(large)

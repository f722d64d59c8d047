"""Running things and measuring them."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

__all__ = ["TOWPATH", "Pair", "cpu_seconds", "in_turn", "megabytes", "peak_megabytes", "run", "seconds"]

TOWPATH = (sys.executable, "-m", "towpath")
_LOOK_SECONDS = 0.02

Pair = tuple[float, float]


def run(*argv: str, environment: Mapping[str, str] | None = None, folder: Path | None = None) -> None:
    """Runs a command to its end; its output is not wanted."""
    env = {**os.environ, **(environment or {})}
    subprocess.run(argv, check=True, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turn(
    ours: Callable[[], object], floor: Callable[[], object], rounds: int = 5, before: Callable[[], object] | None = None
) -> Pair:
    """The medians of both, measured one after the other so that a busy machine hits both. One round does not count.
    `before` each round of ours comes what is not measured.
    """
    found: list[Pair] = []
    for _ in range(rounds + 1):
        if before is not None:
            before()
        found.append((seconds(ours), seconds(floor)))
    counted = found[1:]
    return statistics.median(one for one, _ in counted), statistics.median(other for _, other in counted)


def peak_megabytes(*argv: str, environment: Mapping[str, str] | None = None) -> float:
    """The most memory that a command and all its children had at once, in 10^6 bytes; what they share counts once."""
    env = {**os.environ, **(environment or {})}
    process = subprocess.Popen(argv, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        most = max(most, sum(map(_proportional_bytes, _tree(process.pid))))
        time.sleep(_LOOK_SECONDS)  # memory is looked at while the command runs
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, argv)
    return most / 1e6


def megabytes(pid: int) -> float:
    """What a process and all its children have now, in 10^6 bytes."""
    return sum(map(_proportional_bytes, _tree(pid))) / 1e6


def cpu_seconds(pid: int) -> float:
    """What a process and the children it has waited for have used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    # The state is the third field of `proc(5)`; times are the 14th to the 17th.
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _tree(pid: int) -> list[int]:
    found, waiting = [], [pid]
    while waiting:
        current = waiting.pop()
        found.append(current)
        try:
            children = Path(f"/proc/{current}/task/{current}/children").read_text(encoding="ascii")
        except OSError:
            continue
        waiting.extend(map(int, children.split()))
    return found


def _proportional_bytes(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    lines = (line.split() for line in rollup.splitlines())
    return next((int(words[1]) * 1024 for words in lines if words[0] == "Pss:"), 0)

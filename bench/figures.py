"""Figures, the table of them, and their JSON."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["Figure", "heading", "write"]

RESULTS = Path(__file__).parent / "results" / "latest.json"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement beside its floor, both in `unit` (s: seconds, MB: 10^6 bytes). `at_most` is the largest ratio
    that was promised, where one was.
    """

    name: str
    ours: float
    floor: str
    floor_value: float
    at_most: float | None = None
    unit: str = "s"

    @property
    def ratio(self) -> float:
        return self.ours / self.floor_value

    @property
    def holds(self) -> bool | None:
        return None if self.at_most is None else self.ratio <= self.at_most

    def row(self) -> str:
        promised = "" if self.at_most is None else f"{self.at_most:g}"
        verdict = {None: "", True: "holds", False: "does not hold"}[self.holds]
        return (
            f"{self.name:44}{self.ours:9.3f}{self.floor_value:10.3f} {self.unit:3}{self.ratio:8.2f}{promised:>9}  "
            f"{verdict:14}{self.floor}"
        )


def heading() -> str:
    return f"{'what':44}{'ours':>9}{'floor':>10}    {'ratio':>8}{'at most':>9}  {'':14}floor is"


def write(figures: Iterable[Figure]) -> Path:
    """Writes the figures, with what they were measured on; gives the file."""
    RESULTS.parent.mkdir(exist_ok=True)
    machine = {"python": platform.python_version(), "system": platform.system(), "machine": platform.machine()}
    rows = [{**asdict(figure), "ratio": figure.ratio, "holds": figure.holds} for figure in figures]
    RESULTS.write_text(json.dumps({"machine": machine, "figures": rows}, indent=2) + "\n", encoding="utf-8")
    return RESULTS

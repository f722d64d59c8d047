"""What the commands that only read have in common."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path

from towpath.cli.app import App
from towpath.live import Live, Unit
from towpath.model.paths import UnitPath, unit_path
from towpath.problems import Problem, ProblemError
from towpath.service.reading import Reading

__all__ = ["find_unit", "open_reading", "tell_uncommitted", "unit_among"]


def open_reading(app: App) -> Reading:
    if app.doors.repository is not None:
        return Reading(app.doors.repository, app.doors.environment.all())
    return Reading.open(app.folder, app.doors.processes, app.doors.environment, app.doors.workers)


def tell_uncommitted(app: App, reading: Reading) -> None:
    """Says that what is not committed is not looked at."""
    if reading.repository.is_dirty():
        app.output.note("The working tree holds changes that are not committed; they are not looked at.")


def find_unit(app: App, reading: Reading, live: Live, argument: str) -> Unit:
    """The unit that somebody names: by its path from the repository's root, or from the folder they are in.

    Raises `ProblemError` (`unknown-unit`).
    """
    found = unit_among(live.units, app.folder, reading.repository.folder, argument)
    if found is not None:
        return live.units[found]
    close = get_close_matches(argument.strip("/"), list(live.units), n=3)
    raise ProblemError(
        Problem(
            "unknown-unit",
            "There is no such unit",
            f"{argument} names no unit at {live.commit[:12]}.",
            hint=f"Did you mean {' or '.join(close)}?" if close else "`towpath units` lists every unit.",
        )
    )


def unit_among(units: Collection[UnitPath], folder: Path, top: Path, argument: str) -> UnitPath | None:
    """Which of these units somebody means who stands in `folder` of the repository at `top`."""
    return next((path for path in _meanings(folder, top, argument) if path in units), None)


def _meanings(folder: Path, top: Path, argument: str) -> list[UnitPath]:
    meanings: list[UnitPath] = []
    # Read from the root it may climb out of the repository, read from the folder it may not; and the reverse.
    with suppress(ValueError):
        meanings.append(unit_path(argument))
    with suppress(ValueError):
        meanings.append(unit_path((folder.resolve() / argument).resolve().relative_to(top.resolve()).as_posix()))
    return meanings

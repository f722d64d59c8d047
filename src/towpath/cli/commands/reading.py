"""What the commands that only read have in common."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path

from towpath.cli.app import App
from towpath.live import CONFIGURATION, Live, Unit
from towpath.model.paths import UnitPath, unit_path
from towpath.problems import Problem, ProblemError
from towpath.service.reading import Reading

__all__ = ["find_unit", "open_reading", "tell_uncommitted", "unit_among"]

_MOST_NAMED = 5
_MOST_MEANT = 3


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
    detail = f"`{argument}` names no unit at {live.commit[:12]}."
    hint = _meant(live.units, argument.strip("/")) or _uncommitted(app.folder / argument)
    raise ProblemError(
        Problem("unknown-unit", "There is no such unit", detail, hint=hint or "`towpath units` lists every unit.")
    )


def _meant(units: Collection[UnitPath], argument: str) -> str | None:
    """What somebody may have meant who named no unit: a folder of units, a unit's file, its last part, a slip."""
    below = [path for path in units if argument and path.startswith(f"{argument}/")]
    if below:
        return f"Name the units in it: {', '.join(below[:_MOST_NAMED])}{', …' if len(below) > _MOST_NAMED else ''}"
    folder = argument.rpartition("/")[0]
    alike = {path.lower(): path for path in units}
    close = [
        *([folder] if folder in units else []),
        *(path for path in units if argument and path.endswith(f"/{argument}")),
        *(alike[name] for name in get_close_matches(argument.lower(), list(alike), n=_MOST_MEANT)),
    ]
    return f"Did you mean {' or '.join(dict.fromkeys(close[:_MOST_MEANT]))}?" if close else None


def _uncommitted(folder: Path) -> str | None:
    is_there = (folder / CONFIGURATION).is_file()
    return "The folder is there, but this commit does not have it: commit it first." if is_there else None


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

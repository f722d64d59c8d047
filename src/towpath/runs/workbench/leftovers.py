"""What is in the state folder only for a while: working folders, checkouts, fetched sources.

1. A working folder goes as soon as the work in it is done. Inputs, plans and states in it are secrets.
2. What a killed process left goes when the next one has driven its run to a rest; at its start only what is too old to
   be in use by an engine that is still being stopped.
3. Checkouts that no open run needs, and sources that were fetched for a while ago, go at a rest as well.
4. A state that the engine could not store where it belongs (`errored.tfstate`) is never thrown away: it is moved to
   `rescued`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

__all__ = ["ERRORED_STATE", "remove_leftovers", "remove_old_work", "remove_working_folder", "rescue_state"]

ERRORED_STATE = "errored.tfstate"
_IN_USE_SECONDS = 3600.0
"""Longer than any engine may take to stop."""
_UNUSED_SECONDS = 30 * 24 * 3600.0


def rescue_state(state: Path, working_folder: Path) -> Path | None:
    """Moves a state that was not stored out of a working folder; returns where it is now."""
    for found in _errored(working_folder):
        rescued = state / "rescued"
        rescued.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = "--".join(working_folder.relative_to(state / "work").parts)
        place = next(place for n in range(10_000) if not (place := rescued / f"{name}.{n}.tfstate").exists())
        os.replace(found, place)
        place.chmod(0o600)
        return place
    return None


def _errored(folder: Path) -> Iterator[Path]:
    for where, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != ".terraform"]
        if ERRORED_STATE in files:
            yield Path(where) / ERRORED_STATE


def remove_working_folder(state: Path, folder: Path) -> Path | None:
    """Removes it; returns where a state is now that was not stored."""
    rescued = rescue_state(state, folder)
    shutil.rmtree(folder, ignore_errors=True)
    return rescued


def remove_old_work(state: Path, now: float) -> None:
    """Removes working folders that nothing can be at work in any more. `now` in seconds since 1970."""
    for folder in _folders(state / "work", 2):
        if now - folder.stat().st_mtime > _IN_USE_SECONDS:
            remove_working_folder(state, folder)


def remove_leftovers(state: Path, commits: Collection[str], now: float) -> None:
    """Removes every working folder, the checkouts of other commits than these, and what a fetch or an export left
    half done. Only for whoever holds the state's lock and has nothing at work.
    """
    for folder in _folders(state / "work", 2):
        remove_working_folder(state, folder)
    for folder in _folders(state / "work", 1):
        shutil.rmtree(folder, ignore_errors=True)
    for folder in _folders(state / "checkouts", 1):
        if folder.name.partition("-")[0] not in commits:
            shutil.rmtree(folder, ignore_errors=True)
    for folder in _folders(state / "sources", 1):
        if folder.name.startswith(".") or now - folder.stat().st_mtime > _UNUSED_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def _folders(top: Path, depth: int) -> list[Path]:
    """The folders so many levels below; links are not followed."""
    if not top.is_dir():
        return []
    below = [entry for entry in sorted(top.iterdir()) if entry.is_dir() and not entry.is_symlink()]
    return below if depth == 1 else [found for folder in below for found in _folders(folder, depth - 1)]

"""What the machine says when state cannot be kept, as problems."""

from __future__ import annotations

import contextlib
import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from towpath.problems import Problem, ProblemError

__all__ = ["keeping_state"]

_FULL = frozenset([errno.ENOSPC, errno.EDQUOT])
_LEAST_ROOM = 1024 * 1024
"""Bytes that the database needs for sure."""
_FORBIDDEN = frozenset([errno.EACCES, errno.EPERM, errno.EROFS])


@contextlib.contextmanager
def keeping_state(folder: Path) -> Iterator[None]:
    """Within, failures to read or write below `folder` are raised as `ProblemError`: `disk-full`, `state-not-writable`,
    `state-busy` (somebody else keeps writing), `state-damaged`. Others go on as they are.
    """
    try:
        yield
    except OSError as error:
        problem = _of_file(error, folder)
        if problem is None:
            raise
        raise ProblemError(problem) from error
    except DatabaseError as error:
        problem = _of_database(str(error.orig), folder)
        if problem is None:
            raise
        raise ProblemError(problem) from error


def _of_file(error: OSError, folder: Path) -> Problem | None:
    where = error.filename or str(folder)
    if error.errno in _FULL:
        return _full(f"{where} could not be written: {error.strerror}.")
    # Where folders cannot be made, some file systems say that there is no such folder.
    not_made = error.errno == errno.ENOENT and Path(where) in (folder, *folder.parents)
    if (
        not_made
        or error.errno in _FORBIDDEN
        or isinstance(error, NotADirectoryError | IsADirectoryError | FileExistsError)
    ):
        return _not_writable(f"{where}: {error.strerror}.")
    return None


def _of_database(message: str, folder: Path) -> Problem | None:
    said = message.lower()
    if "disk is full" in said or "no space" in said or ("disk i/o error" in said and _has_no_room(folder)):
        return _full(f"The database in {folder} could not be written: {message}.")
    if "readonly" in said or "unable to open" in said or "disk i/o error" in said:
        return _not_writable(f"The database in {folder}: {message}.")
    if "locked" in said or "busy" in said:
        detail = f"The database in {folder} was in use by another process for too long: {message}."
        return Problem("state-busy", "The state is busy", detail, hint="Try again when the other process is done.")
    if "not a database" in said or "malformed" in said:
        detail = f"The database in {folder} cannot be read: {message}. Nothing was changed."
        return Problem(
            "state-damaged",
            "The state is damaged",
            detail,
            hint="Restore the folder from a backup, or move it away to start anew; the cloud itself is not touched.",
        )
    return None


def _has_no_room(folder: Path) -> bool:
    """SQLite does not say that it found no room for the files beside its own."""
    return shutil.disk_usage(folder).free < _LEAST_ROOM


def _full(detail: str) -> Problem:
    return Problem(
        "disk-full",
        "The disk is full",
        f"{detail} What was recorded before is safe.",
        hint="Make room, then resume the run.",
    )


def _not_writable(detail: str) -> Problem:
    return Problem(
        "state-not-writable",
        "The state folder cannot be written",
        f"{detail} Towpath keeps runs, plans and logs there.",
        hint="Make the folder yours and writable, or choose another one with `--state`.",
    )

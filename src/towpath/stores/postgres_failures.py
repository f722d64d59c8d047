"""What PostgreSQL says, or the way there, when state cannot be kept, as problems.

The classes of SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html. While connecting, the client's
library passes none on: then only the words tell.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from towpath.problems import Problem, ProblemError

__all__ = ["reaching"]


@contextlib.contextmanager
def reaching(place: str) -> Iterator[None]:
    """Within, what the database at `place` says is raised as `ProblemError`: `database-unreachable`,
    `database-refused` (password, name, rights), `state-busy`, `disk-full`, `state-damaged`, `name-too-long`,
    `text-unusable` (PostgreSQL keeps every character but U+0000). Others go on as they are.
    """
    try:
        yield
    except PoolTimeout as error:
        raise ProblemError(_busy(place, "every connection was in use")) from error
    except DBAPIError as error:
        problem = _of(error.orig, place)
        if problem is None:
            raise
        raise ProblemError(problem) from error


def _of(error: BaseException | None, place: str) -> Problem | None:
    if not isinstance(error, psycopg.Error):
        return None
    said = _first_line(error)
    if error.sqlstate is None:
        if isinstance(error, psycopg.DataError):
            return _unusable(place, said)
        lost = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
        return _of_connecting(place, said) if lost else None
    for beginning, problem in _BY_STATE.items():
        if error.sqlstate.startswith(beginning):
            return problem(place, said)
    return None


def _first_line(error: psycopg.Error) -> str:
    """What follows it guesses at reasons, or quotes the statement."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return " ".join(lines[0].split()).rstrip(".")


_COMES_BACK = (
    "starting up",
    "shutting down",
    "recovery",
    "not yet accepting",
    "too many",
    "remaining connection slots",
)


def _of_connecting(place: str, said: str) -> Problem:
    answered = "FATAL" in said and not any(words in said for words in _COMES_BACK)
    return _refused(place, said) if answered else _unreachable(place, said)


def _unreachable(place: str, said: str) -> Problem:
    return Problem(
        "database-unreachable",
        "The database cannot be reached",
        f"The {place}: {said}. What was recorded before is safe.",
        hint="See whether it runs and whether this machine reaches it; Towpath goes on once it answers.",
    )


def _refused(place: str, said: str) -> Problem:
    return Problem(
        "database-refused",
        "The database refused Towpath",
        f"The {place}: {said}.",
        hint="Check the user, the password and the database's name, and that this user may create tables in it.",
    )


def _busy(place: str, said: str) -> Problem:
    detail = f"The {place} was in use by other processes for too long: {said}."
    return Problem("state-busy", "The state is busy", detail, hint="Try again when the other process is done.")


def _full(place: str, said: str) -> Problem:
    detail = f"The {place} could not be written: {said}. What was recorded before is safe."
    return Problem("disk-full", "The disk is full", detail, hint="Make room, then resume the run.")


def _damaged(place: str, said: str) -> Problem:
    detail = f"The {place} cannot be read: {said}. Nothing was changed."
    hint = "Restore it from a backup; the cloud itself is not touched."
    return Problem("state-damaged", "The state is damaged", detail, hint=hint)


def _too_long(place: str, said: str) -> Problem:
    detail = f"The {place} cannot keep it: {said}. Paths of units may have 512 characters, names of repositories 64."
    hint = "Move the unit to a shorter path."
    return Problem("name-too-long", "A name is too long to be kept", detail, hint=hint)


def _unusable(place: str, said: str) -> Problem:
    detail = f"The {place} cannot keep a text: {said}."
    hint = "Leave the character U+0000 out of it."
    return Problem("text-unusable", "A text cannot be kept", detail, hint=hint)


_BY_STATE: dict[str, Callable[[str, str], Problem]] = {
    "08": _unreachable,
    "57P": _unreachable,
    "25P03": _unreachable,
    "53300": _unreachable,
    "28": _refused,
    "3D000": _refused,
    "42501": _refused,
    "25006": _refused,
    "55P03": _busy,
    "57014": _busy,
    "40": _busy,
    "53100": _full,
    "53": _busy,
    "XX001": _damaged,
    "XX002": _damaged,
    "22001": _too_long,
}
"""By how the state begins; the first that fits."""

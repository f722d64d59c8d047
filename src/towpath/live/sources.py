"""What a module source means: a folder of this repository, or something elsewhere."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from towpath.live.discovery import folder_of
from towpath.model.paths import UnitPath
from towpath.problems import Place, Problem, Severity
from towpath.terragrunt import VIRTUAL_ROOT

__all__ = ["LocalSource", "OutsideRepositoryError", "is_elsewhere", "join", "local_source", "shown_source", "unpinned"]

_REMOTE = re.compile(r"[a-z0-9+]+::|[a-z0-9+]+://|[\w.-]+@[\w.-]+:|[\w-]+(\.[\w-]+)+/", re.IGNORECASE)
_GIT = re.compile(r"git::|(github|gitlab)\.com[/:]|bitbucket\.org[/:]|[\w.-]+@[\w.-]+:|.*\.git(//|\?|$)", re.IGNORECASE)

_CREDENTIALS = re.compile(
    r"(?<=://)[^/@:]*:[^/@]*(?=@)|(?<=https://)[^/@]+(?=@)|(?<=http://)[^/@]+(?=@)|(?<=[?&]sshkey=)[^&]+"
)
_MASK = "(sensitive)"


class OutsideRepositoryError(Exception):
    """A path climbs out of the repository."""


@dataclass(frozen=True, slots=True)
class LocalSource:
    """A module of this repository. `base` is the folder before `//`, which is copied as a whole when the module is
    run; `folder` is the module itself. Without `//` the two are the same."""

    base: str
    folder: str


def is_elsewhere(source: str) -> bool:
    """Whether a source has the form of an address of something that is not in this repository."""
    return _REMOTE.match(source) is not None


def local_source(unit: UnitPath, source: str) -> LocalSource | None:
    """The repository's folder that a source names; None for a source elsewhere.

    Relative sources start at the unit's folder. Raises `OutsideRepositoryError`.
    """
    text = source.partition("?")[0].removeprefix("file://")
    if text.startswith("/"):
        if text != VIRTUAL_ROOT and not text.startswith(f"{VIRTUAL_ROOT}/"):
            raise OutsideRepositoryError
        start, text = "", text.removeprefix(VIRTUAL_ROOT)
        # "/live//modules" is the repository's root, and "modules" in it.
        text = text if text.startswith("//") else text.removeprefix("/")
    elif is_elsewhere(text):
        return None
    else:
        start = folder_of(unit)
    base, _, inside = text.partition("//")
    folder = join(start, base)
    return LocalSource(folder, join(folder, inside))


def join(folder: str, path: str) -> str:
    """A path, seen from a folder of the repository, as a path from the root. Raises `OutsideRepositoryError`."""
    parts: list[str] = []
    for part in f"{folder}/{path}".split("/"):
        if part == "..":
            if not parts:
                raise OutsideRepositoryError
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def shown_source(unit: UnitPath, source: str) -> str:
    """The source as a person would have written it: the place that stands for the repository's root in evaluation is
    not shown, such a source is given relative to the unit. Credentials in it are masked."""
    if source != VIRTUAL_ROOT and not source.startswith(f"{VIRTUAL_ROOT}/"):
        return _CREDENTIALS.sub(_MASK, source)
    base, slashes, inside = source.removeprefix(VIRTUAL_ROOT).partition("//")
    # With absolute paths the answer does not depend on the folder this process stands in.
    relative = posixpath.relpath(f"/{base.strip('/')}", f"/{folder_of(unit)}")
    return f"{relative if relative.startswith('.') else f'./{relative}'}{slashes}{inside}"


def unpinned(source: str, place: Place) -> Problem | None:
    """A doubt about a remote source, as shown, that may give another module tomorrow; None where there is none."""
    pinned = "version=" if source.startswith("tfr:") else "ref=" if _GIT.match(source) else ""
    if pinned in source:
        return None
    return Problem(
        "source-not-pinned",
        "A module source is not pinned",
        f"{source} names no version. What is applied may change without a commit here, and then no change is seen.",
        place=place,
        hint=f"Add ?{pinned} and a tag or a version.",
        severity=Severity.WARNING,
    )

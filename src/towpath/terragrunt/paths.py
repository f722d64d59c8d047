"""Paths of the repository: relative ones as `Files` wants them, absolute ones as path functions give them."""

from __future__ import annotations

import posixpath

__all__ = ["OutsideRepositoryError", "absolute", "folder_of", "join", "relative", "to_repository"]


class OutsideRepositoryError(ValueError):
    """A path leads out of the repository. Carries the path; callers add the place."""


def folder_of(file: str) -> str:
    """The folder that holds the file; the root is the empty path."""
    return file.rpartition("/")[0]


def join(folder: str, name: str) -> str:
    """A name in a folder, which may be the root."""
    return f"{folder}/{name}" if folder else name


def absolute(root: str, path: str) -> str:
    """The repository's path as an absolute one, below `root`."""
    return posixpath.join(root, path) if path else root


def relative(target: str, start: str) -> str:
    """The way from the folder `start` to `target`, both from the repository's root; `.` when they are the same."""
    return posixpath.relpath("/" + target, "/" + start)


def to_repository(root: str, folder: str, path: str) -> str:
    """The repository's path that `path` means when it is written in `folder`: absolute below `root`, or relative.

    Raises `OutsideRepositoryError`.
    """
    if "." not in path[:1] and "/." not in path and "//" not in path and not path.endswith("/"):
        # There is nothing in it to be taken away.
        if path.startswith(f"{root}/"):
            return path[len(root) + 1 :]
        if path and not path.startswith("/"):
            return join(folder, path)
    start = root if posixpath.isabs(path) else absolute(root, folder)
    whole = posixpath.normpath(posixpath.join(start, path))
    if whole == posixpath.normpath(root):
        return ""
    inside = posixpath.normpath(root).rstrip("/") + "/"
    if not whole.startswith(inside):
        raise OutsideRepositoryError(path)
    return whole.removeprefix(inside)

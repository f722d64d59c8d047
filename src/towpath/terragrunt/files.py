"""The files that evaluation may see: the repository at one commit, or an export of it on disk.

Paths are relative to the repository's root, with `/`; the empty path is the root itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

__all__ = ["VIRTUAL_ROOT", "DictFiles", "Files"]

VIRTUAL_ROOT = "/repository"
"""What path functions give for the repository's root in detection, so that no path of this machine enters a value. No
name that a repository uses for its folders, such as `live`: configurations take paths apart with regular expressions.
"""


class Files(Protocol):
    """Read-only files. `root` is the absolute path that stands for the repository's root in path functions:
    `VIRTUAL_ROOT` in detection, the export's folder when a unit is really run.

    Any of the methods may raise `ProblemError`, for instance for a symbolic link that leaves the repository.
    """

    @property
    def root(self) -> str: ...

    def read(self, path: str) -> bytes | None:
        """The file's content, None when there is no such file."""

    def exists(self, path: str) -> bool:
        """Whether there is a file or a folder."""

    def is_folder(self, path: str) -> bool: ...

    def files_below(self, path: str) -> tuple[str, ...]:
        """All files below the folder, at any depth, sorted."""

    def origin(self, path: str) -> str:
        """The file of the commit that a generated file is a copy of, for places; every other path itself."""


class DictFiles:
    """Files from a dictionary of path to content, for tests and small uses."""

    def __init__(self, files: Mapping[str, bytes | str], root: str = VIRTUAL_ROOT) -> None:
        self.root = root
        self._files = {
            path: content.encode() if isinstance(content, str) else content for path, content in files.items()
        }

    def read(self, path: str) -> bytes | None:
        return self._files.get(path)

    def exists(self, path: str) -> bool:
        return path in self._files or self.is_folder(path)

    def is_folder(self, path: str) -> bool:
        return path == "" or any(name.startswith(path + "/") for name in self._files)

    def files_below(self, path: str) -> tuple[str, ...]:
        return tuple(sorted(name for name in self._files if path == "" or name.startswith(path + "/")))

    def origin(self, path: str) -> str:
        return path

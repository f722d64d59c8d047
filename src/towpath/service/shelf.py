"""Where what was read of a repository is kept from one command to the next."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import platformdirs

import towpath
from towpath.git import Repository
from towpath.system import Environment
from towpath.system.shelf import FolderShelf

__all__ = ["CACHE_VARIABLE", "shelf_for"]

CACHE_VARIABLE: Final = "TOWPATH_CACHE"
"""Set to `off`, nothing is kept or taken; else the folder, by default one below the user's cache folder (XDG)."""
_DECIDING: Final = ("config", "hcl", "live", "terragrunt")
"""The packages whose code decides what is read."""


def shelf_for(repository: Repository, environment: Environment) -> FolderShelf | None:
    """The shelf of this clone and of this very code: another version keeps its own."""
    chosen = environment.get(CACHE_VARIABLE)
    if chosen == "off":
        return None
    folder = Path(chosen) if chosen else platformdirs.user_cache_path("towpath", appauthor=False)
    clone = hashlib.sha256(bytes(repository.folder.resolve())).hexdigest()[:12]
    return FolderShelf(folder / f"{repository.folder.name}-{clone}-{_code_stamp()}")


def _code_stamp() -> str:
    return hashlib.sha256(repr(sorted(_files())).encode()).hexdigest()[:12]


def _files() -> Iterator[tuple[str, int, int]]:
    top = Path(towpath.__file__).parent
    for package in _DECIDING:
        for file in (top / package).rglob("*.py"):
            found = file.stat()
            yield str(file), found.st_size, found.st_mtime_ns

"""What can be computed again, kept in files so that it need not be.

A file holds the hash of its content before it: one that was cut short or changed is taken for none. Nothing that goes
wrong here stops anybody; it only takes longer.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from towpath.system.private_files import private_folder, write_whole

__all__ = ["FolderShelf"]

_DIGEST = 32
_MOST = 12
"""Files that are kept; the least recently used go first."""


class FolderShelf:
    """Contents by key, in one private folder. A folder that belongs to somebody else, or that others may write to, is
    not used: what is read from it would be believed.
    """

    def __init__(self, folder: Path, most: int = _MOST) -> None:
        self._folder = folder
        self._most = most

    def get(self, key: str) -> bytes | None:
        """The content, None where there is none that can be believed."""
        file = self._folder / key
        try:
            if not self._is_ours():
                return None
            content = file.read_bytes()
            file.touch()
        except OSError:
            return None
        digest, content = content[:_DIGEST], content[_DIGEST:]
        return content if hashlib.sha256(content).digest() == digest else None

    def latest(self, beginning: str) -> str | None:
        """The key of the file that was used last, of those whose keys begin so."""
        newest = max(self._by_age(beginning), default=None)
        return newest[1].name if newest is not None else None

    def put(self, key: str, content: bytes) -> None:
        with suppress(OSError):
            private_folder(self._folder)
            write_whole(self._folder / key, hashlib.sha256(content).digest() + content)
            for _, file in sorted(self._by_age(""))[: -self._most]:
                file.unlink(missing_ok=True)

    def _is_ours(self) -> bool:
        found = self._folder.stat()
        return found.st_uid == os.geteuid() and not found.st_mode & 0o022

    def _by_age(self, beginning: str) -> list[tuple[int, Path]]:
        """Files with the time of their last use."""
        found: list[tuple[int, Path]] = []
        with suppress(OSError):
            files = [file for file in self._folder.iterdir() if not file.name.startswith(".")]
            found.extend((file.stat().st_mtime_ns, file) for file in files if file.name.startswith(beginning))
        return found

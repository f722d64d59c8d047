"""Files that remember what was asked of them, so that one can tell later whether an evaluation still holds."""

from __future__ import annotations

from dataclasses import dataclass, field

from towpath.terragrunt.files import Files

__all__ = ["Seen", "WatchedFiles"]


@dataclass(slots=True)
class Seen:
    """What an evaluation asked. `looked_at` are the paths that it read, or asked whether they are there: also those
    that are not. `listed` are the folders of which it wanted all files. `unit`: it asked which unit it is done for.
    """

    looked_at: set[str] = field(default_factory=set)
    listed: set[str] = field(default_factory=set)
    unit: bool = False

    def update(self, other: Seen) -> None:
        self.looked_at |= other.looked_at
        self.listed |= other.listed
        self.unit = self.unit or other.unit


class WatchedFiles:
    """Files with a memory of their own."""

    __slots__ = ("_files", "root", "seen")

    def __init__(self, files: Files) -> None:
        self._files = files
        self.root = files.root
        self.seen = Seen()

    def afresh(self) -> WatchedFiles:
        """The same files, of which nothing has been asked yet."""
        return WatchedFiles(self._files)

    def read(self, path: str) -> bytes | None:
        self.seen.looked_at.add(path)
        return self._files.read(path)

    def exists(self, path: str) -> bool:
        self.seen.looked_at.add(path)
        return self._files.exists(path)

    def is_folder(self, path: str) -> bool:
        self.seen.looked_at.add(path)
        return self._files.is_folder(path)

    def files_below(self, path: str) -> tuple[str, ...]:
        self.seen.listed.add(path)
        return self._files.files_below(path)

    def origin(self, path: str) -> str:
        return self._files.origin(path)

"""Plan files, encrypted at rest: in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from towpath.model.work import PlanFiles
from towpath.problems import ProblemError
from towpath.stores.failures import keeping_state
from towpath.stores.sealing import Sealing, hexadecimal, missing
from towpath.system import Ids
from towpath.system.private_files import private_folder, write_whole

__all__ = ["KeptPlan", "PlanFolder", "PlanStore"]


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """A plan file that is kept, since `kept_at` (seconds since 1970)."""

    digest: str
    kept_at: float


class PlanStore(PlanFiles, Protocol):
    """The plan files of one repository.

    Laws: what was put can be got by its digest until it is deleted, also by another process with the same key; it is
    there whole or not at all; nobody without the key can read it where it is kept; what was changed there is refused.
    Putting it again, and deleting what is not there, does nothing.
    """

    def kept(self) -> Iterator[KeptPlan]: ...

    def sealed(self, digest: str) -> bytes:
        """As it is kept, encrypted. Raises `ProblemError` with `plan-file-missing`."""
        ...

    def put_sealed(self, digest: str, sealed: bytes) -> None:
        """Keeps what `sealed` gave, here or elsewhere."""
        ...


class PlanFolder:
    """One file per plan, named by its digest."""

    def __init__(self, folder: Path, key: bytes, ids: Ids) -> None:
        self._folder = folder
        self._sealing = Sealing(key, ids)

    def put(self, content: bytes) -> str:
        """Raises `ProblemError` with `disk-full` or `state-not-writable`; nothing is left behind then."""
        digest, sealed = self._sealing.seal(content)
        self.put_sealed(digest, sealed)
        return digest

    def get(self, digest: str) -> bytes:
        return self._sealing.unseal(digest, self.sealed(digest))

    def delete(self, digest: str) -> None:
        with keeping_state(self._folder):
            self._file(digest).unlink(missing_ok=True)

    def kept(self) -> Iterator[KeptPlan]:
        for file in sorted(self._folder.glob("*")):
            if file.name.isalnum() and file.exists():
                yield KeptPlan(f"sha256:{file.name}", file.stat().st_mtime)

    def sealed(self, digest: str) -> bytes:
        with keeping_state(self._folder):
            try:
                return self._file(digest).read_bytes()
            except FileNotFoundError as error:
                raise ProblemError(missing(digest)) from error

    def put_sealed(self, digest: str, sealed: bytes) -> None:
        file = self._file(digest)
        with keeping_state(self._folder):
            private_folder(self._folder)
            write_whole(file, sealed)

    def _file(self, digest: str) -> Path:
        return self._folder / hexadecimal(digest)

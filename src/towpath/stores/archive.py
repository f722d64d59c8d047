"""The file that a backup is: a compressed tar of JSON lines, the same whatever the database was.

`manifest.json` says which format and schema it has; `tables/NAME.jsonl` has a row per line; `plan_files.jsonl` has the
plan files, still encrypted, and `logs.jsonl` the logs, in parts.
"""

from __future__ import annotations

import json
import os
import tarfile
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from towpath.problems import Problem, ProblemError
from towpath.stores.failures import keeping_state

__all__ = [
    "FORMAT",
    "LOGS",
    "PLAN_FILES",
    "ArchiveReader",
    "ArchiveWriter",
    "Manifest",
    "reading_archive",
    "table_member",
    "writing_archive",
]

FORMAT = 1
PLAN_FILES = "plan_files.jsonl"
LOGS = "logs.jsonl"
_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """`key_check` tells whether two keys are the same, and nothing else of them."""

    revision: str
    key_check: str
    format: int = FORMAT


def table_member(name: str) -> str:
    return f"tables/{name}.jsonl"


class ArchiveWriter:
    """Writes one archive, member by member."""

    def __init__(self, tar: tarfile.TarFile, folder: Path) -> None:
        self._tar = tar
        self._folder = folder

    def manifest(self, manifest: Manifest) -> None:
        self.lines(_MANIFEST, [asdict(manifest)])

    def lines(self, member: str, values: Iterable[Mapping[str, Any]]) -> None:
        # A tar names the length of a member before its content.
        with tempfile.TemporaryFile(dir=self._folder) as lines:
            for value in values:
                lines.write(json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode() + b"\n")
            about = tarfile.TarInfo(member)
            about.size, about.mode = lines.tell(), 0o600
            lines.seek(0)
            self._tar.addfile(about, lines)


@contextmanager
def writing_archive(file: Path) -> Iterator[ArchiveWriter]:
    """The file is there, whole and readable by its owner alone, or is left as it was. Raises `ProblemError` as
    `keeping_state` says.
    """
    with keeping_state(file.parent):
        handle, name = tempfile.mkstemp(prefix=".", suffix=".new", dir=file.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                with tarfile.open(fileobj=stream, mode="w:gz") as tar:
                    yield ArchiveWriter(tar, file.parent)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(name, file)
        except BaseException:
            Path(name).unlink()
            raise


class ArchiveReader:
    """Reads an archive; nothing of it is unpacked to a file. Everything raises `ProblemError` with `backup-unreadable`
    where it is no whole archive.
    """

    def __init__(self, tar: tarfile.TarFile, file: Path) -> None:
        self._tar = tar
        self._file = file

    def manifest(self) -> Manifest:
        with _understanding(self._file):
            (values,) = self.lines(_MANIFEST)
            return Manifest(str(values["revision"]), str(values["key_check"]), int(values["format"]))

    def lines(self, member: str) -> Iterator[dict[str, Any]]:
        """The lines of a member; none when it is not there."""
        with _understanding(self._file):
            found = self._tar.extractfile(member) if member in self._tar.getnames() else None
        while found is not None:
            with _understanding(self._file):
                line = found.readline()
                value = json.loads(line) if line else None
            if value is None:
                return
            yield value

    def tables(self) -> list[str]:
        beginning, end = table_member("\n").split("\n")
        with _understanding(self._file):
            names = [name for name in self._tar.getnames() if name.startswith(beginning) and name.endswith(end)]
        return [name.removeprefix(beginning).removesuffix(end) for name in names]


@contextmanager
def reading_archive(file: Path) -> Iterator[ArchiveReader]:
    """Raises `ProblemError` with `backup-unreadable`."""
    with ExitStack() as stack:
        with _understanding(file):
            tar = stack.enter_context(tarfile.open(file, mode="r:gz"))
        yield ArchiveReader(tar, file)


@contextmanager
def _understanding(file: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, tarfile.TarError, zlib.error, ValueError, KeyError, TypeError) as error:
        detail = f"{file} is no whole backup of Towpath: {error}."
        hint = "Take another backup; nothing was changed in the database."
        raise ProblemError(Problem("backup-unreadable", "The backup cannot be read", detail, hint=hint)) from error

"""Contents of blobs: fetched many at a time, kept across commits up to a bound."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

from towpath.git.commands import Git, git_failed
from towpath.git.objects import blob_id, parse_batch, parse_sizes
from towpath.problems import Problem, ProblemError

__all__ = ["BlobCache", "BlobSource", "GitBlobs"]

KEPT_BYTES = 256 * 1024 * 1024
LARGEST_KEPT = 1024 * 1024
"""A blob above this many bytes is read when somebody asks for it by name, never ahead, and is not kept."""
CHUNK_BYTES = 64 * 1024 * 1024

_NOT_FETCHED = re.compile(rb"could not fetch ([0-9a-f]+) from promisor remote")


class BlobSource(Protocol):
    """Where contents come from. Both take many object ids at once, and leave out those that are not there."""

    def contents(self, ids: Collection[str]) -> Mapping[str, bytes]: ...

    def sizes(self, ids: Collection[str]) -> Mapping[str, int]: ...


class GitBlobs:
    """Reads through `git cat-file`, one process for any number of objects."""

    def __init__(self, git: Git) -> None:
        self._git = git

    def contents(self, ids: Collection[str]) -> Mapping[str, bytes]:
        found = parse_batch(self._ask("--batch", ids))
        return {oid: content for oid, content in found.items() if content is not None}

    def sizes(self, ids: Collection[str]) -> Mapping[str, int]:
        return parse_sizes(self._ask("--batch-check", ids))

    def _ask(self, how: str, ids: Collection[str]) -> bytes:
        arguments = ("cat-file", how, "--buffer")
        result = self._git.run(*arguments, stdin="".join(f"{oid}\n" for oid in ids).encode("ascii"))
        if not result.ok:
            lost = _NOT_FETCHED.search(result.stderr)
            raise ProblemError(_missing(lost.group(1).decode()) if lost else git_failed(arguments, result))
        return result.stdout


@dataclass(frozen=True, slots=True)
class _Both:
    """Two sources as one."""

    first: BlobSource
    second: BlobSource

    def contents(self, ids: Collection[str]) -> Mapping[str, bytes]:
        found = self.first.contents(ids)
        missing = [oid for oid in ids if oid not in found]
        return {**found, **self.second.contents(missing)} if missing else found

    def sizes(self, ids: Collection[str]) -> Mapping[str, int]:
        found = self.first.sizes(ids)
        missing = [oid for oid in ids if oid not in found]
        return {**found, **self.second.sizes(missing)} if missing else found


class BlobCache:
    """Blobs by id, shared by all commits of a repository; the least recently used go first. Threads may share it."""

    def __init__(self, source: BlobSource, kept_bytes: int = KEPT_BYTES) -> None:
        self._source = source
        self._kept_bytes = kept_bytes
        self._size = 0
        self._blobs: OrderedDict[str, bytes] = OrderedDict()
        self._made: dict[str, bytes] = {}
        self._lock = Lock()

    def make(self, content: bytes) -> str:
        """Keeps a blob that the repository does not hold, for good; returns its id."""
        oid = blob_id(content)
        with self._lock:
            self._made[oid] = content
        return oid

    def get(self, oid: str) -> bytes:
        """The content. Raises `ProblemError` (`missing-object`) when the repository does not hold it."""
        with self._lock:
            if oid in self._made:
                return self._made[oid]
            if oid in self._blobs:
                self._blobs.move_to_end(oid)
                return self._blobs[oid]
        found = self._source.contents([oid])
        self._keep(found)
        if oid not in found:
            raise ProblemError(_missing(oid))
        return found[oid]

    def prefetch(self, ids: Collection[str]) -> None:
        """Brings the small ones among these in with one reading."""
        with self._lock:
            wanted = [oid for oid in dict.fromkeys(ids) if oid not in self._blobs and oid not in self._made]
        if not wanted:
            return
        small = [oid for oid, size in self._source.sizes(wanted).items() if size <= LARGEST_KEPT]
        if small:
            self._keep(self._source.contents(small))

    def chunks(self, ids: Sequence[str]) -> Iterator[Mapping[str, bytes]]:
        """All of these, past the cache, in portions that fit into memory. Raises `ProblemError` (`missing-object`)."""
        if made := {oid: self._made[oid] for oid in ids if oid in self._made}:
            yield made
        asked = [oid for oid in dict.fromkeys(ids) if oid not in made]
        sizes = self._source.sizes(asked) if asked else {}
        chunk: list[str] = []
        room = CHUNK_BYTES
        for oid in asked:
            if oid not in sizes:
                raise ProblemError(_missing(oid))
            if chunk and sizes[oid] > room:
                yield self._source.contents(chunk)
                chunk, room = [], CHUNK_BYTES
            chunk.append(oid)
            room -= sizes[oid]
        if chunk:
            yield self._source.contents(chunk)

    def beside(self, other: BlobCache) -> BlobCache:
        """The contents of both: of this one alone, where the two are the same."""
        return self if other is self else BlobCache(_Both(self._source, other._source), self._kept_bytes)

    def _keep(self, found: Mapping[str, bytes]) -> None:
        with self._lock:
            for oid, content in found.items():
                if len(content) <= LARGEST_KEPT and oid not in self._blobs:
                    self._blobs[oid] = content
                    self._size += len(content)
            while self._size > self._kept_bytes:
                _, dropped = self._blobs.popitem(last=False)
                self._size -= len(dropped)


def _missing(oid: str) -> Problem:
    return Problem(
        "missing-object",
        "The repository is incomplete",
        f"Object {oid} is not here, as in a partial clone. Towpath does not fetch anything while it reads a commit.",
        hint="Clone without --filter, or fetch the objects: git fetch --refetch --no-filter",
    )

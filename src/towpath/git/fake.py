"""A repository in memory, for tests: the same trees and ids as git's, without git."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from towpath.git.blobs import BlobCache
from towpath.git.objects import FILE_MODE, LINK_MODE, CommitInfo, Entry, blob_id, tree_listing
from towpath.git.repository import Repository, author_unknown, unknown_commit
from towpath.git.tree import Tree
from towpath.problems import ProblemError

__all__ = ["FakeBlobs", "FakeLink", "FakeRepository", "fake_tree"]


@dataclass(frozen=True, slots=True)
class FakeLink:
    """A symbolic link, where a file's content may stand."""

    target: str


Content = bytes | str | FakeLink


class FakeBlobs:
    """Blobs in memory; `reads` tells which were asked for, call by call."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.reads: list[tuple[str, ...]] = []

    def add(self, content: bytes) -> str:
        oid = blob_id(content)
        self.blobs[oid] = content
        return oid

    def contents(self, ids: Collection[str]) -> Mapping[str, bytes]:
        self.reads.append(tuple(ids))
        return {oid: self.blobs[oid] for oid in ids if oid in self.blobs}

    def sizes(self, ids: Collection[str]) -> Mapping[str, int]:
        return {oid: len(self.blobs[oid]) for oid in ids if oid in self.blobs}


def fake_tree(files: Mapping[str, Content], commit: str = "f" * 40, blobs: FakeBlobs | None = None) -> Tree:
    """A tree of these files (path to content)."""
    store = blobs or FakeBlobs()
    entries = {path: _entry(path, content, store) for path, content in files.items()}
    return Tree(commit, tree_listing(entries), BlobCache(store))


def _entry(path: str, content: Content, blobs: FakeBlobs) -> Entry:
    if isinstance(content, FakeLink):
        return Entry(path, LINK_MODE, blobs.add(content.target.encode()))
    return Entry(path, FILE_MODE, blobs.add(content.encode() if isinstance(content, str) else content))


@dataclass(frozen=True, slots=True)
class _Commit:
    info: CommitInfo
    parents: tuple[str, ...]
    tree: Tree


class FakeRepository(Repository):
    """A repository in memory with one line of history. `commit` adds to it; `HEAD`, `HEAD~N`, full and abbreviated ids
    are understood as revisions, and whatever `branches` names."""

    def __init__(self, files: Mapping[str, Content] | None = None, author: str = "ada@example.com") -> None:
        # Nothing of git's own is set up: each method that would ask it is replaced below.
        self.folder = Path("/fake")
        self.author = author
        self.dirty = False
        self.head: str | None = None
        self.branches: dict[str, str] = {}
        self._commits: dict[str, _Commit] = {}
        self._store = FakeBlobs()
        if files is not None:
            self.commit(files)

    def commit(self, files: Mapping[str, Content], subject: str = "A change", parent: str | None = None) -> str:
        """Commits exactly these files on top of `parent` (default: the latest commit); returns the commit's id."""
        above = parent or self.head
        count = len(self._commits)
        sha = hashlib.sha1(f"{count} {above} {subject}".encode(), usedforsecurity=False).hexdigest()
        when = datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(minutes=count)
        info = CommitInfo(sha, self.author.partition("@")[0], self.author, subject, when)
        self._commits[sha] = _Commit(info, (above,) if above else (), fake_tree(files, sha, self._store))
        self.head = sha
        return sha

    def resolve(self, revision: str) -> str:
        name, _, back = revision.partition("~")
        found = self.head if name == "HEAD" else self.branches.get(name) or self._by_prefix(name)
        for _ in range(int(back or "0")):
            found = self.parent(found) if found else None
        if found is None:
            raise ProblemError(unknown_commit(revision, empty=not self._commits))
        return found

    def _by_prefix(self, prefix: str) -> str | None:
        fitting = [sha for sha in self._commits if len(prefix) >= 4 and sha.startswith(prefix)]
        return fitting[0] if len(fitting) == 1 else None

    def tree(self, commit: str) -> Tree:
        return self._commits[self.resolve(commit)].tree

    def parent(self, commit: str) -> str | None:
        parents = self._commits[self.resolve(commit)].parents
        return parents[0] if parents else None

    def _line(self, commit: str) -> tuple[str, ...]:
        line = [self.resolve(commit)]
        while parents := self._commits[line[-1]].parents:
            line.append(parents[0])
        return tuple(line)

    def merge_base(self, a: str, b: str) -> str | None:
        theirs = self._line(b)
        return next((sha for sha in self._line(a) if sha in theirs), None)

    def is_ancestor(self, a: str, b: str) -> bool:
        return self.resolve(a) in self._line(b)

    def is_dirty(self) -> bool:
        return self.dirty

    def commits_between(self, base: str | None, head: str) -> tuple[CommitInfo, ...]:
        if base is None:
            return (self._commits[self.resolve(head)].info,)
        known = self._line(base)
        return tuple(self._commits[sha].info for sha in self._line(head) if sha not in known)

    def current_author(self) -> str:
        if not self.author:
            raise ProblemError(author_unknown())
        return self.author

    def is_shallow(self) -> bool:
        return False

"""What git prints about trees and blobs, as values."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

__all__ = [
    "CommitInfo",
    "Entry",
    "Listing",
    "blob_id",
    "overlaid_listing",
    "parse_batch",
    "parse_listing",
    "parse_sizes",
    "tree_listing",
]

FILE_MODE = 0o100644
EXECUTABLE_MODE = 0o100755
LINK_MODE = 0o120000


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a tree. `mode` is git's (0o100644, 0o100755, 0o120000 for a symbolic link); `blob` its object id."""

    path: str
    mode: int
    blob: str

    @property
    def is_link(self) -> bool:
        return self.mode == LINK_MODE

    @property
    def is_executable(self) -> bool:
        return self.mode == EXECUTABLE_MODE


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """One commit, as people want to see it listed. `when` is the committer's time, aware."""

    sha: str
    author_name: str
    author_email: str
    subject: str
    when: datetime


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything a tree names: files and links by path (sorted), folders' tree ids, submodules' commits."""

    entries: Mapping[str, Entry]
    folders: Mapping[str, str]
    submodules: Mapping[str, str]


def parse_listing(root: str, output: bytes) -> Listing:
    """Reads `git ls-tree -r -t -z --full-tree`; `root` is the id of the tree itself. Names that are not UTF-8 keep
    their bytes as surrogates."""
    entries: dict[str, Entry] = {}
    folders = {"": root}
    submodules: dict[str, str] = {}
    for record in output.decode("utf-8", "surrogateescape").split("\0"):
        if not record:
            continue
        head, path = record.split("\t", 1)
        mode, kind, oid = head.split(" ")
        if kind == "tree":
            folders[path] = oid
        elif kind == "commit":
            submodules[path] = oid
        else:
            entries[path] = Entry(path, int(mode, 8), oid)
    return Listing(dict(sorted(entries.items())), folders, submodules)


def parse_batch(output: bytes) -> dict[str, bytes | None]:
    """Reads `git cat-file --batch`: object id to content, None for an object that is not there."""
    return dict(_batch_records(output))


def _batch_records(output: bytes) -> Iterator[tuple[str, bytes | None]]:
    position = 0
    while position < len(output):
        end = output.index(b"\n", position)
        words = output[position:end].decode("ascii").split(" ")
        position = end + 1
        if words[-1] == "missing":
            yield words[0], None
            continue
        size = int(words[2])
        yield words[0], output[position : position + size]
        position += size + 1


def parse_sizes(output: bytes) -> dict[str, int]:
    """Reads `git cat-file --batch-check`: object id to size in bytes; objects that are not there are left out."""
    lines = (line.split(" ") for line in output.decode("ascii").splitlines())
    return {words[0]: int(words[2]) for words in lines if words[-1] != "missing"}


def blob_id(content: bytes) -> str:
    """The id git gives these bytes (in repositories that use SHA-1)."""
    return _object_id("blob", content)


def _object_id(kind: str, content: bytes) -> str:
    return hashlib.sha1(b"%s %d\0%s" % (kind.encode(), len(content), content), usedforsecurity=False).hexdigest()


def tree_listing(entries: Mapping[str, Entry]) -> Listing:
    """The listing of a tree that was never written: every folder gets the id that git would give it."""
    children: dict[str, dict[str, tuple[int, str]]] = {"": {}}
    for entry in entries.values():
        folder, _, name = entry.path.rpartition("/")
        children.setdefault(folder, {})[name] = (entry.mode, entry.blob)
        while folder:
            folder = folder.rpartition("/")[0]
            children.setdefault(folder, {})
    folders: dict[str, str] = {}
    for folder in sorted(children, key=lambda name: (name == "", -name.count("/"))):
        folders[folder] = _tree_id(children[folder])
        if folder:
            parent, _, name = folder.rpartition("/")
            children[parent][name] = (0o40000, folders[folder])
    return Listing(dict(sorted(entries.items())), folders, {})


def overlaid_listing(below: Listing, above: Mapping[str, Entry], dropped: Collection[str]) -> Listing:
    """A listing with other entries over its own. A folder that holds some of both gets an id that git would not give
    it, but that changes whenever one of the two does; so much less is to be hashed."""
    entries = {path: entry for path, entry in below.entries.items() if path not in dropped}
    entries.update(above)
    folders = dict(below.folders)
    if dropped:
        for path in _folders_around(dropped) - _folders_around(entries):
            folders.pop(path, None)
    for folder, oid in tree_listing(above).folders.items():
        folders[folder] = _object_id("tree", f"{folders[folder]} {oid}".encode()) if folder in folders else oid
    return Listing(dict(sorted(entries.items())), folders, below.submodules)


def _folders_around(paths: Collection[str]) -> set[str]:
    """All folders that lead to the paths, the root among them."""
    found = {""}
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def _tree_id(children: Mapping[str, tuple[int, str]]) -> str:
    def order(item: tuple[str, tuple[int, str]]) -> bytes:
        # Git sorts a folder as if its name ended with a slash.
        name, (mode, _) = item
        return (name + "/" if mode == 0o40000 else name).encode("utf-8", "surrogateescape")

    rows = (
        b"%o %s\0%s" % (mode, name.encode("utf-8", "surrogateescape"), bytes.fromhex(oid))
        for name, (mode, oid) in sorted(children.items(), key=order)
    )
    return _object_id("tree", b"".join(rows))

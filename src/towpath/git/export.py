"""Writes the files of a commit to disk."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Protocol

from towpath.git.blobs import BlobCache
from towpath.git.links import LINK_LOOP
from towpath.git.objects import Entry
from towpath.problems import Place, Problem, ProblemError

__all__ = ["Exportable", "export_tree"]


class Exportable(Protocol):
    """What is needed of a tree to write it."""

    def entries(self) -> Mapping[str, Entry]: ...

    def folders(self) -> Mapping[str, str]: ...

    def submodules(self) -> Mapping[str, str]: ...

    def resolve(self, path: str) -> str: ...


def export_tree(tree: Exportable, blobs: BlobCache, destination: Path) -> tuple[Problem, ...]:
    """Writes all files into a folder beside `destination` and renames it; returns what had to be left out."""
    if destination.exists():
        return ()
    destination.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{destination.name}.", dir=destination.parent))
    try:
        problems = _write(tree, blobs, partial)
        _move_into_place(partial, destination)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return problems


def _write(tree: Exportable, blobs: BlobCache, folder: Path) -> tuple[Problem, ...]:
    problems = [_unsafe(path) for path in (*tree.entries(), *tree.submodules()) if not _is_safe(path)]
    entries = [entry for entry in tree.entries().values() if _is_safe(entry.path)]
    for path in (*tree.folders(), *tree.submodules()):
        if _is_safe(path):
            (folder / path).mkdir(parents=True, exist_ok=True)
    _write_files((entry for entry in entries if not entry.is_link), blobs, folder)
    # Links come last: no file is ever written through one.
    for entry in entries:
        if entry.is_link:
            problems.extend(_write_link(tree, entry, blobs, folder))
    return tuple(problems)


def _write_files(entries: Iterable[Entry], blobs: BlobCache, folder: Path) -> None:
    by_blob: dict[str, list[Entry]] = {}
    for entry in entries:
        by_blob.setdefault(entry.blob, []).append(entry)
    for chunk in blobs.chunks(list(by_blob)):
        for oid, content in chunk.items():
            for entry in by_blob[oid]:
                path = folder / entry.path
                path.write_bytes(content)
                path.chmod(0o755 if entry.is_executable else 0o644)


def _write_link(tree: Exportable, entry: Entry, blobs: BlobCache, folder: Path) -> Collection[Problem]:
    try:
        # A link may lead through others: where it ends counts, not how it is written.
        tree.resolve(entry.path)
    except ProblemError as error:
        # Links in a circle lead nowhere, here as there.
        if not any(problem.id == LINK_LOOP for problem in error.problems):
            return error.problems
    target = blobs.get(entry.blob).decode("utf-8", "surrogateescape")
    (folder / entry.path).symlink_to(target)
    return []


def _move_into_place(partial: Path, destination: Path) -> None:
    partial.chmod(0o755)
    try:
        os.rename(partial, destination)
    except OSError:
        # Somebody else was faster: what they wrote is the same commit.
        if not destination.is_dir():
            raise


def _is_safe(path: str) -> bool:
    return path == "" or not any(part.lower() in ("", ".", "..", ".git") for part in path.split("/"))


def _unsafe(path: str) -> Problem:
    return Problem(
        "unsafe-path",
        "A path of the commit cannot be written safely",
        f"{path!r} would reach outside its folder or into git's own files. It was left out.",
        place=Place(path),
        hint="Remove the file from the repository.",
    )

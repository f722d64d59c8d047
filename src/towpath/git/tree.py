"""The files of one commit, read without a checkout."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from towpath.git.blobs import BlobCache
from towpath.git.export import export_tree
from towpath.git.links import leaves_repository, link_leaves, link_loop
from towpath.git.objects import FILE_MODE, LINK_MODE, Entry, Listing, overlaid_listing, tree_listing
from towpath.problems import Problem, ProblemError

__all__ = ["Layer", "Tree"]

_EVALUATED = (".hcl", ".tf", ".tofu", ".tfvars", ".json", ".yaml", ".yml", ".tpl", ".tftpl", ".tmpl")
"""Endings of the files that evaluation is likely to ask for: they are read ahead in one go."""
_MOST_LINKS = 40
"""As many symbolic links on one way as Linux follows."""


@dataclass(frozen=True)
class Layer:
    """Files to lay over a tree, by path: `copied` from files of the tree, `written` anew, `dropped` taken away."""

    copied: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, bytes] = field(default_factory=dict)
    dropped: Collection[str] = ()


class Tree:
    """The files of `commit`. Paths are relative to the repository's root, with `/`; the root itself is the empty path.

    Symbolic links that stay inside the repository are followed when a path is looked up; one that leaves it raises
    `ProblemError` (`symlink-leaves-repository`). Submodules are not followed.
    """

    def __init__(
        self, commit: str, listing: Listing, blobs: BlobCache, origins: Mapping[str, str] | None = None
    ) -> None:
        self.commit = commit
        self._listing = listing
        self._blobs = blobs
        self._origins = origins or {}

    def entries(self) -> Mapping[str, Entry]:
        """All files and symbolic links, sorted by path."""
        return self._listing.entries

    def folders(self) -> Mapping[str, str]:
        """All folders with git's id of their tree; the root is the empty path."""
        return self._listing.folders

    def submodules(self) -> Mapping[str, str]:
        """The submodules' folders, each with the commit it stands at."""
        return self._listing.submodules

    def read(self, path: str) -> bytes | None:
        """The file's content, None when there is no such file. Raises `ProblemError` also for `missing-object`."""
        entry = self._listing.entries.get(self.resolve(path))
        return None if entry is None else self._content(entry)

    def read_ahead(self) -> None:
        """Brings in, in one go, what whoever evaluates the commit is likely to read."""
        ahead = (e.blob for e in self._listing.entries.values() if e.is_link or e.path.endswith(_EVALUATED))
        self._blobs.prefetch(list(ahead))

    def entry(self, path: str) -> Entry | None:
        """The file at the path, links followed."""
        return self._listing.entries.get(self.resolve(path))

    def is_folder(self, path: str) -> bool:
        return self.resolve(path) in self._listing.folders

    def exists(self, path: str) -> bool:
        """Whether there is a file or a folder."""
        found = self.resolve(path)
        return found in self._listing.entries or found in self._listing.folders

    def subtree_id(self, folder: str) -> str | None:
        """Git's tree id of a folder, None when there is no such folder."""
        return self._listing.folders.get(self.resolve(folder))

    def below(self, folder: str) -> tuple[str, ...]:
        """Paths of all files and links below the folder, at any depth, sorted. Links below it are not entered."""
        prefix = self.resolve(folder)
        if prefix == "":
            return self._paths
        start = bisect_left(self._paths, prefix + "/")
        # "0" is the character after "/".
        return self._paths[start : bisect_left(self._paths, prefix + "0", start)]

    def export(self, destination: Path) -> tuple[Problem, ...]:
        """Writes the files of the commit into `destination`, which appears complete or not at all; one that is there
        already is left as it is. Symbolic links that leave the repository are left out, and told as problems."""
        return export_tree(self, self._blobs, destination)

    def with_files_of(self, other: Tree, files: Collection[str]) -> Tree:
        """This tree with some files as they are in `other`: replaced, put there, or taken away."""
        entries = {path: entry for path, entry in self.entries().items() if path not in files}
        theirs = other.entries()
        entries.update({path: theirs[path] for path in files if path in theirs})
        listing = replace(tree_listing(entries), submodules=self.submodules())
        return Tree(self.commit, listing, self._blobs.beside(other._blobs))

    def origin(self, path: str) -> str:
        """The file that a copied file was copied from; every other path itself."""
        return self._origins.get(path, path)

    def copies(self) -> Mapping[str, str]:
        """The files that were copied, each with the one it was copied from."""
        return self._origins

    def overlaid(self, layer: Layer) -> Tree:
        """This tree with the files of a layer over its own."""
        made = {path: Entry(path, FILE_MODE, self._blobs.make(content)) for path, content in layer.written.items()}
        copied = {path: replace(self._listing.entries[origin], path=path) for path, origin in layer.copied.items()}
        listing = overlaid_listing(self._listing, {**copied, **made}, layer.dropped)
        # A copy of a copy comes from where the first one came from.
        origins = {path: self.origin(origin) for path, origin in layer.copied.items() if path not in layer.written}
        kept = {path: origin for path, origin in self._origins.items() if path in listing.entries and path not in made}
        return Tree(self.commit, listing, self._blobs, {**kept, **origins})

    def resolve(self, path: str) -> str:
        """The path with `.`, `..` and symbolic links taken away; it may name nothing.

        Raises `ProblemError` (`symlink-leaves-repository`, `symlink-loop`); a path that itself climbs out of the
        repository names nothing.
        """
        entry = self._listing.entries.get(path)
        if entry is not None and entry.mode != LINK_MODE:
            return path
        cleaned = path.strip("/")
        if cleaned in self._listing.entries:
            if not self._listing.entries[cleaned].is_link:
                return cleaned
        elif cleaned in self._listing.folders:
            return cleaned
        if not self.has_links and "/." not in f"/{cleaned}" and "//" not in cleaned:
            # Evaluation asks for many files that are not there; nothing on the way to this one needs a look.
            return cleaned
        return self._walk(path)

    def _walk(self, path: str) -> str:
        waiting = list(reversed(path.split("/")))
        done: list[str] = []
        links = 0
        while waiting:
            part = waiting.pop()
            if part in ("", "."):
                continue
            if part == "..":
                if not done and links:
                    # Each link alone stays inside, but not one through the other.
                    raise ProblemError(link_leaves(path, "a folder above it"))
                if not done:
                    return path
                done.pop()
                continue
            done.append(part)
            entry = self._listing.entries.get("/".join(done))
            if entry is None or not entry.is_link:
                continue
            links += 1
            if links > _MOST_LINKS:
                raise ProblemError(link_loop(path))
            done.pop()
            waiting.extend(reversed(self._target(entry, len(done))))
        return "/".join(done)

    def _target(self, link: Entry, depth: int) -> list[str]:
        """The parts of a link's target, which is relative to a folder `depth` levels below the root."""
        target = self._content(link).decode("utf-8", "surrogateescape")
        if leaves_repository(target, depth):
            raise ProblemError(link_leaves(link.path, target))
        return target.split("/")

    @cached_property
    def _paths(self) -> tuple[str, ...]:
        return tuple(self._listing.entries)

    @cached_property
    def has_links(self) -> bool:
        """Whether there is any symbolic link."""
        return any(entry.is_link for entry in self._listing.entries.values())

    def _content(self, entry: Entry) -> bytes:
        return self._blobs.get(entry.blob)

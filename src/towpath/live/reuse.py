"""What still holds of a live repository that is known, when another one that differs little is read.

1. Nothing, where the settings differ, or where a symbolic link does: it may lead anywhere.
2. An evaluation, where nothing differs at the paths it looked at, and nothing in the folders it listed.
3. A unit, where its evaluation holds, nothing in its folder differs, and its module is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from towpath.git import Entry, Tree
from towpath.live.discovery import folder_of
from towpath.live.evaluated import Evaluated
from towpath.live.units import Memory, Unit
from towpath.model.paths import UnitPath

__all__ = ["Reuse", "files_of"]


class Reuse:
    """The known live repository, seen from the tree that is read now."""

    def __init__(self, known: Memory | None, tree: Tree, settings: str) -> None:
        self._known = known if known is not None and known.settings == settings else None
        self._changed: frozenset[str] = frozenset()
        self._around: frozenset[str] = frozenset()
        if self._known is not None:
            self._compare(self._known, tree)

    def _compare(self, known: Memory, tree: Tree) -> None:
        before, after = known.files, files_of(tree)
        differing = [path for path in before.keys() | after.keys() if before.get(path) != after.get(path)]
        if any(_is_link(side.get(path)) for path in differing for side in (before, after)):
            self._known = None
        self._around = frozenset(_folders_around(differing))
        self._changed = frozenset(differing) | (known.folders ^ tree.folders().keys())

    def evaluated(self, path: UnitPath) -> Evaluated | None:
        """The evaluation of a folder, None where it has to be evaluated."""
        found = self._known.evaluated.get(path) if self._known is not None else None
        if found is None or not found.looked_at.isdisjoint(self._changed) or not found.listed.isdisjoint(self._around):
            return None
        return found

    def unit(self, path: UnitPath, found: Evaluated) -> Unit | None:
        """The unit, if it was made of the same evaluation and its folder is the same. Whether its module is, is for the
        caller to see.
        """
        known = self._known
        if known is None or known.evaluated.get(path) is not found or folder_of(path) in self._around:
            return None
        unit = known.units.get(path)
        return unit if unit is not None and not unit.problems else None


def files_of(tree: Tree) -> Mapping[str, Entry | str]:
    """Everything a tree names: files and links, submodules with their commits. A copy of another file is another one:
    places name where it comes from.
    """
    if not tree.submodules() and not tree.copies():
        return tree.entries()
    copies = {path: f"{entry.mode:o} {entry.blob} {origin}" for path, entry, origin in _copies(tree)}
    return {**tree.entries(), **tree.submodules(), **copies}


def _copies(tree: Tree) -> Iterator[tuple[str, Entry, str]]:
    for path, origin in tree.copies().items():
        entry = tree.entries()[path]
        # Links are told by their entries.
        if not entry.is_link:
            yield path, entry, origin


def _is_link(entry: Entry | str | None) -> bool:
    return isinstance(entry, Entry) and entry.is_link


def _folders_around(paths: Iterable[str]) -> Iterable[str]:
    """Every folder above these paths, the root among them."""
    folders: set[str] = set()
    for path in paths:
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            if folder in folders:
                break
            folders.add(folder)
    return folders

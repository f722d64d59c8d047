"""The files of a commit, as evaluation wants them."""

from __future__ import annotations

import posixpath

from towpath.git import Tree
from towpath.terragrunt import VIRTUAL_ROOT, Files

__all__ = ["TreeFiles", "evaluation_files"]


class TreeFiles:
    """A tree of git objects behind the interface of evaluation. The repository stands at `VIRTUAL_ROOT`, so that no
    path of this machine enters a value, unless it is about to be exported."""

    def __init__(self, tree: Tree, root: str = VIRTUAL_ROOT) -> None:
        self._tree = tree
        self.root = root

    def read(self, path: str) -> bytes | None:
        return self._tree.read(path)

    def exists(self, path: str) -> bool:
        return self._tree.exists(path)

    def is_folder(self, path: str) -> bool:
        return self._tree.is_folder(path)

    def files_below(self, path: str) -> tuple[str, ...]:
        found = self._tree.below(path)
        real = self._tree.resolve(path)
        if real == path:
            return found
        # Reached through a link, the files are known by the name they were asked for.
        return tuple(posixpath.join(path, posixpath.relpath(f"/{file}", f"/{real}")) for file in found)

    def origin(self, path: str) -> str:
        return self._tree.origin(path)


def evaluation_files(tree: Tree, root: str = VIRTUAL_ROOT) -> Files:
    """The files of the tree, for `evaluate_unit`."""
    return TreeFiles(tree, root)

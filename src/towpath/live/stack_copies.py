"""The files that one wave of stacks lays over a tree."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from towpath.git import Layer, Tree
from towpath.git.links import link_loop
from towpath.live.discovery import CONFIGURATION, is_working_folder
from towpath.live.stack_problems import file_replaced, path_taken, source_without
from towpath.problems import Problem, ProblemError
from towpath.terragrunt import STACK_FILE, Component, ComponentKind
from towpath.terragrunt.paths import folder_of, join

__all__ = ["Copies"]


class Copies:
    """Collects copies of folders of `tree`, and files written anew."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._copied: dict[str, str] = {}
        self._written: dict[str, bytes] = {}
        self._folders: set[str] = set()

    def layer(self) -> Layer:
        return Layer(self._copied, self._written)

    def of(self, component: Component, source: str, folder: str) -> Mapping[str, str]:
        """What would stand in `folder` as a copy of `source`: path to the file it comes from. Links are followed, as
        they would point elsewhere from there. Raises `ProblemError`.
        """
        files = {join(folder, name): path for name, path in self._below(source, (source,))}
        expected = CONFIGURATION if component.kind is ComponentKind.UNIT else STACK_FILE
        if component.is_checked and join(folder, expected) not in files:
            raise ProblemError(source_without(component, source or "the root", expected))
        return files

    def put(
        self, component: Component, folder: str, files: Mapping[str, str], written: Mapping[str, bytes]
    ) -> tuple[Problem, ...]:
        """Lays the files there, with those `written` over them; returns what is to be told. Raises `ProblemError`
        (`stack-path-taken`).
        """
        paths = [*files, *written]
        folders = _folders_of(paths)
        for path in paths:
            if path in self._folders or path in self._tree.folders():
                raise ProblemError(path_taken(component, path))
        for path in (*folders, folder):
            if path in self._copied or path in self._written or path in self._tree.entries():
                raise ProblemError(path_taken(component, path))
        replaced = [path for path, origin in files.items() if self._differs(path, origin)]
        self._folders |= folders
        self._copied.update(files)
        self._written.update(written)
        return tuple(file_replaced(component, path).in_unit(folder) for path in replaced[:1])

    def _differs(self, path: str, origin: str) -> bool:
        """Whether another file stands there in the tree already."""
        entries = self._tree.entries()
        return path in entries and entries[path].blob != entries[origin].blob

    def _below(self, folder: str, chain: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        """Names relative to the folder, each with the file it stands for. `chain` are the folders being looked into."""
        prefix = len(folder) + 1 if folder else 0
        for path in self._tree.below(folder):
            name = path[prefix:]
            if is_working_folder(name):
                continue
            target = self._tree.resolve(path)
            if target in self._tree.entries() or not self._tree.is_folder(target):
                # A link that points to nothing stays what it is.
                yield name, target if target in self._tree.entries() else path
            elif target in chain:
                raise ProblemError(link_loop(path))
            else:
                yield from ((join(name, inner), file) for inner, file in self._below(target, (*chain, target)))


def _folders_of(paths: Collection[str]) -> set[str]:
    """All folders that lead to the paths, without the root."""
    found: set[str] = set()
    for path in paths:
        around = folder_of(path)
        while around and around not in found:
            found.add(around)
            around = folder_of(around)
    return found

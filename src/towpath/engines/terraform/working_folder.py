"""Prepares the folder in which the engine runs.

1. A local module: the tree that stands before `//` is copied; the engine runs in the folder named after it.
2. No source: the unit's folder, and the local modules that it refers to, are copied to their own places below the
   working folder; everything beside them is linked, so that every relative path leads somewhere. A link is made once
   and shared by the working folders of all units, as one file with many names: where a thousand units lie side by side,
   a new file for each pair of them would take longer than their plans.
3. A module from elsewhere: what the engine's installer fetched is copied.
4. The unit's own files are copied over it, then generated files and the backend's settings are written.

Links inside a tree are followed; what engines and Terragrunt leave behind is not copied.
"""

from __future__ import annotations

import contextlib
import fnmatch
import hashlib
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from towpath.engines.terraform.generated import FileChange
from towpath.problems import Problem, ProblemError

__all__ = ["CopyRules", "copy_tree", "make_private", "mirror_unit", "overlay_unit", "write_changes", "write_private"]

_LEFT_BEHIND = frozenset({".terragrunt-cache", ".terraform", ".git"})
_LOCK_FILE = ".terraform.lock.hcl"


@dataclass(frozen=True, slots=True)
class CopyRules:
    """`include` and `exclude` are patterns of paths, `**` for any folders, as in `include_in_copy` and
    `exclude_from_copy`; what is excluded stays out even when it is included.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    lock_file: bool = True

    def takes(self, path: str) -> bool:
        if _fits(path, self.exclude):
            return False
        name = path.rpartition("/")[2]
        if name == _LOCK_FILE:
            return self.lock_file
        return name not in _LEFT_BEHIND or _fits(path, self.include)


def _fits(path: str, patterns: Iterable[str]) -> bool:
    """Whether a pattern names the path or a folder it lies in."""
    return any(
        fnmatch.fnmatchcase(start, form)
        for pattern in patterns
        for form in (pattern.removeprefix("./"), pattern.removeprefix("./").removeprefix("**/"))
        for start in _starts(path)
    )


def make_private(folder: Path) -> None:
    """An empty folder that nobody else may read; what was there is gone."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)


def copy_tree(source: Path, destination: Path, rules: CopyRules) -> None:
    """Copies files and their modes. Raises `ProblemError` (`source-not-found`) when there is no such folder."""
    if not source.is_dir():
        detail = f"There is no folder {source.name!r} where the unit's source points to."
        hint = "Paths are relative to the unit's folder and must stay in the repository."
        raise ProblemError(Problem("source-not-found", "A module's folder does not exist", detail, hint=hint))
    _copy_below(source, destination, "", rules, (source.resolve(),))


def _copy_below(source: Path, destination: Path, prefix: str, rules: CopyRules, above: tuple[Path, ...]) -> None:
    destination.mkdir(parents=True, exist_ok=True)
    with os.scandir(source) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            path = f"{prefix}{entry.name}"
            if not rules.takes(path):
                continue
            if entry.is_dir():
                real = Path(entry.path).resolve()
                if real not in above:
                    _copy_below(Path(entry.path), destination / entry.name, f"{path}/", rules, (*above, real))
            elif entry.is_file():
                _copy_file(Path(entry.path), destination / entry.name)


def _copy_file(source: Path, destination: Path) -> None:
    if destination.is_symlink() or destination.exists():
        destination.unlink()
    shutil.copyfile(source, destination)
    shutil.copymode(source, destination)


def overlay_unit(unit: Path, destination: Path, rules: CopyRules, left_out: Sequence[str]) -> None:
    """The unit's own files over the module's; `left_out` are names of its own folder that configure Towpath only."""
    configuring = CopyRules(rules.include, (*rules.exclude, *left_out), rules.lock_file)
    copy_tree(unit, destination, configuring)


def mirror_unit(root: Path, folders: Mapping[str, CopyRules], destination: Path, links: Path) -> None:
    """Copies folders of the repository to the same places below `destination`, and links what stands beside them and
    beside the folders on the way. What is copied has the same relative paths in every commit and for every unit; what
    is linked is shared with all. `links` is a folder of the same file system, where links are kept to be shared; it may
    go at any time.
    """
    on_the_way = {"", *(start for folder in folders for start in _starts(folder))}
    links.mkdir(parents=True, exist_ok=True, mode=0o700)
    _Mirror(folders, on_the_way, str(links)).below(str(root), "", str(destination))


@dataclass(frozen=True, slots=True)
class _Mirror:
    folders: Mapping[str, CopyRules]
    on_the_way: AbstractSet[str]
    links: str

    def below(self, here: str, path: str, there: str) -> None:
        if path in self.folders:
            copy_tree(Path(here), Path(there), self.folders[path])
            return
        os.makedirs(there, exist_ok=True)
        prefix = f"{path}/" if path else ""
        with os.scandir(here) as entries:
            for entry in entries:
                inside = prefix + entry.name
                if inside in self.on_the_way and entry.is_dir(follow_symlinks=False):
                    self.below(entry.path, inside, f"{there}/{entry.name}")
                elif entry.name not in _LEFT_BEHIND:
                    self._link(entry.path, f"{there}/{entry.name}")

    def _link(self, target: str, place: str) -> None:
        shared = f"{self.links}/{hashlib.blake2b(os.fsencode(target), digest_size=16).hexdigest()}"
        for _ in range(2):
            try:
                os.link(shared, place, follow_symlinks=False)
                return
            except FileNotFoundError:
                # Another thread may make it at the same moment.
                with contextlib.suppress(FileExistsError):
                    os.symlink(target, shared)
            except (OSError, NotImplementedError):
                # It has as many names as the file system allows, or links cannot have several there.
                break
        os.symlink(target, place)


def _starts(path: str) -> list[str]:
    """The path, and those of the folders that it lies in."""
    parts = path.split("/")
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def write_changes(folder: Path, changes: Iterable[FileChange]) -> None:
    """Writes and removes generated files. Raises `ProblemError` (`generated-file-outside`) for one that would land
    outside of the working folder.
    """
    for change in changes:
        path = folder / change.path
        if not Path(os.path.normpath(path)).is_relative_to(folder):
            detail = f"{change.path!r} lies outside of the folder in which the engine runs."
            hint = "Give it a path inside of the folder, without `..`."
            problem = Problem("generated-file-outside", "A generated file would land elsewhere", detail, hint=hint)
            raise ProblemError(problem)
        if change.content is None:
            path.unlink(missing_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_private(path, change.content)


def write_private(path: Path, content: bytes) -> None:
    """Writes a file that nobody else may read. A link in its place is replaced, never written through."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)

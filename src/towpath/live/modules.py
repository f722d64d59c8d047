"""Local modules: what belongs to one, so that a change anywhere in it counts, and a change beside it does not.

1. A module is its folder, with everything below.
2. A module call with a local source (`source = "../network"`) brings in that module too, and so on.
3. A path that climbs out of the folder (`"${path.module}/../shared/policy.json"`) brings in the file or folder it
   names; where only its beginning can be known, the folder up to there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from towpath.git import Entry, Tree
from towpath.hcl.parse import parse
from towpath.hcl.syntax import Literal
from towpath.live.discovery import is_terraform_file, is_working_folder
from towpath.live.sources import OutsideRepositoryError, join
from towpath.live.tokens import ContentHashes
from towpath.problems import Place, Problem, ProblemError
from towpath.terragrunt import VALUES_FILE
from towpath.terragrunt.autoinclude import POINTER_FILE

__all__ = ["Closure", "Modules", "contents_of", "module_missing"]

_HANDED = (VALUES_FILE, POINTER_FILE)
_CLIMBING = re.compile(r'(?:\$\{\s*path\.(?:module|root|cwd)\s*\}/|"\./|")((?:\./)*\.\.(?:/[\w .@+-]+)*/?)')


@dataclass(frozen=True, slots=True)
class Call:
    """Something a Terraform file refers to: another module (`is_module`), or a path that climbs out of the folder."""

    target: str
    is_module: bool
    place: Place


@dataclass(frozen=True)
class Closure:
    """Everything that belongs to a module: path to hash, for all its files and the files of what it calls."""

    files: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


class Modules:
    """The local modules of one tree. Each is looked into once."""

    def __init__(self, tree: Tree, hashes: ContentHashes) -> None:
        self._tree = tree
        self._hashes = hashes
        self._calls: dict[str, tuple[Call, ...]] = {}
        self._closures: dict[str, Closure] = {}
        self._folders: dict[str, tuple[Mapping[str, str], tuple[Problem, ...]]] = {}

    def closure(self, folder: str) -> Closure:
        """The module in a folder with all it calls. Problems: `module-missing`, `symlink-leaves-repository`."""
        if folder not in self._closures:
            called, problems = self._called(folder)
            own, own_problems = self._below(folder)
            self._closures[folder] = Closure(dict(sorted({**called, **own}.items())), (*own_problems, *problems))
        return self._closures[folder]

    def called(self, folder: str) -> Closure:
        """What the module in a folder calls outside of it, without the folder itself."""
        files, problems = self._called(folder)
        prefix = f"{folder}/" if folder else ""
        return Closure({path: digest for path, digest in files.items() if not path.startswith(prefix)}, problems)

    def hash_of(self, path: str) -> str:
        """The hash of one file, link or submodule; a link counts as what it points to. Raises `ProblemError`."""
        entry = self._tree.entries().get(path)
        if entry is None:
            return f"submodule {self._tree.submodules()[path]}"
        if not entry.is_link:
            return self._of_entry(entry)
        target = self._tree.resolve(path)
        found = self._tree.entries().get(target)
        if found is not None:
            return f"link {self._of_entry(found)}"
        return f"link {self._tree.subtree_id(target) or entry.blob}"

    def missing(self, folder: str, place: Place, named: str) -> Problem | None:
        """The problem with a module folder that is not in the tree, None when it is."""
        if self._tree.is_folder(folder):
            return None
        inside = next((name for name in self._tree.submodules() if f"{folder}/".startswith(f"{name}/")), None)
        return module_missing(named, place, folder, submodule=inside)

    def _of_entry(self, entry: Entry) -> str:
        return self._hashes.of(entry, lambda: self._tree.read(entry.path))

    def _called(self, start: str) -> tuple[dict[str, str], tuple[Problem, ...]]:
        files: dict[str, str] = {}
        problems: list[Problem] = []
        waiting, seen = [start], {(start, True)}
        while waiting:
            folder = waiting.pop()
            if folder != start:
                below, found = self._below(folder)
                files.update(below)
                problems.extend(found)
            for call in self._calls_of(folder):
                target, problem = self._follow(folder, call)
                problems.extend([problem] if problem else [])
                if target is None or (target, call.is_module) in seen:
                    continue
                seen.add((target, call.is_module))
                if call.is_module:
                    waiting.append(target)
                else:
                    below, found = self._below(target)
                    files.update(below)
                    problems.extend(found)
        return dict(sorted(files.items())), tuple(dict.fromkeys(problems))

    def _follow(self, folder: str, call: Call) -> tuple[str | None, Problem | None]:
        """The file or folder a call means, or what is wrong with it; a path that is no file of ours may mean one that
        exists when the module runs."""
        try:
            target = join(folder, call.target)
            if not call.is_module:
                return (target if self._tree.exists(target) else None), None
            problem = self.missing(target, call.place, call.target)
            return (None if problem else self._tree.resolve(target)), problem
        except OutsideRepositoryError:
            outside = module_missing(call.target, call.place, None)
            return None, outside if call.is_module else None
        except ProblemError as error:
            return None, error.problems[0]

    def _below(self, target: str) -> tuple[Mapping[str, str], tuple[Problem, ...]]:
        if target not in self._folders:
            paths = (target,) if target in self._tree.entries() else contents_of(self._tree, target)
            prefix = len(target) + 1 if target else 0
            self._folders[target] = self.hashes_of(path for path in paths if _belongs(path[prefix:]))
        return self._folders[target]

    def hashes_of(self, paths: Iterable[str]) -> tuple[Mapping[str, str], tuple[Problem, ...]]:
        """The hashes of these files, and the problems of the links among them that lead nowhere allowed."""
        hashes: dict[str, str] = {}
        problems: list[Problem] = []
        for path in paths:
            try:
                hashes[path] = self.hash_of(path)
            except ProblemError as error:
                hashes[path] = f"link {self._tree.entries()[path].blob}"
                problems.extend(error.problems)
        return hashes, tuple(problems)

    def _calls_of(self, folder: str) -> Iterator[Call]:
        prefix = f"{folder}/" if folder else ""
        for path in self._tree.below(folder):
            name = path.removeprefix(prefix)
            if "/" not in name and is_terraform_file(name):
                yield from self._calls_in(path)

    def _calls_in(self, path: str) -> Iterator[Call]:
        blob = self._tree.entries()[path].blob
        if blob not in self._calls:
            self._calls[blob] = tuple(_calls(path, self._tree.read(path) or b""))
        for call in self._calls[blob]:
            yield replace(call, place=replace(call.place, file=path))


def contents_of(tree: Tree, folder: str) -> tuple[str, ...]:
    """The files, links and submodules below a folder, at any depth."""
    prefix = f"{folder}/" if folder else ""
    return (*tree.below(folder), *(name for name in tree.submodules() if name.startswith(prefix)))


def _belongs(name: str) -> bool:
    """Whether a file of a module's folder is part of the module; what a stack hands to a unit is not."""
    return not is_working_folder(name) and name.rpartition("/")[2] not in _HANDED


def _calls(path: str, content: bytes) -> Iterator[Call]:
    if path.endswith(".json"):
        yield from _calls_of_json(path, content)
        return
    if b"module" in content:
        for block in parse(content, path).body.blocks_of("module"):
            source = block.body.attributes.get("source")
            text = source.expression.value if source and isinstance(source.expression, Literal) else None
            if source and isinstance(text, str) and text.startswith(("./", "../")):
                yield Call(text, True, source.place)
    if b".." in content:
        for match in _CLIMBING.finditer(content.decode("utf-8", "replace")):
            yield Call(match.group(1), False, Place(path))


def _calls_of_json(path: str, content: bytes) -> Iterator[Call]:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return
    calls = data.get("module") if isinstance(data, dict) else None
    for call in calls.values() if isinstance(calls, dict) else ():
        source = call.get("source") if isinstance(call, dict) else None
        if isinstance(source, str) and source.startswith(("./", "../")):
            yield Call(source, True, Place(path))


def module_missing(named: str, place: Place, folder: str | None, submodule: str | None = None) -> Problem:
    """A local module that is not there; `folder` is None where the path leaves the repository."""
    if submodule is not None:
        where, hint = f"is inside the git submodule {submodule}, which is not followed", "Use a git source with a ref."
    elif folder is None:
        where, hint = "is outside the repository", "Use a module of the repository, or a git source with a ref."
    else:
        where, hint = f"would be {folder or 'the root'}, and there is no such folder", "Correct the path."
    return Problem(
        "module-missing",
        "A local module is not there",
        f"The module {named} {where}.",
        place=place,
        hint=hint,
    )

"""A commit's files on disk, shared by all units that are worked on at that commit."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from towpath.config import Globs, TowpathConfig, load_accounts, load_config
from towpath.git import Tree
from towpath.live.loading import listed_variables
from towpath.live.placement import Placer
from towpath.live.stacks import expand, has_stacks
from towpath.model.paths import UnitPath
from towpath.problems import Problem, ProblemError, has_errors
from towpath.runs.workbench.tools import Tools
from towpath.terragrunt import HermeticOutside, ParseCache

__all__ = ["Checkout", "Checkouts", "FolderFiles"]

_SETTINGS = "towpath.yml"
_CONFIGURATION = "terragrunt.hcl"


class FolderFiles:
    """Files as they lie in a folder, behind the interface of evaluation; path functions see where that really is.
    `copies` are those that stacks made, each with the file of the commit that it is a copy of."""

    def __init__(self, folder: Path, copies: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._copies = copies or {}
        self.root = str(folder)

    def read(self, path: str) -> bytes | None:
        file = self._folder / path
        return file.read_bytes() if file.is_file() else None

    def exists(self, path: str) -> bool:
        return (self._folder / path).exists()

    def is_folder(self, path: str) -> bool:
        return (self._folder / path).is_dir()

    def files_below(self, path: str) -> tuple[str, ...]:
        found = (file for file in (self._folder / path).rglob("*") if not file.is_dir())
        return tuple(sorted(file.relative_to(self._folder).as_posix() for file in found))

    def origin(self, path: str) -> str:
        return self._copies.get(path, path)


@dataclass(frozen=True)
class Checkout:
    """One commit: its files and those that stacks make of them in `folder`, and what its `towpath.yml` and accounts
    say. `copies` are the files that stacks made of others."""

    commit: str
    folder: Path
    config: TowpathConfig
    placer: Placer
    copies: Mapping[str, str] = field(default_factory=dict, repr=False)

    def files(self) -> FolderFiles:
        """The files on disk, for evaluation."""
        return FolderFiles(self.folder, self.copies)

    def unit_folder(self, unit: UnitPath) -> Path:
        """Raises `ProblemError` (`unknown-unit`)."""
        folder = self.folder / unit
        if not folder.is_dir():
            detail = f"Commit {self.commit[:12]} has no folder {unit!r}."
            hint = "Plan again from a commit that has it."
            raise ProblemError(Problem("unknown-unit", "There is no such unit", detail, hint=hint, unit=unit))
        return folder

    def is_terragrunt(self, unit: UnitPath) -> bool:
        return (self.unit_folder(unit) / _CONFIGURATION).is_file()


class Checkouts:
    """Makes each checkout once. Thread-safe; two processes that make the same one do not disturb each other."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._lock = threading.Lock()
        self._made: dict[str, Checkout] = {}

    def at(self, commit: str) -> Checkout:
        """Raises `ProblemError` (`unknown-commit`, and what is wrong with `towpath.yml`)."""
        with self._lock:
            known = self._made.get(commit)
            if known is None or not known.folder.is_dir():
                self._made[commit] = self._make(self._tools.commits.tree(commit))
            return self._made[commit]

    def _make(self, tree: Tree) -> Checkout:
        config = load_config(tree.read(_SETTINGS))
        accounts = load_accounts(tree.read, config)
        problems = (*config.problems, *accounts.problems)
        if has_errors(problems):
            raise ProblemError(*problems)
        variables = listed_variables(config.value, self._tools.environment)
        folder = self._tools.state / "checkouts" / _folder_name(tree, variables)
        # Which units there are was decided when the commit was read; values that were not known then, the unit's own
        # evaluation asks for.
        outside = HermeticOutside(variables)
        excluded = Globs(config.value.units.exclude)
        tree = expand(tree, ParseCache(), outside, excluded, root=str(folder)).tree
        tree.export(folder)
        return Checkout(tree.commit, folder, config.value, Placer(config.value, accounts), tree.copies())


def _folder_name(tree: Tree, variables: Mapping[str, str]) -> str:
    """What stacks make may depend on variables of the environment: then other values have another folder."""
    if not variables or not has_stacks(tree):
        return tree.commit
    listed = json.dumps(sorted(variables.items()))
    return f"{tree.commit}-{hashlib.sha256(listed.encode('utf-8', 'surrogateescape')).hexdigest()[:12]}"

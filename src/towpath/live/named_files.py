"""Files that a configuration names for the engine to read or run: variable files, and scripts of hooks.

Their content decides what applying does, though evaluation never looks into them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from towpath.git import Tree
from towpath.live.discovery import folder_of
from towpath.live.sources import OutsideRepositoryError, join
from towpath.problems import ProblemError
from towpath.terragrunt import VIRTUAL_ROOT, UnitConfig

__all__ = ["NamedFiles", "named_files"]

_VAR_FILE = "-var-file="


@dataclass(frozen=True, slots=True)
class NamedFiles:
    """The files of the repository, sorted, and all paths that were looked at to find them."""

    found: tuple[str, ...]
    looked_at: frozenset[str]


def named_files(tree: Tree, config: UnitConfig) -> NamedFiles:
    """The files of the repository that the configuration names."""
    folder = folder_of(config.unit)
    found = set()
    looked_at = set()
    for text, is_path in _texts(config):
        try:
            path = _path(text, folder, is_path=is_path)
            if path is None:
                continue
            looked_at.add(path)
            if (entry := tree.entry(path)) is not None:
                found.add(entry.path)
        except (OutsideRepositoryError, ProblemError):
            # What is not in the repository cannot be known; the path itself is part of the values.
            continue
    return NamedFiles(tuple(sorted(found)), frozenset(looked_at))


def _texts(config: UnitConfig) -> Iterator[tuple[str, bool]]:
    """Texts that may name a file, and whether each is one for certain."""
    for extra in config.extra_arguments:
        yield from ((file, True) for file in (*extra.required_var_files, *extra.optional_var_files))
        for argument in extra.arguments:
            yield argument.removeprefix(_VAR_FILE), argument.startswith(_VAR_FILE)
    for hook in (*config.before_hooks, *config.after_hooks, *config.error_hooks):
        yield from ((word, False) for word in hook.execute)


def _path(text: str, folder: str, *, is_path: bool) -> str | None:
    if text.startswith(f"{VIRTUAL_ROOT}/"):
        return join("", text.removeprefix(VIRTUAL_ROOT))
    if text.startswith("/") or "\0" in text:
        return None
    return join(folder, text) if is_path or text.startswith(("./", "../")) else None

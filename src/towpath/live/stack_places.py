"""Where what a stack asks for stands, and where it comes from."""

from __future__ import annotations

import posixpath

from towpath.git import Tree
from towpath.hcl.values import Unknown
from towpath.live.sources import is_elsewhere
from towpath.live.stack_problems import cannot_be_known, path_wrong, source_elsewhere, source_missing
from towpath.problems import ProblemError
from towpath.terragrunt import GENERATED_FOLDER, Component
from towpath.terragrunt.paths import OutsideRepositoryError, join, to_repository

__all__ = ["destination", "source_folder"]


def destination(component: Component, stack_folder: str) -> str:
    """The folder that a block of the stack in `stack_folder` makes. Raises `ProblemError`."""
    if isinstance(component.path, Unknown):
        raise ProblemError(cannot_be_known(component, "path", component.path, component.path_place))
    if not isinstance(component.path, str):
        raise ProblemError(*component.problems)
    path = posixpath.normpath(component.path)
    if path.startswith("/") or path.split("/")[0] in ("", ".", "..") or "\0" in path:
        raise ProblemError(path_wrong(component, component.path))
    return join(stack_folder if component.is_beside else join(stack_folder, GENERATED_FOLDER), path)


def source_folder(component: Component, stack_folder: str, tree: Tree, root: str) -> str:
    """The folder of the tree that a block of the stack in `stack_folder` is made from. Raises `ProblemError`.

    As for Terragrunt, what is a folder of the repository is one, whatever else its name looks like.
    """
    source = component.source
    if isinstance(source, Unknown):
        raise ProblemError(cannot_be_known(component, "source", source, component.source_place))
    if not isinstance(source, str):
        raise ProblemError(*component.problems)
    try:
        inside: str | None = to_repository(root, stack_folder, source)
    except OutsideRepositoryError:
        inside = None
    if inside is not None and tree.is_folder(inside):
        return tree.resolve(inside)
    if is_elsewhere(source):
        raise ProblemError(source_elsewhere(component, source))
    is_copied = GENERATED_FOLDER in stack_folder.split("/")
    raise ProblemError(source_missing(component, source.removeprefix(root + "/"), inside, is_copied=is_copied))

"""Folders with a configuration that only stacks can use: templates, and no units.

1. What a stack makes units from is a template when it refers to `values` that nothing in its folder gives.
2. So is what no stack uses, when it cannot be evaluated for want of them; then somebody should know.
3. What a stack uses and is complete by itself is a unit as well, as it is for Terragrunt.

Nobody knows whether a template was a unit before: such a folder is `unsure`, and nothing is destroyed on its account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from towpath.live.discovery import CONFIGURATION, folder_of
from towpath.live.evaluated import Evaluated
from towpath.live.files import evaluation_files
from towpath.live.stack_problems import template_unused, used_as_source
from towpath.live.stacks import Expansion
from towpath.model.paths import UnitPath
from towpath.problems import Problem
from towpath.terragrunt import ComponentKind, ParseCache, lacks_values
from towpath.terragrunt.paths import join

__all__ = ["Templates", "find_templates"]


@dataclass(frozen=True)
class Templates:
    """`folders` are the templates, each with a sentence that says why."""

    folders: Mapping[UnitPath, str]
    problems: tuple[Problem, ...]


def find_templates(expansion: Expansion, evaluations: Mapping[UnitPath, Evaluated], cache: ParseCache) -> Templates:
    """Looks through evaluated folders with a `terragrunt.hcl`."""
    folders: dict[UnitPath, str] = {}
    problems: list[Problem] = []
    files = evaluation_files(expansion.tree)
    for path, found in evaluations.items():
        folder = folder_of(path)
        is_used = folder in expansion.sources
        if not is_used and found.outline is not None:
            continue
        file = expansion.tree.origin(join(folder, CONFIGURATION))
        if lacks_values(folder, found.reads, files, cache):
            folders[path] = f"{file} is a template now: it refers to `values` that nobody gives it."
            problems.extend([] if is_used else [template_unused(file, ComponentKind.UNIT)])
        elif is_used:
            problems.append(used_as_source(file))
    return Templates(folders, tuple(dict.fromkeys(problems)))

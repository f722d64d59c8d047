"""Sorting out folders whose configuration is only there for others to include.

Terragrunt passes over a folder that names no module source and holds no Terraform files. The same holds here, and where
such a folder cannot be evaluated on its own, because it was written to be included, its text decides.
"""

from __future__ import annotations

from enum import StrEnum

from towpath.git import Tree
from towpath.hcl.parse import parse
from towpath.hcl.syntax import Body
from towpath.live.discovery import configuration_of
from towpath.model.paths import UnitPath
from towpath.problems import Place, Problem, ProblemError, Severity
from towpath.terragrunt import UnitConfig

__all__ = ["Standing", "Verdict", "judge", "standing_of"]

Verdict = bool | Problem
"""Whether a folder is a unit; a problem where it is none, but was probably meant to be one."""


class Standing(StrEnum):
    """What a folder's own files say of whether it is a unit."""

    UNIT = "unit"
    UNIT_UNLESS_INCLUDED = "unit-unless-included"
    INCLUDES_WITHOUT_MODULE = "includes-without-module"
    PARENT = "parent"


def standing_of(path: UnitPath, config: UnitConfig | None, tree: Tree, *, holds_terraform: bool) -> Standing:
    """`holds_terraform` tells that the folder has Terraform files of its own. A folder that includes others and
    generates files of its own may generate what it applies.
    """
    if holds_terraform or (config is not None and config.source):
        return Standing.UNIT
    file = configuration_of(path)
    try:
        content = tree.read(file)
    except ProblemError:
        # A link that leads out of the repository names no file of the commit.
        content = None
    body = parse(content or b"", file).body
    if _names_source(body):
        return Standing.UNIT
    includes = bool(body.blocks_of("include"))
    if config is None or (includes and bool(body.blocks_of("generate"))):
        return Standing.UNIT_UNLESS_INCLUDED
    return Standing.INCLUDES_WITHOUT_MODULE if includes else Standing.PARENT


def judge(standing: Standing, file: str, *, is_included: bool) -> Verdict:
    """Whether a folder with the configuration `file` is a unit; `is_included` tells that another folder's
    configuration read this one.
    """
    if standing is Standing.UNIT:
        return True
    if is_included or standing is Standing.PARENT:
        return False
    return True if standing is Standing.UNIT_UNLESS_INCLUDED else _without_module(file)


def _names_source(body: Body) -> bool:
    return any("source" in block.body.attributes for block in body.blocks_of("terraform"))


def _without_module(file: str) -> Problem:
    return Problem(
        "unit-without-module",
        "A configuration names nothing to apply",
        f"{file} includes others, but names no module source, and there are no Terraform files beside it. It is passed "
        "over, as Terragrunt does.",
        place=Place(file),
        hint='Add terraform { source = "…" }, or remove the folder.',
        severity=Severity.WARNING,
    )

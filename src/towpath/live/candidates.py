"""Sorting out folders whose configuration is only there for others to include.

Terragrunt passes over a folder that names no module source and holds no Terraform files. The same holds here, and where
such a folder cannot be evaluated on its own, because it was written to be included, its text decides.
"""

from __future__ import annotations

from towpath.hcl.parse import parse
from towpath.hcl.syntax import Body
from towpath.live.discovery import CONFIGURATION
from towpath.problems import Place, Problem, Severity
from towpath.terragrunt import Evaluation

__all__ = ["Verdict", "judge"]

Verdict = bool | Problem
"""Whether a folder is a unit; a problem where it is none, but was probably meant to be one."""


def judge(evaluation: Evaluation, content: bytes, file: str, *, holds_terraform: bool, is_included: bool) -> Verdict:
    """Whether a folder with the configuration `file` is a unit.

    `holds_terraform` tells that it has Terraform files of its own, `is_included` that another folder's configuration
    read this one. A folder that includes others and generates files of its own may generate what it applies.
    """
    config = evaluation.config
    if holds_terraform or (config is not None and config.source):
        return True
    body = parse(content, CONFIGURATION).body
    if _names_source(body):
        return True
    if is_included:
        return False
    includes = bool(body.blocks_of("include"))
    if config is None or (includes and bool(body.blocks_of("generate"))):
        return True
    return _without_module(file) if includes else False


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

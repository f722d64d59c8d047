"""What can be wrong with what a stack file asks for."""

from __future__ import annotations

from collections.abc import Sequence

from towpath.hcl.values import Unknown
from towpath.problems import Place, Problem, Severity
from towpath.terragrunt import STACK_FILE, Component, ComponentKind

__all__ = [
    "beside_unit",
    "cannot_be_known",
    "file_replaced",
    "going_round",
    "path_taken",
    "path_twice",
    "path_wrong",
    "source_elsewhere",
    "source_missing",
    "source_without",
    "template_unused",
    "used_as_source",
]


def cannot_be_known(component: Component, attribute: str, unknown: Unknown, place: Place) -> Problem:
    """`attribute` decides which units there are, and comes from outside of the commit."""
    sources = ", ".join(sorted({origin.source for origin in unknown.origins}))
    return Problem(
        "stack-value-unknown",
        "What a stack makes cannot be known",
        f"`{attribute}` of {component} comes from {sources}, which cannot be known without running something. "
        "It decides which units there are.",
        place=place,
        hint="Write it down, or list an environment variable under `environment` in towpath.yml.",
    )


def path_wrong(component: Component, path: str) -> Problem:
    return Problem(
        "stack-path-outside",
        "A stack would write outside of its folder",
        f"{component} has the path {path!r}, which names no folder below that of the stack.",
        place=component.path_place,
        hint='Use a relative path without "..", such as "vpc".',
    )


def path_taken(component: Component, taken: str) -> Problem:
    return Problem(
        "stack-path-taken",
        "Where a stack would make a folder there is a file",
        f"What {component} makes does not fit beside {taken}: one of the two is a file, the other a folder.",
        place=component.path_place,
        hint="Give it another path.",
    )


def path_twice(component: Component, folder: str, first: Place) -> Problem:
    where = f"{first.file}:{first.line}" if first.line else first.file
    return Problem(
        "stack-path-twice",
        "Two blocks of stacks make the same folder",
        f"{component} would make {folder}, as another block at {where} does already. Only one of them could stand "
        "there, so the unit is left alone.",
        place=component.path_place,
        hint="Give each of them a path of its own.",
    )


def source_elsewhere(component: Component, source: str) -> Problem:
    return Problem(
        "stack-source-elsewhere",
        "The source of a stack's unit is not in the repository",
        f"{component} is made from {source}. What is there is not part of the commit, and nothing is fetched while a "
        f"commit is read, so nothing is known of the {component.kind}. It is neither planned nor applied.",
        place=component.source_place,
        hint="Keep a copy of the source in the repository and name its folder, or generate the stack with Terragrunt "
        f"and commit what it makes without {STACK_FILE}.",
    )


def source_missing(component: Component, source: str, folder: str | None, *, is_copied: bool) -> Problem:
    """A source that would be `folder` of the repository; None where it would lie outside. `is_copied`: the stack file
    is itself a copy, and stands where its author did not see it.
    """
    where = "is outside the repository" if folder is None else f"would be {folder or 'the root'}, which is no folder"
    hint = "Correct the path: it is relative to the folder of the stack file."
    if is_copied:
        hint = (
            "The stack file is used from where another stack puts it, and a relative path starts there. Begin it with "
            "${get_repo_root()} instead."
        )
    return Problem(
        "stack-source-missing",
        "The source of a stack's unit is not there",
        f"{component} is made from {source}, which {where}.",
        place=component.source_place,
        hint=hint,
    )


def source_without(component: Component, folder: str, expected: str) -> Problem:
    return Problem(
        "stack-source-empty",
        "The source of a stack's unit holds no configuration",
        f"{component} is made from {folder}, and there is no {expected} in it.",
        place=component.source_place,
        hint=f"Add {expected}, or say `no_validation = true` if that is meant.",
    )


def going_round(component: Component, way: Sequence[str]) -> Problem:
    return Problem(
        "stack-cycle",
        "A stack makes itself",
        f"{' → '.join(folder or '.' for folder in way)}: {component} would make the stack again that asks for it, and "
        "so on without end.",
        place=component.source_place,
        hint="Let the source be a folder that does not hold the stack.",
    )


def beside_unit(folder: str, place: Place) -> Problem:
    return Problem(
        "stack-beside-unit",
        "A folder is both a unit and a stack",
        f"{folder or 'The root'} holds a terragrunt.hcl and a {STACK_FILE}. It could be only one of the two.",
        place=place,
        hint="Move one of them into a folder of its own.",
        unit=folder or ".",
    )


def file_replaced(component: Component, file: str) -> Problem:
    return Problem(
        "stack-replaces-file",
        "A stack puts another file in the place of a committed one",
        f"{component} makes {file}, where the commit holds a different file. What the stack makes counts.",
        place=component.place,
        hint="Remove the file from the repository, or change the source.",
        severity=Severity.WARNING,
    )


def template_unused(file: str, kind: ComponentKind) -> Problem:
    return Problem(
        "template-unused",
        "A template is used by no stack",
        f"{file} refers to `values`, and nothing beside it gives them. It can only be the source of a {kind} in a "
        "stack, and no stack of this commit uses it.",
        place=Place(file),
        hint="Name the folder under units.exclude in towpath.yml if it is kept for others to use.",
        severity=Severity.WARNING,
    )


def used_as_source(file: str) -> Problem:
    return Problem(
        "stack-source-is-unit",
        "The source of a stack's unit is a unit itself",
        f"{file} is used by a stack, and is complete without it: it refers to no `values`. So its folder is a unit as "
        "well, as it is for Terragrunt.",
        place=Place(file),
        hint="Name the folder under units.exclude in towpath.yml if it is only there to be used by stacks.",
        severity=Severity.WARNING,
    )

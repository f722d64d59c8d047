"""Which folders may be units."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from towpath.config import Globs, Loaded, TowpathConfig
from towpath.git import Tree
from towpath.model.paths import UnitPath
from towpath.model.texts import encodable
from towpath.problems import Place, Problem, Severity

__all__ = [
    "CONFIGURATION",
    "Discovery",
    "UnitKind",
    "configuration_of",
    "discover",
    "folder_of",
    "is_terraform_file",
    "is_working_folder",
    "unreadable_path",
]

CONFIGURATION = "terragrunt.hcl"
_JSON_CONFIGURATION = "terragrunt.hcl.json"
_TOOLS_FOLDERS = frozenset([".terragrunt-cache", ".terraform", ".git"])
_WORKING_FOLDERS = _TOOLS_FOLDERS | {".terragrunt-stack"}
"""Folders that tools write for themselves: what is in them is nobody's source, even when it was committed."""
_TERRAFORM = (".tf", ".tf.json", ".tofu", ".tofu.json")


class UnitKind(StrEnum):
    """What a unit is made of."""

    TERRAGRUNT = "terragrunt"
    TERRAFORM = "terraform"


@dataclass(frozen=True)
class Discovery:
    """The folders that may be units, sorted; a folder with a configuration that only others include is sorted out
    later, since it takes evaluation to know. `excluded` are the folders `towpath.yml` excludes; `modules` those that
    hold Terraform files."""

    candidates: Mapping[UnitPath, UnitKind]
    excluded: frozenset[UnitPath]
    modules: frozenset[str]
    problems: tuple[Problem, ...]


def discover(tree: Tree, config: Loaded[TowpathConfig], broken: Collection[UnitPath] = ()) -> Discovery:
    """Finds candidates by the names of files alone; nothing is read. What stacks make must be in the tree; `broken` are
    the units that they could not make.

    Problems: `json-configuration-not-supported`, and `pattern-fits-nothing` as a warning.
    """
    folders: dict[str, set[str]] = {}
    for path in tree.entries():
        folder, _, name = path.rpartition("/")
        if _TOOLS_FOLDERS.isdisjoint(folder.split("/")):
            folders.setdefault(folder, set()).add(name)
    modules = frozenset(folder for folder, names in folders.items() if any(map(is_terraform_file, names)))
    excluded = Globs(config.value.units.exclude)
    plain = Globs(config.value.units.terraform)
    candidates = {path: UnitKind.TERRAGRUNT for path in broken if not excluded.fits(path)}
    left_out: set[UnitPath] = set()
    for folder, names in sorted(folders.items()):
        path = UnitPath(folder or ".")
        kind = _kind(names, is_plain=folder in modules and plain.fits(path))
        if kind is not None and excluded.fits(path):
            left_out.add(path)
        elif kind is not None:
            candidates[path] = kind
    problems = [*_unsupported(folders, excluded), *_fitting_nothing(config, candidates)]
    return Discovery(dict(sorted(candidates.items())), frozenset(left_out), modules, tuple(problems))


def _kind(names: set[str], *, is_plain: bool) -> UnitKind | None:
    if CONFIGURATION in names:
        return UnitKind.TERRAGRUNT
    return UnitKind.TERRAFORM if is_plain else None


def is_terraform_file(name: str) -> bool:
    """Whether Terraform or OpenTofu would read the file."""
    return name.endswith(_TERRAFORM)


def is_working_folder(path: str) -> bool:
    """Whether a path, seen from a unit or a module, lies in a folder that a tool keeps for itself."""
    return not _WORKING_FOLDERS.isdisjoint(path.split("/"))


def folder_of(path: UnitPath) -> str:
    """The unit's folder as paths in a tree have it: the root is empty there."""
    return "" if path == "." else path


def configuration_of(path: UnitPath) -> str:
    """The file that makes a folder a Terragrunt unit."""
    folder = folder_of(path)
    return f"{folder}/{CONFIGURATION}" if folder else CONFIGURATION


def unreadable_path(path: UnitPath) -> tuple[Problem, ...]:
    """The problem of a unit whose name cannot be kept, nor told to another program."""
    if path.isascii() or not any("\udc80" <= letter <= "\udcff" for letter in path):
        return ()
    return (
        Problem(
            "path-not-utf-8",
            "The path of a unit is not UTF-8",
            f"{encodable(path)} holds bytes that are no text, so the unit is neither planned nor applied.",
            place=Place(folder_of(path)),
            hint="Give the folder another name with `git mv`.",
        ),
    )


def _unsupported(folders: Mapping[str, set[str]], excluded: Globs) -> list[Problem]:
    problems = []
    for folder, names in sorted(folders.items()):
        prefix = f"{folder}/" if folder else ""
        if excluded.fits(folder or "."):
            continue
        if _JSON_CONFIGURATION in names and CONFIGURATION not in names:
            problems.append(_json(prefix + _JSON_CONFIGURATION))
    return problems


def _json(file: str) -> Problem:
    return Problem(
        "json-configuration-not-supported",
        "Configurations in JSON are not understood",
        f"{file} makes its folder a unit, but only HCL is read here. The unit is neither planned nor applied.",
        place=Place(file),
        hint=f"Write it as {CONFIGURATION}, or exclude the folder under units.exclude.",
    )


def _fitting_nothing(config: Loaded[TowpathConfig], candidates: Mapping[UnitPath, UnitKind]) -> list[Problem]:
    plain = [path for path, kind in candidates.items() if kind is UnitKind.TERRAFORM]
    problems = []
    for number, pattern in enumerate(config.value.units.terraform):
        glob = Globs([pattern])
        if not any(glob.fits(path) for path in plain):
            problems.append(_fits_nothing(pattern, config.place("units", "terraform", number)))
    return problems


def _fits_nothing(pattern: str, place: Place) -> Problem:
    return Problem(
        "pattern-fits-nothing",
        "A pattern fits no folder",
        f"units.terraform names {pattern}, and no folder with Terraform files fits it.",
        place=place,
        hint="Look for a typing error: patterns start at the repository's root and name folders, not files.",
        severity=Severity.WARNING,
    )

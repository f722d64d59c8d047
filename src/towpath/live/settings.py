"""Settings that are well formed, but mean nothing in this repository."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator

from towpath.config import ACCOUNT_FILES, Accounts, Globs, Loaded, TowpathConfig
from towpath.git import Tree
from towpath.live.discovery import CONFIGURATION, Discovery, UnitKind, is_working_folder
from towpath.model.gates import OUTSIDE_ENVIRONMENT
from towpath.problems import Place, Problem, ProblemError, Severity, has_errors

__all__ = ["CONFIG_FILE", "check_settings"]

CONFIG_FILE = "towpath.yml"
_MISNAMED = ("towpath.yaml", ".towpath.yml", ".towpath.yaml")


def check_settings(
    tree: Tree, config: Loaded[TowpathConfig], accounts: Accounts, found: Discovery
) -> tuple[Problem, ...]:
    """Problems: `configuration-not-a-file`, those of links that are followed, `configuration-misnamed` as a warning,
    `dependencies-of-nothing`, `gate-fits-nothing`."""
    environments = (*accounts.by_name, OUTSIDE_ENVIRONMENT)
    # Where the list of accounts is broken, nobody knows which gates fit.
    gates = [] if has_errors(accounts.problems) else _gates_of_nothing(config, environments)
    return (*_not_files(tree), *_misnamed(tree), *_dependencies_of_nothing(config, found), *gates)


def _not_files(tree: Tree) -> Iterator[Problem]:
    """What has the name of a configuration and is none: passed over in silence, its gates would not hold, and its unit
    would be taken for removed."""
    for name in (CONFIG_FILE, *ACCOUNT_FILES):
        if name in tree.entries():
            yield from _broken_link(tree, name)
    for folder in tree.folders():
        if is_working_folder(folder):
            continue
        if folder in (CONFIG_FILE, *ACCOUNT_FILES) or folder.rpartition("/")[2] == CONFIGURATION:
            yield _not_a_file(folder, "is a folder", "Put a file in its place, or give the folder another name.")


def _broken_link(tree: Tree, name: str) -> Iterable[Problem]:
    try:
        found = tree.read(name)
    except ProblemError as error:
        return error.problems
    hint = "Let the link point to a file of the repository, or put a file in its place."
    return [] if found is not None else [_not_a_file(name, "is a link that leads to no file", hint)]


def _not_a_file(name: str, what: str, hint: str) -> Problem:
    detail = f"{name} {what}, so nothing that it should say is known."
    return Problem("configuration-not-a-file", "A configuration is not a file", detail, Place(name), hint)


def _misnamed(tree: Tree) -> list[Problem]:
    """Settings that would be passed over in silence, gates among them."""
    return [
        Problem(
            "configuration-misnamed",
            "A configuration has a name that is not read",
            f"{name} looks like Towpath's configuration, but only {CONFIG_FILE} is read.",
            place=Place(name),
            hint=f"Rename it: git mv {name} {CONFIG_FILE}",
            severity=Severity.WARNING,
        )
        for name in _MISNAMED
        if name in tree.entries()
    ]


def _dependencies_of_nothing(config: Loaded[TowpathConfig], found: Discovery) -> list[Problem]:
    plain = sorted(path for path, kind in found.candidates.items() if kind is UnitKind.TERRAFORM)
    return [
        Problem(
            "dependencies-of-nothing",
            "Dependencies are declared for something that is no plain Terraform unit",
            f"units.dependencies names {path}. Plain Terraform units are: {', '.join(plain) or 'none'}.",
            place=config.document.place(("units", "dependencies", path), of_key=True),
            hint="Correct the path, or name the folder under units.terraform.",
        )
        for path in config.value.units.dependencies
        if path not in plain
    ]


def _gates_of_nothing(config: Loaded[TowpathConfig], environments: Collection[str]) -> list[Problem]:
    """Gates that would never close: whoever wrote one believes something is behind it."""
    return [
        _gate_of_nothing(name, environments, config.document.place(("gates", name), of_key=True))
        for name in config.value.gates
        if not any(map(Globs([name]).fits, environments))
    ]


def _gate_of_nothing(name: str, environments: Collection[str], place: Place) -> Problem:
    close = difflib.get_close_matches(name, environments, n=1)
    return Problem(
        "gate-fits-nothing",
        "A gate fits no environment",
        f"gates names {name}, and no account is called that. The gate would hold nothing back.",
        place=place,
        hint=f"Did you mean {close[0]}?" if close else f"Environments are: {', '.join(environments)}.",
    )

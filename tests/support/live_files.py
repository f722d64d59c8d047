"""Live repositories from files in memory: read, compared, walked, as the product does it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from towpath.changes import ChangesRequest, find_changes
from towpath.git import Tree, fake_tree
from towpath.live import Live, LiveReader
from towpath.model.changes import AffectedUnit, ChangeSet, Reason
from towpath.model.ledger import LedgerEntry
from towpath.model.paths import unit_path

BASE = "b" * 40
HEAD = "a" * 40

Files = Mapping[str, str]

ROOT = """
locals {
  account = basename(dirname(path_relative_to_include()))
}
inputs = {
  team = "core"
}
"""
INCLUDE = """
include "root" {
  path = find_in_parent_folders("root.hcl")
}
"""
MODULE = 'terraform {\n  source = "git::https://example.com/modules.git//any?ref=v1"\n}\n'


def live_of(files: Files, commit: str = HEAD) -> Live:
    return LiveReader({}).read(_tree(files, commit))


def with_module(path: str, text: str) -> str:
    """A folder is a unit when it has something to deploy: the module that no test here is about."""
    lacks = path.endswith("/terragrunt.hcl") and "terraform {" not in text
    return f"{text}\n{MODULE}" if lacks else text


def _tree(files: Files, commit: str) -> Tree:
    return fake_tree({path: with_module(path, text) for path, text in files.items()}, commit)


def changes_of(base: Files, head: Files) -> ChangeSet:
    """What differs, with files put back one at a time where that is needed."""
    theirs, ours = _tree(base, BASE), _tree(head, HEAD)
    reader = LiveReader({})

    def overlay(files: frozenset[str]) -> Live:
        return reader.read(ours.with_files_of(theirs, files))

    before, after = reader.read(theirs), reader.read(ours)
    return find_changes(ChangesRequest(after, before, overlay))


def one(changes: ChangeSet, path: str) -> AffectedUnit:
    """The affected unit of that path."""
    found = {unit.path: unit for unit in changes.units}
    assert path in found, f"{path} is not among {sorted(found)}"
    return found[unit_path(path)]


def said(unit: AffectedUnit) -> list[tuple[str, str | None, object, object, str | None]]:
    """Its reasons, without the sentences."""
    return [_said(reason) for reason in unit.reasons]


def _said(reason: Reason) -> tuple[str, str | None, object, object, str | None]:
    return reason.kind.value, reason.attribute, reason.before, reason.after, reason.file


def entry(live: Live, path: str) -> LedgerEntry:
    """The ledger after the unit was applied from that commit."""
    unit = live.units[unit_path(path)]
    return LedgerEntry(
        unit.path, live.commit, unit.fingerprint, "run-1", {}, datetime.datetime(2026, 1, 5, tzinfo=datetime.UTC)
    )

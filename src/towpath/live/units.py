"""The nouns of a live repository at one commit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from towpath.config import LayerName, TowpathConfig
from towpath.git import Entry
from towpath.live.discovery import UnitKind
from towpath.live.evaluated import Evaluated, Outline
from towpath.model.accounts import Account
from towpath.model.paths import UnitPath
from towpath.problems import Problem
from towpath.terragrunt import UnitConfig

__all__ = ["FingerprintParts", "Live", "Memory", "Unit", "UnitKind"]


@dataclass(frozen=True)
class FingerprintParts:
    """What a fingerprint is the hash of, so that two units can be compared part by part.

    `values` is the hash of the evaluated configuration; `files` and `module` map paths from the repository's root to
    hashes in which comments and layout of HCL files do not count. `files` is the unit's own folder (without the
    configuration that `values` stands for) and the variable files and scripts that its configuration names; `module` is
    its local module and the local modules that one calls.
    """

    values: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    module: Mapping[str, str] = field(default_factory=dict)
    kind: UnitKind = UnitKind.TERRAGRUNT
    account_id: str | None = None
    region: str | None = None


@dataclass(frozen=True)
class Unit:
    """One unit, as it stands in one commit. A broken unit has `problems`, and `outline` is None where nothing could be
    evaluated.

    `reads` are all files that took part in evaluating it, the ones of its own folder included. `files` maps the files
    of its own folder to blob ids (a submodule to its commit). `module` is its local module's folder and git's tree id
    of it: the unit's own folder, where that is the module; None where the module is not in this repository. `source`
    is the module source as it was evaluated, local ones relative to the unit.

    A unit that a stack makes has the stack's file in `stack`, and `origins` maps those of its files and of its module's
    that are copies to the files of the commit they are copies of; `reads` are files of the commit.
    """

    path: UnitPath
    kind: UnitKind
    account: Account | None
    region: str | None
    tier: int
    layer: LayerName | None
    dependencies: tuple[UnitPath, ...]
    reads: tuple[str, ...]
    files: Mapping[str, str]
    module: tuple[str, str] | None
    source: str | None
    protected: bool
    fingerprint: str
    outline: Outline | None = None
    parts: FingerprintParts = field(default_factory=FingerprintParts)
    problems: tuple[Problem, ...] = ()
    stack: str | None = None
    origins: Mapping[str, str] = field(default_factory=dict)
    read_values: Callable[[], str] = field(default=lambda: "{}", compare=False, repr=False)
    evaluate: Callable[[], UnitConfig | None] = field(default=lambda: None, compare=False, repr=False)

    @property
    def config(self) -> UnitConfig | None:
        """The evaluated configuration, which is not kept but computed again; None where nothing could be evaluated."""
        return self.evaluate()

    @property
    def values(self) -> str:
        """Everything that decides what applying does, as text (`hcl.exact`)."""
        return self.read_values()

    @property
    def shared_reads(self) -> tuple[str, ...]:
        """The files outside the unit's own folder that took part in evaluating it: what `towpath units` shows."""
        return tuple(file for file in self.reads if file not in self.files)


@dataclass(frozen=True)
class Memory:
    """What was learnt while a live repository was read, so that one that differs little is read in less time.

    `settings` is a digest of everything outside the units that decides what they are. `files` and `folders` are the
    commit's, with what stacks make: files and links by path, submodules with their commits. `evaluated` has every
    folder that was evaluated, `units` those of them that are units, before the graph was checked.
    """

    settings: str
    files: Mapping[str, Entry | str]
    folders: frozenset[str]
    evaluated: Mapping[UnitPath, Evaluated]
    units: Mapping[UnitPath, Unit]


@dataclass(frozen=True)
class Live:
    """A live repository at one commit. `units` is sorted by path; `problems` is everything that is wrong, the units'
    own problems included; `blobs` maps every file of the commit to its blob id. `unsure` are folders of which it
    cannot be said which units are in them, `passed_over` those that are no unit and hold the files of one, each with a
    sentence why. `key` is that of a snapshot that holds all of it, empty where there is none."""

    commit: str
    config: TowpathConfig
    units: Mapping[UnitPath, Unit]
    accounts: Mapping[str, Account]
    problems: tuple[Problem, ...] = ()
    blobs: Mapping[str, str] = field(default_factory=dict, repr=False)
    unsure: Mapping[str, str] = field(default_factory=dict)
    passed_over: Mapping[UnitPath, str] = field(default_factory=dict)
    memory: Callable[[], Memory | None] = field(default=lambda: None, compare=False, repr=False)
    key: str = field(default="", compare=False, repr=False)

    def dependents(self, path: UnitPath) -> tuple[UnitPath, ...]:
        """The units that depend on this one directly, sorted."""
        return tuple(other.path for other in self.units.values() if path in other.dependencies)

"""From a tree to a live repository."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache, partial
from itertools import chain
from typing import Final, Protocol

from towpath.config import ACCOUNT_FILES, Globs, Loaded, TowpathConfig, load_accounts, load_config
from towpath.git import Tree
from towpath.live.assembly import Assembly
from towpath.live.candidates import Verdict, judge
from towpath.live.discovery import UnitKind, configuration_of, discover, folder_of
from towpath.live.evaluated import Evaluated, declared, evaluated, not_made
from towpath.live.files import evaluation_files
from towpath.live.graph import Edge, Node, check_graph
from towpath.live.modules import Modules
from towpath.live.placement import Placer
from towpath.live.reuse import Reuse, files_of
from towpath.live.settings import CONFIG_FILE, check_settings
from towpath.live.shared_states import shared_states
from towpath.live.snapshot import Surroundings, live_of, snapshot_of
from towpath.live.stacks import Expansion, expand, has_stacks
from towpath.live.templates import Templates, find_templates
from towpath.live.tokens import ContentHashes
from towpath.live.units import Live, Memory, Unit
from towpath.model.paths import UnitPath
from towpath.problems import Problem, ProblemError
from towpath.system.workers import InThisProcess, Workers
from towpath.terragrunt import Evaluator, HermeticOutside, ParseCache, UnitConfig

__all__ = ["CONFIG_FILE", "LiveReader", "Shelf", "listed_variables"]

_FORM: Final = "towpath live 1"
"""Goes into every key: change it when what is kept changes, or old snapshots would be taken for new ones."""
_SHOWN: Final = 64
"""Configurations that are kept after somebody asked for them."""
_EXCLUDED: Final = "Its files are still there, and `units.exclude` in towpath.yml leaves it out."
_NOT_NAMED: Final = "Its Terraform files are still there, and `units.terraform` in towpath.yml does not name it."
_NOTHING_TO_APPLY: Final = "Its configuration is still there, and names nothing to apply."
_WORTH_KEEPING: Final = 100
"""Units. Fewer are evaluated in less time than it takes to keep them."""


class Shelf(Protocol):
    """Where snapshots are kept from one process to the next. What cannot be kept or found is only slower."""

    def get(self, key: str) -> bytes | None: ...

    def latest(self, beginning: str) -> str | None:
        """The key of what was put there last, of those that begin so."""

    def put(self, key: str, content: bytes) -> None: ...


@dataclass
class LiveReader:
    """Reads live repositories at commits. Nothing is run.

    `environment` is this process's; only the variables that `towpath.yml` lists are looked at. `cache` and `hashes`
    carry what was learnt of files from commit to commit, `shelf` from process to process.
    """

    environment: Mapping[str, str]
    cache: ParseCache = field(default_factory=ParseCache)
    hashes: ContentHashes = field(default_factory=ContentHashes)
    workers: Workers = field(default_factory=InThisProcess)
    shelf: Shelf | None = None

    def read(self, tree: Tree, only: Collection[UnitPath] | None = None, known: Live | None = None) -> Live:
        """The live repository at the tree's commit. With `only`, just these units are evaluated and returned. What
        did not change since `known`, or since what was read last, is taken from there.
        """
        loading = _Loading(self, tree, only)
        shelf = self.shelf if only is None and not loading.environment else None
        if shelf is None:
            return loading.live(known)
        keeping = _Keeping(shelf, loading.surroundings, known)
        kept = keeping.get(loading.key)
        if kept is not None:
            return kept
        if known is None and (latest := shelf.latest(loading.settings)):
            known = keeping.get(latest)
        return keeping.put(loading.key, loading.live(known), known)


@dataclass(frozen=True, slots=True)
class _Keeping:
    """A shelf, as one reading uses it: `known` is at hand already."""

    shelf: Shelf
    surroundings: Surroundings
    known: Live | None

    def get(self, key: str) -> Live | None:
        if self.known is not None and self.known.key == key:
            return replace(self.known, commit=self.surroundings.commit)
        kept = self.shelf.get(key)
        return None if kept is None else live_of(kept, key, self.surroundings, self.get)

    def put(self, key: str, live: Live, known: Live | None) -> Live:
        """Keeps it: what differs from `known` alone, where that was kept whole, else all of it, with its key."""
        if len(live.units) < _WORTH_KEEPING:
            return live
        since = known if known is not None and known.key else None
        self.shelf.put(key, snapshot_of(live, since))
        return live if since is not None else replace(live, key=key)


class _Loading:
    """One reading of one tree. `environment` are the listed variables that are set; `key` stands for everything that
    goes into the result, and begins with `settings`.
    """

    def __init__(self, reader: LiveReader, tree: Tree, only: Collection[UnitPath] | None) -> None:
        self._commit = tree
        self._reader = reader
        self._only = only
        self._config = load_config(_read(tree, CONFIG_FILE), CONFIG_FILE)
        self._accounts = load_accounts(lambda file: _read(tree, file), self._config)
        self.environment = listed_variables(self._config.value, reader.environment)
        self._outside = HermeticOutside(self.environment)
        self._configuration = lru_cache(_SHOWN)(self._configured)

    @cached_property
    def settings(self) -> str:
        """A digest of what decides beside the folders themselves."""
        text = repr((_FORM, self._config, self._accounts, sorted(self.environment.items())))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def key(self) -> str:
        return f"{self.settings}-{self._commit.subtree_id('')}"

    @cached_property
    def surroundings(self) -> Surroundings:
        return Surroundings(
            commit=self._commit.commit,
            config=self._config.value,
            accounts=self._accounts.by_name,
            blobs={path: entry.blob for path, entry in self._commit.entries().items()},
            evaluate=lambda path: partial(self._configuration, path),
        )

    @cached_property
    def _expansion(self) -> Expansion:
        if has_stacks(self._commit):
            self._commit.read_ahead()
        return expand(self._commit, self._reader.cache, self._outside, Globs(self._config.value.units.exclude))

    @cached_property
    def _evaluator(self) -> Evaluator:
        return Evaluator(evaluation_files(self._expansion.tree), self._outside, self._reader.cache)

    def _configured(self, path: UnitPath) -> UnitConfig | None:
        return None if path in self._expansion.broken else self._evaluator.evaluate(path).config

    def live(self, known: Live | None) -> Live:
        self._tree = self._expansion.tree
        self._found = discover(self._tree, self._config, self._expansion.broken)
        self._wanted = [path for path in self._found.candidates if self._only is None or path in self._only]
        self._reuse = Reuse(known.memory() if known is not None else None, self._tree, self.settings)
        evaluations = self._evaluations()
        templates = self._templates(evaluations)
        verdicts = dict(self._judge(evaluations))
        verdicts.update(dict.fromkeys(templates.folders, False))
        folders = [path for path in self._found.candidates if verdicts.get(path, True) is True]
        placer = Placer(self._config.value, self._accounts)
        made = self._units(evaluations, folders, placer)
        units = self._checked(made, evaluations, folders, placer)
        general = (
            *self._config.problems,
            *self._accounts.problems,
            *self._found.problems,
            *self._expansion.problems,
            *templates.problems,
            *check_settings(self._commit, self._config, self._accounts, self._found),
            *(verdict for verdict in verdicts.values() if isinstance(verdict, Problem)),
        )
        problems = chain(general, *(unit.problems for unit in units.values()))
        memory = Memory(self.settings, files_of(self._tree), frozenset(self._tree.folders()), evaluations, made)
        return Live(
            commit=self._commit.commit,
            config=self._config.value,
            units=units,
            accounts=self._accounts.by_name,
            problems=tuple(dict.fromkeys(problems)),
            blobs=self.surroundings.blobs,
            unsure=dict(chain(self._expansion.unsure.items(), templates.folders.items())),
            passed_over=self._passed_over(verdicts),
            memory=lambda: memory,
        )

    def _evaluations(self) -> Mapping[UnitPath, Evaluated]:
        """Of every folder that is wanted, in their order."""
        found: dict[UnitPath, Evaluated | None] = {path: self._at_hand(path) for path in self._wanted}
        missing = [path for path, evaluation in found.items() if evaluation is None]
        if missing or self._tree.has_links:
            self._tree.read_ahead()
        found.update(zip(missing, self._reader.workers.share(self._evaluate, missing), strict=True))
        return {path: evaluation for path, evaluation in found.items() if evaluation is not None}

    def _at_hand(self, path: UnitPath) -> Evaluated | None:
        if self._found.candidates[path] is UnitKind.TERRAFORM:
            return declared(tuple(_declared_edges(path, self._config)))
        if path in self._expansion.broken:
            return not_made(self._expansion.broken[path])
        return self._reuse.evaluated(path)

    def _evaluate(self, path: UnitPath) -> Evaluated:
        holds_terraform = folder_of(path) in self._found.modules
        return evaluated(path, self._evaluator.evaluate(path), self._tree, holds_terraform=holds_terraform)

    def _templates(self, evaluations: Mapping[UnitPath, Evaluated]) -> Templates:
        configured = {
            path: found
            for path, found in evaluations.items()
            if self._found.candidates[path] is UnitKind.TERRAGRUNT and path not in self._expansion.broken
        }
        return find_templates(self._expansion, configured, self._reader.cache)

    def _judge(self, evaluations: Mapping[UnitPath, Evaluated]) -> Mapping[UnitPath, Verdict]:
        """Which of the evaluated folders with a `terragrunt.hcl` are units."""
        read_by_others: set[str] = set()
        for path, found in evaluations.items():
            own = configuration_of(path)
            read_by_others.update(file for file in found.reads if file != own)
        return {
            path: judge(found.standing, own := configuration_of(path), is_included=own in read_by_others)
            for path, found in evaluations.items()
            if self._found.candidates[path] is UnitKind.TERRAGRUNT
        }

    def _passed_over(self, verdicts: Mapping[UnitPath, Verdict]) -> dict[UnitPath, str]:
        """Folders that could be units by their files. What stood there before is not gone."""
        found = self._found
        plain = {UnitPath(folder or "."): _NOT_NAMED for folder in found.modules}
        excluded = dict.fromkeys(found.excluded, _EXCLUDED)
        nothing = {path: _NOTHING_TO_APPLY for path, verdict in verdicts.items() if verdict is not True}
        every = {**plain, **excluded, **nothing}
        return {path: why for path, why in every.items() if path in nothing or path not in found.candidates}

    def _units(
        self, evaluations: Mapping[UnitPath, Evaluated], folders: Collection[UnitPath], placer: Placer
    ) -> dict[UnitPath, Unit]:
        modules = Modules(self._tree, self._reader.hashes)
        assembly = Assembly(self._expansion, placer, modules, folders, (CONFIG_FILE, *ACCOUNT_FILES))
        units: dict[UnitPath, Unit] = {}
        evaluated = [path for path in folders if path in evaluations]
        at_hand = {path: self._reuse.unit(path, evaluations[path]) for path in evaluated}
        if any(at_hand[path] is None and self._found.candidates[path] is UnitKind.TERRAFORM for path in evaluated):
            # Nothing was evaluated of these; now their modules are read.
            self._tree.read_ahead()
        for path in evaluated:
            found, kind, known = evaluations[path], self._found.candidates[path], at_hand[path]
            if known is not None and assembly.has_module(known, found):
                units[path] = assembly.known(known, found)
            else:
                units[path] = assembly.unit(path, kind, found, partial(self._configuration, path))
        return units

    def _checked(
        self,
        units: Mapping[UnitPath, Unit],
        evaluations: Mapping[UnitPath, Evaluated],
        folders: Collection[UnitPath],
        placer: Placer,
    ) -> dict[UnitPath, Unit]:
        """The units with what is wrong between them."""
        nodes = {path: self._node(path, placer, units.get(path), evaluations.get(path)) for path in folders}
        wrong = check_graph({path: nodes[path] for path in units}, nodes, self._found.excluded)
        shared = shared_states(units, self._tree)
        return {
            path: _with_problems(unit, (*wrong.get(path, ()), *shared.get(path, ()))) for path, unit in units.items()
        }

    def _node(self, path: UnitPath, placer: Placer, unit: Unit | None, found: Evaluated | None) -> Node:
        placed = unit or placer.place(path)
        account = placed.account.name if placed.account else None
        return Node(path, placed.tier, account, self._defined_in(path), found.edges if found else ())

    def _defined_in(self, path: UnitPath) -> str:
        """The file or folder of the commit that says that there is such a unit."""
        made = self._expansion.made_by(folder_of(path))
        if made is not None:
            return made.stack
        is_terragrunt = self._found.candidates[path] is UnitKind.TERRAGRUNT
        return configuration_of(path) if is_terragrunt else folder_of(path)


def listed_variables(config: TowpathConfig, environment: Mapping[str, str]) -> dict[str, str]:
    """All that reading a commit may know of the world: the variables that `towpath.yml` lists."""
    return {name: environment[name] for name in config.environment if name in environment}


def _read(tree: Tree, file: str) -> bytes | None:
    try:
        return tree.read(file)
    except ProblemError:
        # A link that leads out of the repository names no file of the commit.
        return None


def _declared_edges(path: UnitPath, config: Loaded[TowpathConfig]) -> Iterator[Edge]:
    """What `towpath.yml` says comes before a plain Terraform root module."""
    for number, target in enumerate(config.value.units.dependencies.get(path, ())):
        yield Edge(UnitPath(target), config.place("units", "dependencies", path, number))


def _with_problems(unit: Unit, problems: tuple[Problem, ...]) -> Unit:
    return replace(unit, problems=(*unit.problems, *problems)) if problems else unit

"""Puts one unit together: what was evaluated, its files, its module, its fingerprint."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from towpath.git import Tree
from towpath.hcl.convert import canonical
from towpath.hcl.values import Unknown
from towpath.live.discovery import CONFIGURATION, folder_of, is_working_folder
from towpath.live.fingerprint import fingerprint_of, fingerprint_of_bytes
from towpath.live.modules import Closure, Modules, contents_of, module_missing
from towpath.live.named_files import named_files
from towpath.live.placement import Placement, Placer
from towpath.live.sources import OutsideRepositoryError, local_source, shown_source, unpinned
from towpath.live.units import FingerprintParts, Unit, UnitKind
from towpath.model.paths import UnitPath
from towpath.problems import Place, Problem, ProblemError
from towpath.terragrunt import Evaluation, UnitConfig

__all__ = ["Assembly", "configuration_of"]


@dataclass(frozen=True)
class _Module:
    """A unit's local module: folder and tree id, and everything that belongs to it."""

    folder: tuple[str, str] | None = None
    closure: Closure = field(default_factory=Closure)
    problems: tuple[Problem, ...] = ()


class Assembly:
    """Makes units of one tree. `folders` are all folders that are units, so that none of them counts as part of
    another; `settings` are files of the root that deploy nothing themselves."""

    def __init__(
        self, tree: Tree, placer: Placer, modules: Modules, folders: Collection[UnitPath], settings: Collection[str]
    ) -> None:
        self._tree = tree
        self._placer = placer
        self._modules = modules
        self._folders = frozenset(map(folder_of, folders))
        self._settings = frozenset(settings)

    def unit(self, path: UnitPath, kind: UnitKind, evaluation: Evaluation) -> Unit:
        """One unit. A plain Terraform root module has an evaluation that holds its dependencies alone."""
        module = self._own_module(path) if kind is UnitKind.TERRAFORM else self._module(path, evaluation.config)
        placement = self._placer.place(path)
        config = evaluation.config
        files = self._own_files(path)
        named = named_files(self._tree, config) if config is not None else ()
        hashed = [file for file in dict.fromkeys((*files, *named)) if not _is_evaluated(file, path, kind)]
        hashes, link_problems = self._modules.hashes_of(hashed)
        parts = _parts(kind, placement, config, hashes, module)
        broken = kind is UnitKind.TERRAGRUNT and config is None
        problems = (*evaluation.problems, *link_problems, *module.closure.problems, *module.problems)
        return Unit(
            path=path,
            kind=kind,
            account=placement.account,
            region=placement.region,
            tier=placement.tier,
            layer=placement.layer,
            config=config,
            dependencies=tuple(sorted({target for target, _ in evaluation.dependency_paths})),
            reads=tuple(sorted({*evaluation.reads, *named})),
            files=files,
            module=module.folder,
            source=_shown(path, config),
            protected=placement.protected,
            fingerprint=fingerprint_of_bytes(files) if broken else fingerprint_of(path, parts),
            parts=parts,
            problems=tuple(dict.fromkeys(problem.in_unit(path) for problem in problems)),
        )

    def _own_files(self, path: UnitPath) -> Mapping[str, str]:
        """The files of the unit's own folder, at any depth; folders below that are units themselves do not count."""
        folder, entries = folder_of(path), self._tree.entries()
        return {
            file: entries[file].blob if file in entries else self._tree.submodules()[file]
            for file in contents_of(self._tree, folder)
            if not is_working_folder(file) and not self._is_anothers(file, folder) and file not in self._settings
        }

    def _is_anothers(self, file: str, folder: str) -> bool:
        around = file.rpartition("/")[0]
        while len(around) > len(folder):
            if around in self._folders:
                return True
            around = around.rpartition("/")[0]
        return False

    def _module(self, path: UnitPath, config: UnitConfig | None) -> _Module:
        source = config.source if config is not None else None
        if config is None or isinstance(source, Unknown):
            return _Module()
        if not source:
            return self._own_module(path)
        place = config.provenance.get("terraform.source") or Place(configuration_of(path))
        try:
            local = local_source(path, source)
            if local is None:
                doubt = unpinned(source, place)
                return _Module(problems=(doubt,) if doubt else ())
            missing = self._modules.missing(local.folder, place, shown_source(path, source))
            if missing is not None:
                return _Module(problems=(missing,))
            folder = self._tree.resolve(local.folder)
        except OutsideRepositoryError:
            return _Module(problems=(module_missing(source, place, None),))
        except ProblemError as error:
            return _Module(problems=error.problems)
        return _Module((folder, self._tree.subtree_id(folder) or ""), self._modules.closure(folder))

    def _own_module(self, path: UnitPath) -> _Module:
        """The unit's folder is the module: its own files count as such, what they call counts as module."""
        folder = folder_of(path)
        return _Module((folder, self._tree.subtree_id(folder) or ""), self._modules.called(folder))


def _parts(
    kind: UnitKind, placement: Placement, config: UnitConfig | None, files: Mapping[str, str], module: _Module
) -> FingerprintParts:
    return FingerprintParts(
        values=canonical(config.as_values()) if config is not None else "",
        files=files,
        module=module.closure.files,
        kind=kind,
        account_id=placement.account.id if placement.account else None,
        region=placement.region,
    )


def configuration_of(path: UnitPath) -> str:
    """The file that makes a folder a Terragrunt unit."""
    folder = folder_of(path)
    return f"{folder}/{CONFIGURATION}" if folder else CONFIGURATION


def _is_evaluated(file: str, path: UnitPath, kind: UnitKind) -> bool:
    """Whether the evaluated values already say all there is to say about the file."""
    return kind is UnitKind.TERRAGRUNT and file == configuration_of(path)


def _shown(path: UnitPath, config: UnitConfig | None) -> str | None:
    source = config.source if config is not None else None
    if isinstance(source, Unknown):
        return " ".join(origin.source for origin in source.origins)
    return shown_source(path, source) if source else None

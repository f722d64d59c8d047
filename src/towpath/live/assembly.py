"""Puts one unit together: what was evaluated, its files, its module, its fingerprint."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from towpath.live.discovery import (
    CONFIGURATION,
    UnitKind,
    configuration_of,
    folder_of,
    is_working_folder,
    unreadable_path,
)
from towpath.live.evaluated import Evaluated, Source
from towpath.live.fingerprint import fingerprint_of, fingerprint_of_bytes
from towpath.live.modules import Closure, Modules, contents_of, module_missing
from towpath.live.placement import Placement, Placer
from towpath.live.sources import OutsideRepositoryError, local_source, unpinned
from towpath.live.stacks import Expansion
from towpath.live.units import FingerprintParts, Unit
from towpath.model.paths import UnitPath
from towpath.problems import Problem, ProblemError
from towpath.terragrunt import VALUES_FILE, UnitConfig
from towpath.terragrunt.autoinclude import AUTOINCLUDE_FILES

__all__ = ["Assembly"]

_EVALUATED = (CONFIGURATION, VALUES_FILE, *AUTOINCLUDE_FILES)


@dataclass(frozen=True)
class _Module:
    """A unit's local module: folder and tree id, and everything that belongs to it."""

    folder: tuple[str, str] | None = None
    closure: Closure = field(default_factory=Closure)
    problems: tuple[Problem, ...] = ()


class Assembly:
    """Makes units of one expanded tree. `folders` are all folders that are units, so that none of them counts as part
    of another; `settings` are files of the root that deploy nothing themselves."""

    def __init__(
        self,
        expansion: Expansion,
        placer: Placer,
        modules: Modules,
        folders: Collection[UnitPath],
        settings: Collection[str],
    ) -> None:
        self._expansion = expansion
        self._tree = expansion.tree
        self._placer = placer
        self._modules = modules
        self._folders = frozenset(map(folder_of, folders))
        self._settings = frozenset(settings)

    def unit(self, path: UnitPath, kind: UnitKind, found: Evaluated, evaluate: Callable[[], UnitConfig | None]) -> Unit:
        """One unit of what was found when its folder was evaluated; `evaluate` does that again."""
        broken = kind is UnitKind.TERRAGRUNT and found.outline is None
        module = self.module(path, kind, found)
        placement = self._placer.place(path)
        files = self._own_files(path)
        hashed = [file for file in dict.fromkeys((*files, *found.named)) if not _is_evaluated(file, path, kind)]
        hashes, link_problems = self._modules.hashes_of(hashed)
        parts = _parts(kind, placement, found, hashes, module)
        problems = (*unreadable_path(path), *found.problems, *link_problems, *module.closure.problems, *module.problems)
        return Unit(
            path=path,
            kind=kind,
            account=placement.account,
            region=placement.region,
            tier=placement.tier,
            layer=placement.layer,
            dependencies=tuple(sorted({edge.target for edge in found.edges})),
            reads=self._reads(path, found),
            files=files,
            module=module.folder,
            source=found.source.shown if found.source else None,
            protected=placement.protected,
            fingerprint=fingerprint_of_bytes(files) if broken else fingerprint_of(path, parts),
            outline=found.outline,
            read_values=lambda: found.values,
            parts=parts,
            problems=tuple(dict.fromkeys(problem.in_unit(path) for problem in problems)),
            stack=self._stack(path),
            origins=self._origins((*files, *parts.module)),
            evaluate=evaluate,
        )

    def known(self, unit: Unit, found: Evaluated) -> Unit:
        """A unit of another tree that is the same in this one, but for the stack that may make it."""
        stack, reads = self._stack(unit.path), self._reads(unit.path, found)
        return unit if (stack, reads) == (unit.stack, unit.reads) else replace(unit, stack=stack, reads=reads)

    def _stack(self, path: UnitPath) -> str | None:
        made = self._expansion.made_by(folder_of(path))
        return made.stack if made is not None else None

    def _reads(self, path: UnitPath, found: Evaluated) -> tuple[str, ...]:
        return tuple(sorted(self._expansion.reads(folder_of(path), {*found.reads, *found.named})))

    def _origins(self, files: Iterable[str]) -> Mapping[str, str]:
        copies = self._tree.copies()
        return {file: copies[file] for file in files if file in copies} if copies else {}

    def has_module(self, unit: Unit, found: Evaluated) -> bool:
        """Whether a unit of another tree would have the same module in this one."""
        module = self.module(unit.path, unit.kind, found)
        return module.folder == unit.module and module.closure.files == unit.parts.module and not module.problems

    def _own_files(self, path: UnitPath) -> Mapping[str, str]:
        """The files of the unit's own folder, at any depth; folders below that are units themselves do not count."""
        folder, entries = folder_of(path), self._tree.entries()
        prefix = len(folder) + 1 if folder else 0
        return {
            file: entries[file].blob if file in entries else self._tree.submodules()[file]
            for file in contents_of(self._tree, folder)
            if not is_working_folder(file[prefix:])
            and not self._is_anothers(file, folder)
            and file not in self._settings
        }

    def _is_anothers(self, file: str, folder: str) -> bool:
        around = file.rpartition("/")[0]
        while len(around) > len(folder):
            if around in self._folders:
                return True
            around = around.rpartition("/")[0]
        return False

    def module(self, path: UnitPath, kind: UnitKind, found: Evaluated) -> _Module:
        """The unit's local module, if it has one."""
        if kind is UnitKind.TERRAFORM or (found.outline is not None and found.source is None):
            return self._own_module(path)
        if found.source is None or found.source.text is None:
            return _Module()
        return self._named_module(path, found.source, found.source.text)

    def _named_module(self, path: UnitPath, source: Source, text: str) -> _Module:
        try:
            local = local_source(path, text)
            if local is None:
                doubt = unpinned(source.shown, source.place)
                return _Module(problems=(doubt,) if doubt else ())
            missing = self._modules.missing(local.folder, source.place, source.shown)
            if missing is not None:
                return _Module(problems=(missing,))
            folder = self._tree.resolve(local.folder)
        except OutsideRepositoryError:
            return _Module(problems=(module_missing(text, source.place, None),))
        except ProblemError as error:
            return _Module(problems=error.problems)
        return _Module((folder, self._tree.subtree_id(folder) or ""), self._modules.closure(folder))

    def _own_module(self, path: UnitPath) -> _Module:
        """The unit's folder is the module: its own files count as such, what they call counts as module."""
        folder = folder_of(path)
        return _Module((folder, self._tree.subtree_id(folder) or ""), self._modules.called(folder))


def _parts(
    kind: UnitKind, placement: Placement, found: Evaluated, files: Mapping[str, str], module: _Module
) -> FingerprintParts:
    return FingerprintParts(
        values=found.digest,
        files=files,
        module=module.closure.files,
        kind=kind,
        account_id=placement.account.id if placement.account else None,
        region=placement.region,
    )


def _is_evaluated(file: str, path: UnitPath, kind: UnitKind) -> bool:
    """Whether the evaluated values already say all there is to say about the file."""
    folder = configuration_of(path).removesuffix(CONFIGURATION)
    return kind is UnitKind.TERRAGRUNT and file in {f"{folder}{name}" for name in _EVALUATED}

"""No two units may keep their state in the same place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from towpath.git import Tree
from towpath.live.discovery import folder_of
from towpath.live.states import Backend, StatePlace, declared_backend, generated_backends, place_of
from towpath.live.units import Unit
from towpath.model.paths import UnitPath
from towpath.problems import Place, Problem

__all__ = ["shared_states"]

_MOST_NAMED = 5
_SWITCHING_OFF = frozenset(["all", "all_except_output", "apply"])


def shared_states(units: Mapping[UnitPath, Unit], tree: Tree) -> Mapping[UnitPath, tuple[Problem, ...]]:
    """The problem of each unit that keeps its state where another one does: `state-shared`, one and the same for all
    that share a place. Units that are switched off do not count.
    """
    declared = _Declared(tree)
    users: dict[StatePlace, list[UnitPath]] = {}
    for unit in units.values():
        place = _state_of(unit, declared)
        if place is not None:
            users.setdefault(place, []).append(unit.path)
    problems: dict[UnitPath, tuple[Problem, ...]] = {}
    for place, paths in users.items():
        if len(paths) > 1:
            problem = _shared(place, [(path, _written(units[path], declared)) for path in paths])
            problems.update(dict.fromkeys(paths, (problem,)))
    return problems


def _state_of(unit: Unit, declared: _Declared) -> StatePlace | None:
    outline = unit.outline
    if outline is not None and (outline.skip or not _SWITCHING_OFF.isdisjoint(outline.excluded_actions)):
        return None
    if outline is not None and outline.has_backend:
        return outline.state
    found = declared.of(unit)
    return place_of(unit.path, found) if found is not None else None


class _Declared:
    """The backends that modules of the tree declare. Each folder is looked into once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._found: dict[str, Backend | None] = {}

    def of(self, unit: Unit) -> Backend | None:
        if unit.module is None:
            return None
        folder = unit.module[0]
        if folder not in self._found:
            self._found[folder] = next(filter(None, map(self._in_file, self._files(folder))), None)
        return self._found[folder]

    def _files(self, folder: str) -> Iterator[str]:
        prefix = f"{folder}/" if folder else ""
        names = (path for path in self._tree.below(folder) if "/" not in path.removeprefix(prefix))
        return (path for path in names if path.endswith((".tf", ".tofu")) and not self._tree.entries()[path].is_link)

    def _in_file(self, path: str) -> Backend | None:
        content = self._tree.read(path) or b""
        return declared_backend(path, content) if b"backend" in content else None


def _written(unit: Unit, declared: _Declared) -> Place:
    """Where the place of the unit's state is written."""
    config = unit.config
    if config is not None and unit.outline is not None and unit.outline.has_backend:
        paths = [("remote_state", "config", "key"), ("remote_state", "config", "path"), ("remote_state", "config")]
        paths += [("generate", block.name) for block in generated_backends(config)]
        return next(filter(None, (config.place_of(*path) for path in paths)), Place(folder_of(unit.path)))
    backend = declared.of(unit)
    return (backend.place if backend else None) or Place(folder_of(unit.path))


def _shared(place: StatePlace, users: Sequence[tuple[UnitPath, Place]]) -> Problem:
    said = [f"{path} ({_at(written)})" for path, written in users[:_MOST_NAMED]]
    more = [f"{len(users) - _MOST_NAMED} more"] if len(users) > _MOST_NAMED else []
    named = [*said, *more]
    return Problem(
        "state-shared",
        "Units keep their state in the same place",
        f"{', '.join(named[:-1])} and {named[-1]} keep their state in {place.shown}. Each would take the other's "
        "resources for its own, and destroy them.",
        place=users[0][1],
        hint="Give each unit a state of its own; path_relative_to_include() in the key makes it differ.",
        unit=users[0][0],
    )


def _at(place: Place) -> str:
    return place.file if place.line is None else f"{place.file}:{place.line}"

"""A live repository as bytes, so that it need not be read again; and back.

It has three parts, of which most readers want the first alone: the units; their evaluated values; and what it takes to
read another commit in less time. Each is compressed JSON. Paths, which occur again and again, are numbers of a
list. Whoever reads must know that the bytes are what was written: nothing is checked.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final, TypeVar

from towpath.config import TowpathConfig
from towpath.git import Entry
from towpath.live.candidates import Standing
from towpath.live.discovery import UnitKind
from towpath.live.evaluated import Evaluated, Outline, Source, Upstream
from towpath.live.graph import Edge
from towpath.live.states import StatePlace
from towpath.live.units import FingerprintParts, Live, Memory, Unit
from towpath.model.accounts import Account
from towpath.model.paths import UnitPath
from towpath.problems import Place, Problem
from towpath.terragrunt import UnitConfig

__all__ = ["Surroundings", "live_of", "snapshot_of"]

_LENGTHS: Final = struct.Struct(">QQ")
"""Of the first two parts, in front of all three."""
_K = TypeVar("_K")
_V = TypeVar("_V")
_FAST: Final = 1
"""The level of compression: a third of the size for a tenth of the time."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is not in a snapshot, since it is known where one is read: the commit, the settings, how a folder is
    evaluated again.
    """

    commit: str
    config: TowpathConfig
    accounts: Mapping[str, Account]
    blobs: Mapping[str, str]
    evaluate: Callable[[UnitPath], Callable[[], UnitConfig | None]]


# Writing


@dataclass
class _Numbers:
    """Texts by number."""

    texts: dict[str, int] = field(default_factory=dict)

    def of(self, texts: Iterable[str]) -> list[int]:
        known = self.texts
        return [known.setdefault(text, len(known)) for text in texts]


def snapshot_of(live: Live, since: Live | None = None) -> bytes:
    """The live repository, which must be one that was read whole. What it shares with `since`, which has a key, is not
    written again.
    """
    memory = live.memory()
    if memory is None:
        raise ValueError("Only a live repository that was read whole can be kept.")
    before = since.memory() if since is not None else None
    numbers = _Numbers()
    modules: dict[str, int] = {}
    units = _news(live.units, since.units if since is not None else {})
    first = {
        "since": since.key if since is not None else "",
        "units": [_unit_row(unit, numbers, modules) for unit in units.values()],
        "gone": sorted(since.units.keys() - live.units.keys()) if since is not None else [],
        "modules": [json.loads(module) for module in modules],
        "problems": [problem.as_row() for problem in live.problems],
        "unsure": dict(live.unsure),
        "passed_over": dict(live.passed_over),
        "paths": list(numbers.texts),
    }
    evaluated = _news(memory.evaluated, before.evaluated if before is not None else {})
    values = {path: found.values for path, found in evaluated.items()}
    parts = [_packed(first), _packed(values), _packed(_memory_data(memory, evaluated, before))]
    return b"".join([_LENGTHS.pack(len(parts[0]), len(parts[1])), *parts])


def _news(after: Mapping[_K, _V], before: Mapping[_K, _V]) -> dict[_K, _V]:
    """What is not the very same thing as before."""
    return {key: value for key, value in after.items() if before.get(key) is not value}


def _packed(data: Any) -> bytes:
    return zlib.compress(json.dumps(data, separators=(",", ":"), check_circular=False).encode("ascii"), _FAST)


def _unit_row(unit: Unit, numbers: _Numbers, modules: dict[str, int]) -> list[Any]:
    parts = unit.parts
    module = json.dumps(dict(parts.module))
    return [
        unit.path,
        unit.kind.value,
        unit.account.name if unit.account else None,
        unit.region,
        unit.tier,
        unit.layer,
        unit.dependencies,
        numbers.of(unit.reads),
        dict(unit.files),
        unit.module,
        unit.source,
        unit.protected,
        unit.fingerprint,
        None if unit.outline is None else _outline_row(unit.outline),
        [parts.values, dict(parts.files), modules.setdefault(module, len(modules)), parts.account_id],
        [problem.as_row() for problem in unit.problems],
        unit.stack,
        dict(unit.origins),
    ]


def _memory_data(memory: Memory, evaluated: Mapping[UnitPath, Evaluated], before: Memory | None) -> dict[str, Any]:
    numbers = _Numbers()
    files = {path: entry for path, entry in memory.files.items() if before is None or before.files.get(path) != entry}
    return {
        "settings": memory.settings,
        "evaluated": [[path, *_evaluated_row(found, numbers)] for path, found in evaluated.items()],
        "not_evaluated": sorted(before.evaluated.keys() - memory.evaluated.keys()) if before is not None else [],
        "unchecked": {path: len(unit.problems) for path, unit in memory.units.items()},
        "files": [
            [path, entry.mode, entry.blob] if isinstance(entry, Entry) else [path, None, entry]
            for path, entry in files.items()
        ],
        "no_files": sorted(before.files.keys() - memory.files.keys()) if before is not None else [],
        "folders": sorted(memory.folders),
        "paths": list(numbers.texts),
    }


def _evaluated_row(found: Evaluated, numbers: _Numbers) -> list[Any]:
    outline, source = found.outline, found.source
    return [
        found.standing.value,
        None if outline is None else _outline_row(outline),
        None if source is None else [source.text, source.shown, source.place.as_row()],
        found.digest,
        [[edge.target, edge.place.as_row()] for edge in found.edges],
        numbers.of(found.reads),
        numbers.of(found.named),
        [problem.as_row() for problem in found.problems],
        numbers.of(found.looked_at),
        numbers.of(found.listed),
    ]


def _outline_row(outline: Outline) -> list[Any]:
    return [
        [[item.name, item.path, item.file, item.reads_outputs] for item in outline.upstreams],
        outline.prevent_destroy,
        outline.skip,
        outline.excluded_actions,
        outline.excludes_dependencies,
        outline.has_backend,
        None if outline.state is None else [outline.state.backend, outline.state.where, outline.state.shown],
    ]


# Reading


def live_of(snapshot: bytes, key: str, surroundings: Surroundings, whole: Callable[[str], Live | None]) -> Live | None:
    """The live repository that was kept under a key; None where it was kept as what differs from another, and `whole`
    does not give that one. What was not kept at all is taken from `surroundings`.
    """
    first, second = _LENGTHS.unpack_from(snapshot)
    start = _LENGTHS.size
    document = _unpacked(snapshot[start : start + first])
    since = whole(document["since"]) if document["since"] else None
    if document["since"] and since is None:
        return None
    values: Callable[[], Mapping[str, str]] = cache(lambda: _unpacked(snapshot[start + first : start + first + second]))
    reading = _UnitReading(document["paths"], document["modules"], values, surroundings)
    units = {UnitPath(row[0]): reading.unit(*row) for row in document["units"]}
    if since is not None:
        units = _merged(since.units, document["gone"], units)
    return Live(
        commit=surroundings.commit,
        config=surroundings.config,
        units=units,
        accounts=surroundings.accounts,
        problems=tuple(map(Problem.of_row, document["problems"])),
        blobs=surroundings.blobs,
        unsure=document["unsure"],
        passed_over=document["passed_over"],
        memory=cache(lambda: _memory(_unpacked(snapshot[start + first + second :]), values(), units, since)),
        key="" if since is not None else key,
    )


def _merged(before: Mapping[_K, _V], gone: Iterable[_K], after: Mapping[_K, _V]) -> dict[_K, _V]:
    """What was there before with the news, sorted."""
    merged = {**before, **after}
    for key in gone:
        merged.pop(key, None)
    return dict(sorted(merged.items(), key=lambda item: str(item[0])))


def _unpacked(content: bytes) -> Any:
    return json.loads(zlib.decompress(content))


@dataclass(frozen=True, slots=True)
class _UnitReading:
    paths: list[str]
    modules: list[Mapping[str, str]]
    values: Callable[[], Mapping[str, str]]
    surroundings: Surroundings

    def unit(self, path: UnitPath, kind: str, account: str | None, *row: Any) -> Unit:
        region, tier, layer, dependencies, reads, files, module, source, *more = row
        protected, fingerprint, outline, parts, problems, stack, origins = more
        values, hashes, number, account_id = parts
        return Unit(
            path=path,
            kind=UnitKind(kind),
            account=self.surroundings.accounts[account] if account is not None else None,
            region=region,
            tier=tier,
            layer=layer,
            dependencies=tuple(dependencies),
            reads=_picked(self.paths, reads),
            files=files,
            module=None if module is None else (module[0], module[1]),
            source=source,
            protected=protected,
            fingerprint=fingerprint,
            outline=_outline(outline),
            parts=FingerprintParts(values, hashes, self.modules[number], UnitKind(kind), account_id, region),
            problems=tuple(map(Problem.of_row, problems)),
            stack=stack,
            origins=origins,
            read_values=lambda: self.values()[path],
            evaluate=self.surroundings.evaluate(path),
        )


def _picked(paths: list[str], numbers: Iterable[int]) -> tuple[str, ...]:
    return tuple([paths[number] for number in numbers])


def _memory(data: Any, values: Mapping[str, str], units: Mapping[UnitPath, Unit], since: Live | None) -> Memory | None:
    before = since.memory() if since is not None else None
    paths = data["paths"]
    files: Mapping[str, Entry | str] = {
        path: Entry(path, mode, blob) if mode is not None else blob for path, mode, blob in data["files"]
    }
    evaluated: Mapping[UnitPath, Evaluated] = {
        path: _evaluated(row, values[path], paths) for path, *row in data["evaluated"]
    }
    return Memory(
        settings=data["settings"],
        files=files if before is None else _merged(before.files, data["no_files"], files),
        folders=frozenset(data["folders"]),
        evaluated=evaluated if before is None else _merged(before.evaluated, data["not_evaluated"], evaluated),
        units={path: _unchecked(units[path], count) for path, count in data["unchecked"].items()},
    )


def _evaluated(row: list[Any], values: str, paths: list[str]) -> Evaluated:
    standing, outline, source, digest, edges, reads, named, problems, looked_at, listed = row
    return Evaluated(
        standing=Standing(standing),
        outline=_outline(outline),
        source=None if source is None else Source(source[0], source[1], Place(*source[2])),
        values=values,
        digest=digest,
        edges=tuple([Edge(target, Place(*place)) for target, place in edges]),
        reads=_picked(paths, reads),
        named=_picked(paths, named),
        problems=tuple(map(Problem.of_row, problems)),
        looked_at=frozenset(_picked(paths, looked_at)),
        listed=frozenset(_picked(paths, listed)),
    )


def _unchecked(unit: Unit, problems: int) -> Unit:
    """The unit with the problems it had before the graph was checked, which come first."""
    return unit if len(unit.problems) == problems else replace(unit, problems=unit.problems[:problems])


def _outline(row: list[Any] | None) -> Outline | None:
    if row is None:
        return None
    upstreams, prevent_destroy, skip, excluded_actions, excludes_dependencies, has_backend, state = row
    return Outline(
        tuple([Upstream(*item) for item in upstreams]),
        prevent_destroy,
        skip,
        tuple(excluded_actions),
        excludes_dependencies,
        has_backend,
        None if state is None else StatePlace(*state),
    )

"""The dependency graph: edges that lead nowhere or backwards, and cycles."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from towpath.model.paths import UnitPath
from towpath.problems import Place, Problem

__all__ = ["Edge", "Node", "check_graph"]


@dataclass(frozen=True, slots=True)
class Edge:
    """A dependency, and the place that says so."""

    target: UnitPath
    place: Place


@dataclass(frozen=True, slots=True)
class Node:
    """What the graph needs to know of a unit. `file` is where the unit is defined."""

    path: UnitPath
    tier: int
    account: str | None
    file: str
    edges: tuple[Edge, ...] = ()


def check_graph(
    nodes: Mapping[UnitPath, Node], known: Mapping[UnitPath, Node], excluded: Collection[UnitPath]
) -> Mapping[UnitPath, tuple[Problem, ...]]:
    """The problems of each of `nodes`. `known` are all units, also those whose edges nobody asked for; `excluded` are
    folders that would be units but for `towpath.yml`.

    Problems: `dependency-missing`, `dependency-later-tier`, `dependency-cycle`; the last is one and the same problem
    for all units of the cycle.
    """
    problems: dict[UnitPath, list[Problem]] = {path: [] for path in nodes}
    for node in nodes.values():
        for edge in node.edges:
            target = known.get(edge.target)
            if target is None:
                problems[node.path].append(_missing(node, edge, is_excluded=edge.target in excluded))
            elif target.tier > node.tier:
                problems[node.path].append(_later(node, edge, target))
    for cycle in _cycles(nodes):
        problem = _cycle(nodes, cycle)
        for path in cycle:
            problems[path].append(problem)
    return {path: tuple(found) for path, found in problems.items() if found}


def _cycles(nodes: Mapping[UnitPath, Node]) -> Iterator[tuple[UnitPath, ...]]:
    """Cycles that share no edge, each starting at its first unit by name; a unit depends on the one after it."""
    targets = {path: {edge.target for edge in node.edges if edge.target in nodes} for path, node in nodes.items()}
    while cycle := _find_cycle(targets):
        start = cycle.index(min(cycle))
        yield cycle[start:] + cycle[:start]
        for path, target in zip(cycle, cycle[1:] + cycle[:1], strict=True):
            targets[path].discard(target)


def _find_cycle(targets: Mapping[UnitPath, set[UnitPath]]) -> tuple[UnitPath, ...]:
    try:
        TopologicalSorter({path: sorted(found) for path, found in targets.items()}).prepare()
    except CycleError as error:
        # The error lists each unit before the one that depends on it, and the first one twice.
        return tuple(reversed(error.args[1][1:]))
    return ()


def _cycle(nodes: Mapping[UnitPath, Node], cycle: Sequence[UnitPath]) -> Problem:
    way = " → ".join([*cycle, cycle[0]])
    after = cycle[1] if len(cycle) > 1 else cycle[0]
    place = next(edge.place for edge in nodes[cycle[0]].edges if edge.target == after)
    return Problem(
        "dependency-cycle",
        "Units depend on each other in a circle",
        f"{way}: none of them can be first.",
        place=place,
        hint="Take one of these dependencies away, or move what both need into a unit of its own.",
        unit=cycle[0],
    )


def _missing(node: Node, edge: Edge, *, is_excluded: bool) -> Problem:
    if is_excluded:
        why = f"{edge.target} is excluded by units.exclude in towpath.yml."
        hint = "Take the folder out of units.exclude, or remove the dependency."
    else:
        why = f"There is no unit in {edge.target}."
        hint = "Correct the path: it is relative to the unit's own folder. Or remove the dependency."
    return Problem(
        "dependency-missing",
        "A dependency points to nothing",
        f"{node.path} ({_at(edge.place)}) depends on {edge.target}. {why}",
        place=edge.place,
        hint=hint,
        unit=node.path,
    )


def _later(node: Node, edge: Edge, target: Node) -> Problem:
    return Problem(
        "dependency-later-tier",
        "A dependency points to a later tier",
        f"{_described(node)} at {_at(edge.place)} depends on {_described(target)} at {target.file}. "
        "It would be applied before what it needs.",
        place=edge.place,
        hint="Change the accounts' deploy_order, or remove the dependency.",
        unit=node.path,
    )


def _described(node: Node) -> str:
    where = f"account {node.account}" if node.account else "outside any account"
    return f"{node.path} ({where}, deploy_order {node.tier})"


def _at(place: Place) -> str:
    return place.file if place.line is None else f"{place.file}:{place.line}"

"""The dependency graph: as text, as JSON, and in the language of Graphviz."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from towpath.live import Live, Unit
from towpath.model.paths import UnitPath
from towpath.planning import levels_of, unorderable
from towpath.views.tables import Line, Span, Style, line
from towpath.views.text import printable

__all__ = ["Graph", "GraphNode", "graph_dot", "graph_json", "graph_lines", "graph_of"]


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A unit in the drawing. `level` counts inside its tier; units of a cycle stand together in the last one."""

    path: UnitPath
    account: str | None
    tier: int
    level: int
    protected: bool
    broken: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes by path; `edges` lead from a unit to what it depends on."""

    nodes: tuple[GraphNode, ...]
    edges: tuple[tuple[UnitPath, UnitPath], ...]

    @property
    def tiers(self) -> tuple[int, ...]:
        return tuple(sorted({node.tier for node in self.nodes}))

    def title(self, tier: int) -> str:
        accounts = sorted({node.account or "no account" for node in self.nodes if node.tier == tier})
        return f"Tier {tier}: {', '.join(accounts)}"


def graph_of(live: Live) -> Graph:
    """The graph of a live repository. A dependency that points to nothing has no edge; the problems tell of it."""
    edges = tuple(
        (unit.path, dependency)
        for unit in live.units.values()
        for dependency in unit.dependencies
        if dependency in live.units
    )
    levels = _levels(live)
    return Graph(tuple(_node(unit, levels[unit.path]) for unit in live.units.values()), edges)


def _node(unit: Unit, level: int) -> GraphNode:
    account = unit.account.name if unit.account else None
    broken = any(problem.is_error for problem in unit.problems)
    return GraphNode(unit.path, account, unit.tier, level, unit.protected, broken)


def _levels(live: Live) -> dict[UnitPath, int]:
    levels: dict[UnitPath, int] = {}
    for tier in {unit.tier for unit in live.units.values()}:
        members = {path: unit for path, unit in live.units.items() if unit.tier == tier}
        waits = {path: {d for d in unit.dependencies if d in members} for path, unit in members.items()}
        stuck = unorderable(waits)
        orderly = levels_of({path: others for path, others in waits.items() if path not in stuck})
        levels.update({path: number for number, level in enumerate(orderly) for path in level})
        levels.update(dict.fromkeys(stuck, len(orderly)))
    return levels


def graph_json(live: Live, graph: Graph) -> dict[str, Any]:
    return {
        "commit": live.commit,
        "nodes": [{"path": node.path, "account": node.account, "tier": node.tier} for node in graph.nodes],
        "edges": [{"unit": unit, "depends_on": dependency} for unit, dependency in graph.edges],
        "problems": [problem.as_json() for problem in live.problems],
    }


def graph_lines(graph: Graph) -> Iterator[Line]:
    """Tier by tier and level by level, each unit with what it depends on."""
    needs: dict[UnitPath, list[UnitPath]] = {}
    for unit, dependency in graph.edges:
        needs.setdefault(unit, []).append(dependency)
    for tier in graph.tiers:
        yield line(Span(graph.title(tier), Style.HEADING))
        for node in sorted((n for n in graph.nodes if n.tier == tier), key=lambda n: (n.level, n.path)):
            style = Style.BAD if node.broken else Style.NAME
            mark = " (broken)" if node.broken else " (protected)" if node.protected else ""
            arrow = f"  ← {', '.join(sorted(needs[node.path]))}" if node.path in needs else ""
            yield line("  " * (node.level + 1), Span(node.path, style), mark, Span(arrow, Style.FAINT))
        yield line()


def graph_dot(graph: Graph) -> str:
    """The graph in the language of Graphviz, a cluster for each tier; arrows point to what is needed."""
    lines = [
        "digraph towpath {",
        "  rankdir = RL;",
        '  node [shape = box, style = "rounded,filled", fillcolor = white, fontname = "sans-serif"];',
    ]
    for tier in graph.tiers:
        lines += [f"  subgraph cluster_{tier} {{", f"    label = {_quoted(graph.title(tier))};"]
        lines += [f"    {_quoted(node.path)}{_marks(node)};" for node in graph.nodes if node.tier == tier]
        lines.append("  }")
    lines += [f"  {_quoted(unit)} -> {_quoted(dependency)};" for unit, dependency in graph.edges]
    return "\n".join([*lines, "}"])


def _marks(node: GraphNode) -> str:
    if node.broken:
        return " [color = red, fontcolor = red]"
    return ' [style = "rounded,dashed"]' if node.protected else ""


def _quoted(text: str) -> str:
    return '"' + printable(text).replace("\\", "\\\\").replace('"', '\\"') + '"'

"""The dependency graph as a drawing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from towpath.model.paths import UnitPath
from towpath.views.graph import Graph, GraphNode
from towpath.views.layout import Layout, Point, layered
from towpath.views.text import printable, width

__all__ = ["NodeMark", "graph_drawing", "graph_svg"]

_ROW = 52
_BOX = 38
_GAP = 64
_MARGIN = 24
_HEAD = 44
_CHARACTER = 7.4
_PADDING = 14
_TINTS = ("#eef4fb", "#eef8f0", "#fdf5e8", "#f7eff9", "#eef7f8", "#fbf0f0")
_INKS = ("#2b6cb0", "#2f855a", "#b7791f", "#805ad5", "#2c7a7b", "#c05621")

_STYLE = """
  text { font-family: ui-sans-serif, system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
  .folder { font-size: 10px; fill: #64748b; }
  .name { font-size: 13px; font-weight: 600; fill: #1e293b; }
  .tier { font-size: 14px; font-weight: 600; }
  .edge { fill: none; stroke: #94a3b8; stroke-width: 1.4; }
  .wrong { fill: none; stroke: #c53030; stroke-width: 1.4; stroke-dasharray: 5 4; }
"""


@dataclass(frozen=True, slots=True)
class NodeMark:
    """What a page shows of a unit: the name of a class, a word, and where a click leads."""

    tone: str
    word: str
    href: str


def graph_svg(graph: Graph) -> str:
    """Columns from left to right in the order in which a run walks, a band for each tier; arrows point from a unit to
    those that need it. A dependency that a run cannot follow (to a later tier, in a cycle) is red and broken.

    The drawing stands by itself: its colours and letters are in it.
    """
    return _drawn(graph, None)


def graph_drawing(graph: Graph, marks: Mapping[UnitPath, NodeMark]) -> str:
    """The same as a part of a page, whose style sheet gives letters and colours to its classes. Every unit has a mark:
    its box is a link."""
    return _drawn(graph, marks)


def _drawn(graph: Graph, marks: Mapping[UnitPath, NodeMark] | None) -> str:
    columns = _columns(graph)
    forward = [(dependency, unit) for unit, dependency in graph.edges if columns[dependency] < columns[unit]]
    layout = layered(columns, forward)
    drawing = _Drawing(graph, layout, marks)
    edges = [drawing.edge(points) for points in layout.edges.values()]
    wrong = [drawing.wrong_edge(d, u) for u, d in graph.edges if columns[d] >= columns[u]]
    boxes = [text for node in graph.nodes for text in drawing.box(node)]
    return "\n".join([*drawing.head(), *drawing.bands(), *edges, *boxes, *wrong, "</svg>"])


def _columns(graph: Graph) -> Mapping[str, int]:
    columns: dict[str, int] = {}
    start = 0
    for tier in graph.tiers:
        members = [node for node in graph.nodes if node.tier == tier]
        columns.update({node.path: start + node.level for node in members})
        start += max(node.level for node in members) + 1
    return columns


class _Drawing:
    """Turns columns and rows into pixels."""

    def __init__(self, graph: Graph, layout: Layout, marks: Mapping[UnitPath, NodeMark] | None) -> None:
        self._marks = marks
        self._graph = graph
        self._layout = layout
        self._widths = [0.0] * layout.columns
        for node in graph.nodes:
            column = layout.nodes[node.path].column
            self._widths[column] = max(self._widths[column], _box_width(node))
        self._lefts = [_MARGIN + sum(self._widths[:c]) + c * _GAP for c in range(layout.columns)]
        self._height = _HEAD + layout.rows * _ROW + _MARGIN
        self._inks = {tier: index % len(_INKS) for index, tier in enumerate(graph.tiers)}

    def head(self) -> Iterator[str]:
        wide = (self._lefts[-1] + self._widths[-1] if self._lefts else 0) + _MARGIN + 8
        size = f'width="{wide:.0f}" height="{self._height:.0f}" viewBox="0 0 {wide:.0f} {self._height:.0f}"'
        # What is in an image is not read out: a drawing with links is a group.
        role = "img" if self._marks is None else "group"
        yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="{role}">'
        yield f"<title>Dependencies of {len(self._graph.nodes)} units</title>"
        if self._marks is None:
            yield f"<style>{_STYLE}</style>"
        yield (
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            '<path d="M0,0 L8,4 L0,8 z" fill="#94a3b8"/></marker></defs>'
        )
        yield f'<rect class="ground" width="{wide:.0f}" height="{self._height:.0f}" fill="#ffffff"/>'

    def bands(self) -> Iterator[str]:
        """A tinted band behind each tier, with its name."""
        for tier in self._graph.tiers:
            columns = [self._layout.nodes[node.path].column for node in self._graph.nodes if node.tier == tier]
            left = self._lefts[min(columns)] - _GAP / 2 + 8
            right = self._lefts[max(columns)] + self._widths[max(columns)] + _GAP / 2 - 8
            left, ink = max(left, 8), self._inks[tier]
            yield (
                f'<rect class="band" x="{left:.1f}" y="8" width="{right - left:.1f}" height="{self._height - 16:.1f}" '
                f'rx="8" fill="{_TINTS[ink]}"/>'
            )
            title = _safe(self._graph.title(tier))
            yield f'<text class="tier" x="{left + 12:.1f}" y="30" fill="{_INKS[ink]}">{title}</text>'

    def box(self, node: GraphNode) -> Iterator[str]:
        point = self._layout.nodes[node.path]
        left, middle = self._lefts[point.column], self._middle(point)
        ink = "#c53030" if node.broken else _INKS[self._inks[node.tier]]
        dashes = ' stroke-dasharray="5 3"' if node.protected else ""
        folder, _, name = node.path.rpartition("/")
        mark = self._marks[node.path] if self._marks is not None else None
        yield _opening(mark)
        yield f"<title>{_safe(node.path)}{' (broken)' if node.broken else ''}{f', {mark.word}' if mark else ''}</title>"
        yield (
            f'<rect class="box" x="{left:.1f}" y="{middle - _BOX / 2:.1f}" width="{self._widths[point.column]:.1f}" '
            f'height="{_BOX}" rx="6" fill="#ffffff" stroke="{ink}" stroke-width="1.3"{dashes}/>'
        )
        x, y = left + _PADDING, middle + (12 if folder else 5)
        yield f'<text class="folder" x="{x:.1f}" y="{middle - 4:.1f}">{_safe(folder)}</text>'
        yield f'<text class="name" x="{x:.1f}" y="{y:.1f}">{_safe(name)}</text>'
        yield "</a>" if mark else "</g>"

    def edge(self, points: Iterable[Point]) -> str:
        """A smooth line from box to box; where it crosses a column it goes straight, as high as its point there."""
        start, *between, end = points
        path = [f"M{self._right(start):.1f},{self._middle(start):.1f}"]
        x, y = self._right(start), self._middle(start)
        for point in between:
            path += [_curve(x, y, self._lefts[point.column], self._middle(point))]
            x, y = self._right(point), self._middle(point)
            path += [f"L{x:.1f},{y:.1f}"]
        path += [_curve(x, y, self._lefts[end.column] - 1, self._middle(end))]
        return f'<path class="edge" marker-end="url(#tip)" d="{" ".join(path)}"/>'

    def wrong_edge(self, dependency: str, unit: str) -> str:
        """An arc below the boxes, against the direction of the others."""
        start, end = self._layout.nodes[dependency], self._layout.nodes[unit]
        x, y = self._center(start), self._middle(start) + _BOX / 2
        to_x, to_y = self._center(end), self._middle(end) + _BOX / 2
        below = max(y, to_y) + _ROW
        arc = f"C{x:.1f},{below:.1f} {to_x:.1f},{below:.1f} {to_x:.1f},{to_y:.1f}"
        return f'<path class="wrong" d="M{x:.1f},{y:.1f} {arc}"/>'

    def _center(self, point: Point) -> float:
        return self._lefts[point.column] + self._widths[point.column] / 2

    def _right(self, point: Point) -> float:
        return self._lefts[point.column] + self._widths[point.column]

    def _middle(self, point: Point) -> float:
        return _HEAD + (point.height + 0.5) * _ROW


def _opening(mark: NodeMark | None) -> str:
    if mark is None:
        return "<g>"
    return f'<a class="node node-{escape(mark.tone)}" href="{escape(mark.href)}">'


def _curve(x: float, y: float, to_x: float, to_y: float) -> str:
    half = (x + to_x) / 2
    return f"C{half:.1f},{y:.1f} {half:.1f},{to_y:.1f} {to_x:.1f},{to_y:.1f}"


def _box_width(node: GraphNode) -> float:
    folder, _, name = node.path.rpartition("/")
    return max(width(printable(name)) * _CHARACTER, width(printable(folder)) * _CHARACTER * 0.75) + 2 * _PADDING


def _safe(text: str) -> str:
    return escape(printable(text))

"""A layered layout: nodes in columns, few crossings, edges that bend around nodes.

1. The column of each node is given. An edge that skips columns gets an invisible point in each of them.
2. Columns are sorted by the mean position of each member's neighbours, forth and back, a fixed number of times.
3. Heights: members are stacked, then pulled towards their neighbours as far as their order and distance allow.

The same graph gives the same drawing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Layout", "Point", "layered"]

_SWEEPS = 8
_PULLS = 12
_POINT_SHARE = 0.5

Node = str


@dataclass(frozen=True, slots=True)
class Point:
    """`column` counts from the left, `height` in rows from the top; one row is what one node needs."""

    column: int
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the nodes are, and through which points each edge goes, from its lower column to its higher one."""

    nodes: Mapping[Node, Point]
    edges: Mapping[tuple[Node, Node], tuple[Point, ...]]
    columns: int
    rows: float


def layered(columns: Mapping[Node, int], edges: Iterable[tuple[Node, Node]]) -> Layout:
    """Lays out nodes whose columns are known. Every edge goes from a lower column to a higher one."""
    graph = _Graph(columns)
    wanted = sorted(set(edges))
    chains = {edge: graph.chain(*edge) for edge in wanted}
    graph.sort_columns()
    heights = graph.heights()
    top = min(heights.values(), default=0.0)
    points = {node: Point(graph.column[node], heights[node] - top) for node in graph.column}
    return Layout(
        nodes={node: points[node] for node in columns},
        edges={edge: tuple(points[node] for node in chain) for edge, chain in chains.items()},
        columns=len(graph.members),
        rows=max((point.height for point in points.values()), default=0.0) + 1,
    )


class _Graph:
    """Nodes and the invisible points of long edges, column by column."""

    def __init__(self, columns: Mapping[Node, int]) -> None:
        self.column: dict[Node, int] = dict(columns)
        self._real = frozenset(columns)
        self.members: list[list[Node]] = [[] for _ in range(max(columns.values(), default=-1) + 1)]
        for node in sorted(columns):
            self.members[columns[node]].append(node)
        self._left: dict[Node, list[Node]] = {node: [] for node in columns}
        self._right: dict[Node, list[Node]] = {node: [] for node in columns}

    def chain(self, start: Node, end: Node) -> list[Node]:
        """The points an edge goes through, its ends included."""
        chain = [start]
        for column in range(self.column[start] + 1, self.column[end]):
            point = f"{start}\0{end}\0{column}"
            self.column[point] = column
            self.members[column].append(point)
            self._left[point], self._right[point] = [], []
            chain.append(point)
        chain.append(end)
        for one, other in pairwise(chain):
            self._right[one].append(other)
            self._left[other].append(one)
        return chain

    def sort_columns(self) -> None:
        for sweep in range(_SWEEPS):
            forth = sweep % 2 == 0
            neighbours = self._left if forth else self._right
            for members in self.members if forth else reversed(self.members):
                position = self._positions()
                means = {node: _mean([position[n] for n in neighbours[node]], position[node]) for node in members}
                members.sort(key=means.__getitem__)

    def _positions(self) -> dict[Node, float]:
        """Each node's place in its column, as a share of it, so that columns of different length compare."""
        return {node: (index + 0.5) / len(members) for members in self.members for index, node in enumerate(members)}

    def heights(self) -> dict[Node, float]:
        height: dict[Node, float] = {}
        for members in self.members:
            height.update(zip(members, self._stack(members, [0.0] * len(members)), strict=True))
        for pull in range(_PULLS):
            forth = pull % 2 == 0
            for members in self.members if forth else reversed(self.members):
                wanted = [self._pulled_to(node, height, forth=forth) for node in members]
                height.update(zip(members, self._stack(members, wanted), strict=True))
        return height

    def _pulled_to(self, node: Node, height: Mapping[Node, float], *, forth: bool) -> float:
        near = (self._left if forth else self._right)[node] or (self._right if forth else self._left)[node]
        return _mean([height[other] for other in near], height[node])

    def _stack(self, members: Sequence[Node], wanted: Sequence[float]) -> list[float]:
        """Heights near the wanted ones that keep order and distance: members that would overlap form a block, which
        stands where it displaces them least on average."""
        blocks: list[_Block] = []
        offset = 0.0
        for index, node in enumerate(members):
            if index:
                offset += self._distance(members[index - 1], node)
            blocks.append(_Block([offset], wanted[index] - offset, 1))
            while len(blocks) > 1 and blocks[-2].base > blocks[-1].base:
                last = blocks.pop()
                blocks[-1] = blocks[-1].joined(last)
        return [block.base + offset for block in blocks for offset in block.offsets]

    def _distance(self, one: Node, other: Node) -> float:
        """Invisible points may stand closer than nodes do."""
        return 1.0 if one in self._real and other in self._real else 1.0 - _POINT_SHARE / 2


@dataclass(frozen=True, slots=True)
class _Block:
    """Members that stand as close as they may. `base` is the mean of where each would put the first member's zero."""

    offsets: list[float]
    base: float
    size: int

    def joined(self, other: _Block) -> _Block:
        size = self.size + other.size
        base = (self.base * self.size + other.base * other.size) / size
        return _Block(self.offsets + other.offsets, base, size)


def _mean(numbers: Sequence[float], otherwise: float) -> float:
    return sum(numbers) / len(numbers) if numbers else otherwise

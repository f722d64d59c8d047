"""The layered layout."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from towpath.views.layout import layered

columns_of = st.dictionaries(st.sampled_from("abcdefghijkl"), st.integers(0, 4), max_size=12)


@given(columns_of, st.sets(st.tuples(st.sampled_from("abcdefghijkl"), st.sampled_from("abcdefghijkl"))))
def test_nodes_never_overlap_and_edges_run_forward(columns: Mapping[str, int], pairs: set[tuple[str, str]]) -> None:
    edges = [(a, b) for a, b in pairs if a in columns and b in columns and columns[a] < columns[b]]
    layout = layered(columns, edges)
    for column in set(columns.values()):
        heights = sorted(point.height for point in layout.nodes.values() if point.column == column)
        assert all(other - one > 0.999 for one, other in itertools.pairwise(heights))
    assert all(0 <= point.height <= layout.rows - 1 + 1e-6 for point in layout.nodes.values())
    for (start, end), points in layout.edges.items():
        assert [point.column for point in points] == list(range(columns[start], columns[end] + 1))


def test_a_chain_is_a_straight_line() -> None:
    layout = layered({"a": 0, "b": 1, "c": 2}, [("a", "b"), ("b", "c")])
    assert {point.height for point in layout.nodes.values()} == {0.0}


def test_crossings_that_can_be_avoided_are() -> None:
    layout = layered({"a": 0, "b": 0, "x": 1, "y": 1}, [("a", "y"), ("b", "x")])
    assert (layout.nodes["a"].height < layout.nodes["b"].height) == (
        layout.nodes["y"].height < layout.nodes["x"].height
    )


def test_a_long_edge_goes_around_the_node_between() -> None:
    layout = layered({"a": 0, "b": 1, "c": 2}, [("a", "b"), ("b", "c"), ("a", "c")])
    passing = layout.edges["a", "c"][1]
    assert abs(passing.height - layout.nodes["b"].height) >= 0.7


def test_nothing_to_draw() -> None:
    assert layered({}, []).columns == 0

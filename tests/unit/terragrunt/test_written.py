from __future__ import annotations

import pytest

from towpath.hcl.convert import canonical
from towpath.hcl.values import Sensitive, SetValue, Unknown, Value
from towpath.terragrunt.written import Branch, Leaf, attribute_path, deep_merge, plain, shallow_merge

UNKNOWN = Unknown.of('get_env("X")')


@pytest.mark.parametrize(
    ("below", "above", "shallow", "deep"),
    [
        (1, 2, 2, 2),
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}, {"a": 1, "b": 2}),
        ({"a": {"x": 1}}, {"a": {"y": 2}}, {"a": {"y": 2}}, {"a": {"x": 1, "y": 2}}),
        ((1,), (2,), (2,), (1, 2)),
        (SetValue((1,)), (2,), (2,), (1, 2)),
        ({"a": (1,)}, {"a": "x"}, {"a": "x"}, {"a": "x"}),
        ({"a": 1}, {"a": None}, {"a": None}, {"a": None}),
        ({"a": 1}, 2, 2, 2),
        (UNKNOWN, 2, 2, 2),
        (Sensitive({"a": 1}), {"b": 2}, {"a": Sensitive(1), "b": 2}, {"a": Sensitive(1), "b": 2}),
        (Sensitive((1,)), (2,), (2,), Sensitive((1, 2))),
    ],
)
def test_merging(below: Value, above: Value, shallow: Value, deep: Value) -> None:
    assert plain(shallow_merge(Leaf(below), Leaf(above))) == shallow
    assert plain(deep_merge(Leaf(below), Leaf(above))) == deep


@pytest.mark.parametrize("known", [{"a": 1}, (1, 2), Sensitive({"a": 1})])
def test_what_is_merged_with_something_unknown_is_unknown_and_still_shows(known: Value) -> None:
    for below, above in ((known, UNKNOWN), (UNKNOWN, known)):
        merged = plain(deep_merge(Leaf(below), Leaf(above)))
        assert isinstance(merged.value if isinstance(merged, Sensitive) else merged, Unknown)
        assert isinstance(merged, Sensitive) is isinstance(known, Sensitive)
        assert canonical(merged) != canonical(UNKNOWN)


def test_a_branch_is_an_object() -> None:
    branch = Branch({"a": Leaf(1), "b": Branch({"c": Leaf(2)})})
    assert plain(branch) == {"a": 1, "b": {"c": 2}}
    assert plain(deep_merge(branch, Leaf({"b": {"d": 3}}))) == {"a": 1, "b": {"c": 2, "d": 3}}


@pytest.mark.parametrize(
    ("key", "expected"),
    [("a", "inputs.a"), ("a-b", "inputs.a-b"), ("a.b", 'inputs["a.b"]'), ('a"b\\', 'inputs["a\\"b\\\\"]')],
)
def test_paths_of_attributes(key: str, expected: str) -> None:
    assert attribute_path("inputs", key) == expected
    assert attribute_path("", "inputs") == "inputs"

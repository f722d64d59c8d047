"""What holds of merging whatever is merged: of the two merges themselves, and of includes made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from terragrunt_repositories import config_of

from towpath.hcl.convert import render
from towpath.hcl.values import Value
from towpath.terragrunt.written import Leaf, deep_merge, plain, shallow_merge

SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "x", "${y}"])
NAMES = ("a", "b", "c")


def objects(depth: int) -> st.SearchStrategy[dict[str, Any]]:
    """Objects in which every name has one kind of value wherever it stands: merging is associative there alone."""
    entries: dict[str, st.SearchStrategy[Any]] = {f"s_{name}": SCALARS for name in NAMES}
    entries.update((f"l_{name}", st.lists(SCALARS, max_size=2).map(tuple)) for name in NAMES)
    if depth:
        entries.update((f"o_{name}", objects(depth - 1)) for name in NAMES)
    return st.fixed_dictionaries({}, optional=entries)


OBJECTS = objects(2)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2).map(tuple) | st.dictionaries(st.sampled_from(NAMES), inner)
)


def deep(*values: Value) -> Value:
    return reduce(lambda below, above: plain(deep_merge(Leaf(below), Leaf(above))), values)


def shallow(*values: Value) -> Value:
    return reduce(lambda below, above: plain(shallow_merge(Leaf(below), Leaf(above))), values)


def leaves(value: Value, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Value]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    else:
        yield path, value


def at(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


@given(OBJECTS, OBJECTS, OBJECTS)
@settings(max_examples=100, deadline=None)
def test_it_does_not_matter_which_two_are_merged_first(one: Value, two: Value, three: Value) -> None:
    assert deep(deep(one, two), three) == deep(one, deep(two, three))
    assert shallow(shallow(one, two), three) == shallow(one, shallow(two, three))


@given(ANYTHING.filter(lambda value: isinstance(value, dict)))
@settings(max_examples=50, deadline=None)
def test_nothing_merged_is_nothing_changed(value: Value) -> None:
    for merged in (deep, shallow):
        assert merged({}, value) == value
        assert merged(value, {}) == value


@given(st.dictionaries(st.sampled_from(NAMES), ANYTHING), st.dictionaries(st.sampled_from(NAMES), ANYTHING))
@settings(max_examples=100, deadline=None)
def test_what_is_above_wins(below: dict[str, Any], above: dict[str, Any]) -> None:
    merged: Any = deep(below, above)
    for path, leaf in leaves(above):
        found = at(merged, path)
        if isinstance(leaf, tuple):
            assert found[len(found) - len(leaf) :] == leaf
        else:
            assert found == leaf
    top: Any = shallow(below, above)
    assert top == {**below, **above}


@given(st.lists(OBJECTS, min_size=1, max_size=4), st.booleans())
@settings(max_examples=40, deadline=None)
def test_includes_are_merged_in_their_order_and_the_unit_last(layers: list[dict[str, Any]], is_deep: bool) -> None:
    *included, own = layers
    strategy = "deep" if is_deep else "shallow"
    files = {f"{number}.hcl": f"inputs = {render(layer)}\n" for number, layer in enumerate(included)}
    includes = "".join(
        f'include "i{number}" {{\n  path = "../../{number}.hcl"\n  merge_strategy = "{strategy}"\n}}\n'
        for number in range(len(included))
    )
    files["dev/app/terragrunt.hcl"] = f"{includes}inputs = {render(own)}\n"
    assert config_of(files).inputs == (deep if is_deep else shallow)(*layers)

"""Where two evaluated values differ."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from towpath.changes.values import Difference, attribute_path, differences
from towpath.hcl.exact import exact_text
from towpath.hcl.values import Sensitive, SetValue, Unknown, Value

Found = list[tuple[str, Any, Any]]


def between(before: dict[str, Value], after: dict[str, Value]) -> tuple[Difference, ...]:
    return differences(exact_text(before), exact_text(after))


def found(before: dict[str, Value], after: dict[str, Value]) -> Found:
    return [(d.attribute, d.before_json(), d.after_json()) for d in between(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": Decimal("1")}, []),
        ({"a": 1}, {"a": 2}, [("a", 1, 2)]),
        ({"a": "1"}, {"a": 1}, [("a", "1", 1)]),
        ({"a": True}, {"a": 1}, [("a", True, 1)]),
        ({"a": {"b": {"c": 1, "d": 2}}}, {"a": {"b": {"c": 9, "d": 2}}}, [("a.b.c", 1, 9)]),
        ({"b": 1, "a": 1}, {"b": 2, "a": 2}, [("a", 1, 2), ("b", 1, 2)]),
        ({}, {"a": {"b": 1}}, [("a", None, {"b": 1})]),
        ({"a": {"b": 1}}, {}, [("a", {"b": 1}, None)]),
        ({}, {"a": None}, [("a", None, None)]),
        ({"a": ("x", "y")}, {"a": ("x", "z")}, [("a", ["x", "y"], ["x", "z"])]),
        ({"a": ({"p": 1}, {"p": 2})}, {"a": ({"p": 1}, {"p": 3})}, [("a[1].p", 2, 3)]),
        ({"a": ({"p": 1},)}, {"a": ({"p": 1}, {"p": 2})}, [("a", [{"p": 1}], [{"p": 1}, {"p": 2}])]),
        ({"a": ((1, 2), 5)}, {"a": ((1, 3), 5)}, [("a[0]", [1, 2], [1, 3])]),
        ({"a": SetValue(("x",))}, {"a": SetValue(("y",))}, [("a", ["x"], ["y"])]),
        ({"a": {"b": 1}}, {"a": "text"}, [("a", {"b": 1}, "text")]),
        ({"a": {"x.y/z": 1}}, {"a": {"x.y/z": 2}}, [('a["x.y/z"]', 1, 2)]),
    ],
)
def test_leaves_that_differ(before: dict[str, Value], after: dict[str, Value], expected: Found) -> None:
    assert found(before, after) == expected


def test_sensitive_values_are_masked() -> None:
    assert found({"p": Sensitive("old")}, {"p": Sensitive("new")}) == [("p", "(sensitive)", "(sensitive)")]


def test_what_becomes_sensitive_masks_both_sides() -> None:
    (found_path, before, after), *rest = found({"p": "old"}, {"p": Sensitive("new")})
    assert (found_path, before, after, rest) == ("p", "(sensitive)", "(sensitive)", [])


def test_a_mark_outside_masks_what_is_inside() -> None:
    before: dict[str, Value] = {"db": Sensitive({"user": "a", "password": "x"})}
    after: dict[str, Value] = {"db": Sensitive({"user": "a", "password": "y"})}
    assert found(before, after) == [("db.password", "(sensitive)", "(sensitive)")]


def test_a_mark_that_comes_or_goes_is_no_change() -> None:
    assert found({"p": "same"}, {"p": Sensitive("same")}) == []


def test_unknown_values_differ_by_their_source() -> None:
    one, other = Unknown.of('run_cmd("a")'), Unknown.of('run_cmd("b")')
    assert between({"x": one}, {"x": Unknown.of('run_cmd("a")')}) == ()
    (difference,) = between({"x": one}, {"x": other})
    assert difference.is_uncertain
    assert 'run_cmd("b")' in difference.after_json()


def test_a_known_value_is_certain() -> None:
    (difference,) = between({"x": {"y": 1}, "z": Unknown.of("u")}, {"x": {"y": 2}, "z": Unknown.of("u")})
    assert not difference.is_uncertain


def test_paths_are_written_as_the_language_writes_them() -> None:
    assert attribute_path(("inputs", "tags", 'a"b', 2, "größe")) == 'inputs.tags["a\\"b"][2].größe'

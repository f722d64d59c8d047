"""Lists, maps and sets; above all what stays known beside something unknown."""

from __future__ import annotations

import pytest
from hcl_functions import PLACE, call, refusal

from towpath.hcl.values import Sensitive, SetValue, Unknown, Value

ENV = Unknown.of('get_env("A")', PLACE)


def test_merge_keeps_what_is_known_beside_unknown_values() -> None:
    assert call("merge", {"a": 1, "b": ENV}, None, {"a": 2}) == {"a": 2, "b": ENV}


def test_merge_with_an_unknown_map_is_unknown() -> None:
    assert call("merge", {"a": 1}, ENV) == ENV


@pytest.mark.parametrize(
    ("value", "length"),
    [
        ((1, ENV), 2),
        ({"a": ENV}, 1),
        ("e\u0301x", 2),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", 1),
        ("\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", 2),
        (SetValue(("a",)), 1),
    ],
)
def test_length_is_known_though_elements_are_not(value: Value, length: int) -> None:
    assert call("length", value) == length


def test_keys_and_values_of_a_map_with_unknown_values() -> None:
    assert call("keys", {"b": ENV, "a": 1}) == ("a", "b")
    assert call("values", {"b": ENV, "a": 1}) == (1, ENV)


def test_lookup_needs_its_default_only_where_the_key_is_missing() -> None:
    assert call("lookup", {"a": 1}, "a", ENV) == 1
    assert call("lookup", {"a": 1}, "b", ENV) == ENV
    assert "no default" in refusal("lookup", {"a": 1}, "b").detail


def test_coalesce_looks_no_further_than_the_first_value_with_something_in_it() -> None:
    assert call("coalesce", None, "", "a", ENV) == "a"
    assert call("coalesce", None, ENV, "a") == ENV
    assert call("coalesce", 1, "a") == "1"
    assert call("coalesce", "a", Sensitive("b")) == Sensitive("a")


def test_coalescelist_gives_the_first_list_with_elements() -> None:
    assert call("coalescelist", (), (1,), ENV) == (1,)
    assert call("coalescelist", (), ENV, (1,)) == ENV
    assert "Every list is empty" in refusal("coalescelist", (), ()).detail


def test_contains_is_sure_only_when_it_can_be() -> None:
    assert call("contains", (ENV, "a"), "a") is True
    assert call("contains", (ENV, "a"), "b") == ENV
    assert call("contains", ("a",), "b") is False
    assert call("contains", (1,), "1") is False
    assert call("contains", (True,), 1) is False


def test_index_is_unknown_when_an_unknown_element_comes_first() -> None:
    assert call("index", ("a", ENV), "a") == 0
    assert call("index", (ENV, "a"), "a") == ENV


def test_element_wraps_around() -> None:
    assert call("element", ("a", ENV), 2) == "a"
    assert "empty list" in refusal("element", (), 0).detail
    assert [call("element", ("a", "b", "c"), index) for index in (-1, -3, -1000)] == ["c", "a", "c"]


def test_flatten_goes_through_every_level() -> None:
    assert call("flatten", ((1, (2,)), SetValue(("a",)), {"b": (3,)})) == (1, 2, "a", {"b": (3,)})


def test_flatten_cannot_know_its_elements_when_one_of_them_may_be_a_list() -> None:
    assert call("flatten", (1, ENV)) == ENV


def test_flatten_is_sensitive_when_an_inner_list_is() -> None:
    assert call("flatten", (Sensitive(("a",)), "b")) == Sensitive(("a", "b"))
    assert call("flatten", ((Sensitive("a"),), "b")) == (Sensitive("a"), "b")


def test_concat_keeps_unknown_and_sensitive_elements_apart() -> None:
    assert call("concat", (1, ENV), (Sensitive("a"),)) == (1, ENV, Sensitive("a"))
    assert "list or tuple" in refusal("concat", (1,), {}).detail


def test_zipmap_pairs_keys_with_values() -> None:
    assert call("zipmap", ("a", "b"), (1, ENV)) == {"a": 1, "b": ENV}
    assert "1 keys and 2 values" in refusal("zipmap", ("a",), (1, 2)).detail


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("distinct", (("a", "b", "a"),), ("a", "b")),
        ("compact", (("a", "", None),), ("a",)),
        ("sort", ((10, 9, "é"),), ("10", "9", "é")),
        ("reverse", ((1, 2),), (2, 1)),
        ("slice", (("a", "b", "c"), 1, 2), ("b",)),
        ("chunklist", ((1, 2, 3), 2), ((1, 2), (3,))),
        ("matchkeys", (("a", "b"), ("x", "y"), ("y",)), ("b",)),
        ("transpose", ({"a": ("1", "2"), "b": ("2",)},), {"1": ("a",), "2": ("a", "b")}),
        ("one", ((),), None),
        ("one", ((7,),), 7),
        ("alltrue", ((True, "true"),), True),
        ("anytrue", ((),), False),
        ("setunion", (("b",), ("a", "b")), SetValue(("a", "b"))),
        ("setintersection", (("a", "b"), ("b",)), SetValue(("b",))),
        ("setsubtract", (("a", "b"), ("b",)), SetValue(("a",))),
        ("setproduct", (("a", "b"), (1, 2)), (("a", 1), ("a", 2), ("b", 1), ("b", 2))),
    ],
)
def test_rearranging(name: str, arguments: tuple[Value, ...], result: Value) -> None:
    assert call(name, *arguments) == result


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("merge", ((1,),), "map or object"),
        ("slice", (("a",), 0, 2), "not within"),
        ("slice", (SetValue(("a",)), 0, 1), "a set"),
        ("one", ((1, 2),), "no element or one"),
        ("sort", (("a", None),), "null"),
        ("chunklist", ((1,), -1), "negative"),
        ("matchkeys", ((1,), ("x", "y"), ()), "as many"),
        ("setproduct", ((1,),), "2 arguments or more"),
        ("length", (5,), "have a length"),
        ("transpose", ({"a": "x"},), "list, tuple or set"),
    ],
)
def test_refusals(name: str, arguments: tuple[Value, ...], words: str) -> None:
    assert words in refusal(name, *arguments).detail

from __future__ import annotations

from decimal import Decimal

import pytest

from towpath.hcl.convert import (
    ConversionError,
    make_set,
    to_bool,
    to_list,
    to_map,
    to_number,
    to_set,
    to_string,
    unify,
)
from towpath.hcl.values import Sensitive, SetValue, Unknown, Value

UNKNOWN = Unknown.of("x")


@pytest.mark.parametrize(
    ("value", "text"), [("a", "a"), (True, "true"), (False, "false"), (10, "10"), (Decimal("1.5"), "1.5"), (None, None)]
)
def test_to_string(value: Value, text: Value) -> None:
    assert to_string(value) == text


@pytest.mark.parametrize(("value", "number"), [("1.0", 1), ("-2.5", Decimal("-2.5")), (3, 3), (None, None)])
def test_to_number(value: Value, number: Value) -> None:
    assert to_number(value) == number


@pytest.mark.parametrize(("value", "result"), [("true", True), ("0", False), ("1", True), (False, False), (None, None)])
def test_to_bool(value: Value, result: Value) -> None:
    assert to_bool(value) is result


@pytest.mark.parametrize("convert", [to_string, to_number, to_bool, to_list, to_set, to_map])
def test_unknown_and_sensitive_pass_through(convert: object) -> None:
    assert callable(convert)
    assert convert(UNKNOWN) is UNKNOWN
    assert convert(Sensitive(UNKNOWN)) == Sensitive(UNKNOWN)
    assert convert(None) is None


def test_a_mark_stays_outside() -> None:
    assert to_number(Sensitive("1")) == Sensitive(1)
    assert to_set(Sensitive((Sensitive(1),))) == Sensitive(SetValue((1,)))


@pytest.mark.parametrize(
    ("convert", "value", "message"),
    [
        (to_string, (), "A string is needed, and this is a list or tuple."),
        (to_number, "x", 'A number is needed, and the string "x" does not stand for one.'),
        (to_number, True, "A number is needed, and this is a bool."),
        (to_number, "1e999999", "too many digits"),
        (to_bool, "True", 'only "true" and "false" are one, not "True"'),
        (to_bool, 1, "A bool is needed, and this is a number."),
        (to_list, {}, "A list is needed, and this is a map or object."),
        (to_list, (1, True), "There is no type that fits a bool and a number."),
        (to_set, "a", "A set is needed, and this is a string."),
        (to_map, SetValue(()), "A map is needed, and this is a set."),
        (to_map, {"a": 1, "b": (1,)}, "There is no type that fits a list or tuple and a number."),
    ],
)
def test_says_what_does_not_fit(convert: object, value: Value, message: str) -> None:
    assert callable(convert)
    with pytest.raises(ConversionError, match=r"needed|fits|digits") as caught:
        convert(value)
    assert message in str(caught.value)


def test_elements_are_brought_to_one_type() -> None:
    assert to_list((1, "a", True)) == ("1", "a", "true")
    assert to_list(((1,), ("a", "b"))) == (("1",), ("a", "b"))
    assert to_list(({"a": 1}, {"b": "x"})) == ({"a": "1"}, {"b": "x"})
    assert to_list(({"a": 1}, {"a": "x"})) == ({"a": "1"}, {"a": "x"})
    assert to_map({"a": 1, "b": "x"}) == {"a": "1", "b": "x"}


def test_what_stands_beside_something_unknown_may_still_become_a_string() -> None:
    assert to_list((None, 1, UNKNOWN)) == (None, UNKNOWN, UNKNOWN)
    assert to_list(("a", UNKNOWN)) == ("a", UNKNOWN)
    assert to_list((Sensitive(1), UNKNOWN)) == (Sensitive(UNKNOWN), UNKNOWN)
    assert to_map({"a": 0, "b": UNKNOWN, "c": "x"}) == {"a": UNKNOWN, "b": UNKNOWN, "c": "x"}
    assert to_set(({"a": 2}, {"a": 1}, UNKNOWN)) == SetValue((UNKNOWN,))


def test_sets_have_an_order_and_no_repetition() -> None:
    assert to_set((3, 1, 2, 10, 1)) == SetValue((1, 2, 3, 10))
    assert to_set(("b", "a", None, "b")) == SetValue(("a", "b", None))
    assert to_set((True, False)) == SetValue((False, True))
    assert to_set((1, "1")) == SetValue(("1",))
    assert to_list(to_set(("b", "a"))) == ("a", "b")


def test_a_set_with_a_sensitive_element_is_sensitive() -> None:
    assert make_set((Sensitive("a"), "b")) == Sensitive(SetValue(("a", "b")))


@pytest.mark.parametrize(
    ("values", "unified"),
    [
        ((1, 2), (1, 2)),
        ((1, "a", Sensitive(True)), ("1", "a", Sensitive("true"))),
        ((None, UNKNOWN, 1), (None, UNKNOWN, 1)),
        (((1,), ("a",)), (("1",), ("a",))),
        (((1, "a"), ()), (("1", "a"), ())),
        (({"a": {"b": 1}}, {"a": {}}), ({"a": {"b": 1}}, {"a": {}})),
        ((SetValue((1,)), SetValue(("a",))), (SetValue(("1",)), SetValue(("a",)))),
        ((SetValue(("a",)), ("b", "b")), (SetValue(("a",)), SetValue(("b",)))),
        ((Sensitive((1,)), ("a",)), (Sensitive(("1",)), ("a",))),
        (((), ()), ((), ())),
        (({}, {}), ({}, {})),
        ((), ()),
    ],
)
def test_unify(values: tuple[Value, ...], unified: tuple[Value, ...]) -> None:
    assert unify(values) == unified


@pytest.mark.parametrize("values", [(1, True), (1, (1,)), ({"a": 1}, {"a": (1,)}), ((1, (2,)), ()), ({}, SetValue(()))])
def test_values_without_a_common_type(values: tuple[Value, ...]) -> None:
    with pytest.raises(ConversionError):
        unify(values)

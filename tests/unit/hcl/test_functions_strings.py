"""Strings, formats, numbers and conversions."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hcl_functions import PLACE, call, refusal

from towpath.hcl.values import Sensitive, SetValue, Unknown, Value

ENV = Unknown.of('get_env("A")', PLACE)
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("upper", ("straße",), "STRAßE"),
        ("lower", ("ÀİÉ",), "àié"),
        ("title", ("hello foo-bar a_b 1a",), "Hello Foo-Bar A_b 1a"),
        ("substr", ("hello", -3, 2), "ll"),
        ("substr", (f"a{FAMILY}b", 1, 1), FAMILY),
        ("strrev", (f"a{FAMILY}b",), f"b{FAMILY}a"),
        ("trim", ("?!hi?!", "!?"), "hi"),
        ("trimspace", ("\u00a0 a\n",), "a"),
        ("trimprefix", ("aab", "a"), "ab"),
        ("trimsuffix", ("a.tf", ".tf"), "a"),
        ("chomp", ("a\r\n\n",), "a"),
        ("indent", (2, "a\nb\n"), "a\n  b\n  "),
        ("join", (",", ("a", 1, True), SetValue(("x",))), "a,1,true,x"),
        ("split", (",", "a,,b"), ("a", "", "b")),
        ("split", ("", "ab"), ("a", "b")),
        ("startswith", ("abc", "ab"), True),
        ("endswith", ("abc", "ab"), False),
        ("strcontains", ("abc", "b"), True),
        ("abs", (Decimal("-1.5"),), Decimal("1.5")),
        ("ceil", (Decimal("-1.2"),), -1),
        ("floor", (Decimal("-1.2"),), -2),
        ("log", (8, 2), 3),
        ("pow", (2, Decimal("0.5")), Decimal("1.4142135623730951")),
        ("signum", (-3,), -1),
        ("sum", ((Decimal("0.1"), Decimal("0.2")),), Decimal("0.3")),
        ("parseint", ("-fF", 16), -255),
        ("range", (1, 8, 2), (1, 3, 5, 7)),
        ("range", (5, 1), (5, 4, 3, 2)),
        ("range", (0, 1, Decimal("0.5")), (0, Decimal("0.5"))),
        ("tonumber", ("1.50",), Decimal("1.50")),
        ("tostring", (None,), None),
        ("tobool", ("true",), True),
        ("tolist", (SetValue(("a", "b")),), ("a", "b")),
        ("tolist", ((1, "a"),), ("1", "a")),
        ("tomap", ({"a": 1, "b": "x"},), {"a": "1", "b": "x"}),
        ("toset", (("b", "a", "b"),), SetValue(("a", "b"))),
    ],
)
def test_results(name: str, arguments: tuple[Value, ...], result: Value) -> None:
    assert call(name, *arguments) == result


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("join", (",", ("a", None)), "Element 1 is null"),
        ("indent", (-1, "a"), "negative"),
        ("log", (0, 2), "no finite result"),
        ("pow", (-8, Decimal("0.3")), "no finite result"),
        ("pow", (10, 400), "no finite result"),
        ("sum", ((),), "empty list"),
        ("parseint", ("12", 1), "base must be from 2 to 62"),
        ("parseint", ("1_0", 10), "not a whole number in base 10"),
        ("parseint", ("", 10), "not a whole number"),
        ("range", (2000,), "at most 1024"),
        ("range", (1, 5, -1), "leads away"),
        ("substr", ("a", Decimal("0.5"), 1), "whole number"),
        ("tolist", ({},), "cannot be made into a list"),
        ("tomap", ((),), "cannot be made into a map"),
        ("tonumber", ("x",), "number"),
    ],
)
def test_refusals(name: str, arguments: tuple[Value, ...], words: str) -> None:
    assert words in refusal(name, *arguments).detail


@pytest.mark.parametrize(
    ("pattern", "arguments", "text"),
    [
        ("%s-%d-%v", ("a", 3, True), "a-3-true"),
        ("%05d|%-5d|%+d|% d", (7, 7, 7, 7), "00007|7    |+7| 7"),
        ("%x %X %#x %o %b", (255, 255, 255, 8, 5), "ff FF 0xff 10 101"),
        ("%.2f|%8.3f|%e", (Decimal("3.14159"), Decimal("3.14159"), 1234), "3.14|   3.142|1.234000e+03"),
        ("%g|%g|%.2g", (1234567, 123456, 1234), "1.234567e+06|123456|1.2e+03"),
        ("%q %5s|%-5s|%.1s", ('a"b', "é", "é", "éa"), '"a\\"b"     é|é    |é'),
        ("%v %v %#v", ((1, "a", None), {"a": 1}, "x"), '[1,"a",null] {"a":1} "x"'),
        ("%[2]s %[1]s %%", ("a", "b"), "b a %"),
    ],
)
def test_format(pattern: str, arguments: tuple[Value, ...], text: str) -> None:
    assert call("format", pattern, *arguments) == text


@pytest.mark.parametrize(
    ("pattern", "arguments", "words"),
    [
        ("%s", (), "asks for argument 1"),
        ("%s", ("a", "b"), "uses 1"),
        ("%d", (Decimal("1.5"),), "whole numbers only"),
        ("%d", ("x",), "number"),
        ("%z", (1,), "not a verb"),
        ("50%", (), "begins no verb"),
        ("%s", ((1,),), "string"),
        ("%s", (None,), "no text for null"),
        ("%99999s", ("a",), "wider than"),
    ],
)
def test_format_refusals(pattern: str, arguments: tuple[Value, ...], words: str) -> None:
    assert words in refusal("format", pattern, *arguments).detail


def test_formatlist_repeats_what_is_no_list() -> None:
    assert call("formatlist", "%s-%s", ("a", "b"), "x") == ("a-x", "b-x")
    assert call("formatlist", "%s", ()) == ()
    assert "differ in their length" in refusal("formatlist", "%s%s", ("a",), ("b", "c")).detail


def test_tolist_and_tomap_keep_unknown_and_sensitive_elements() -> None:
    assert call("tolist", (ENV, Sensitive("a"))) == (ENV, Sensitive("a"))
    assert call("tomap", {"a": ENV, "b": "x"}) == {"a": ENV, "b": "x"}
    assert call("toset", ("a", ENV)) == ENV
    assert call("toset", ("a", Sensitive("b"))) == Sensitive(SetValue(("a", "b")))


def test_the_sensitive_mark() -> None:
    assert call("sensitive", 1) == Sensitive(1)
    assert call("sensitive", (Sensitive(1),)) == Sensitive((1,))
    assert call("nonsensitive", Sensitive(1)) == 1
    assert call("issensitive", Sensitive(1)) is True
    assert call("issensitive", (Sensitive(1),)) is False

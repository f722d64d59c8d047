from __future__ import annotations

import pytest
from hcl_values import SECRET, UNKNOWN, ev

from towpath.hcl.values import Sensitive, Value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s", "secret"),
        ('"a${s}"', "asecret"),
        ('s == "secret"', True),
        ('s != "x"', True),
        ('[s] == ["secret"]', True),
        ("sensitive(1) + 1", 2),
        ("-sensitive(1)", -1),
        ("!sensitive(true)", False),
        ("sensitive(true) && false", False),
        ("sensitive(1) < 2", True),
        ("sensitive(true) ? 1 : 2", 1),
        ("true ? s : 1", "secret"),
        ("true ? 1 : s", "1"),
        ("sensitive({a = 1}).a", 1),
        ("sensitive([1, 2])[1]", 2),
        ("[1, 2][sensitive(0)]", 1),
        ("sensitive([{a = 1}])[*].a", (1,)),
        ("[for x in sensitive([1]) : x]", (1,)),
        ("[for x in [1] : x if sensitive(true)]", (1,)),
        ("{for x in [s] : x => 1}", {"secret": 1}),
        ("{(s) = 1}", {"secret": 1}),
        ('"%{ if sensitive(true) }a%{ endif }"', "a"),
        ('"%{ for x in [s] }${x}%{ endfor }"', "secret"),
        ("max(sensitive([1, 2])...)", 2),
    ],
)
def test_what_is_made_of_it_is_sensitive(text: str, expected: Value) -> None:
    assert ev(text, s=SECRET) == Sensitive(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[s, 1]", (SECRET, 1)),
        ("{a = s, b = 1}", {"a": SECRET, "b": 1}),
        ("{a = s, b = 1}.b", 1),
        ("[for x in [s, 1] : x]", (SECRET, 1)),
        ("[for x in [s] : 1]", (1,)),
    ],
)
def test_what_stands_beside_it_is_not(text: str, expected: Value) -> None:
    assert ev(text, s=SECRET) == expected


def test_marks_do_not_pile_up() -> None:
    assert ev("sensitive(true) ? s : s", s=SECRET) == SECRET


def test_a_sensitive_condition_that_is_unknown() -> None:
    value = ev("u ? 1 : 2", u=Sensitive(UNKNOWN))
    assert isinstance(value, Sensitive)


def test_is_not_shown_by_accident() -> None:
    assert "secret" not in repr(SECRET)

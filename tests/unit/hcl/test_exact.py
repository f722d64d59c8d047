"""Values kept as text come back as they were."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from towpath.hcl.convert import canonical
from towpath.hcl.exact import exact_text, exact_value
from towpath.hcl.values import Origin, Sensitive, SetValue, Unknown, Value
from towpath.problems import Place

UNKNOWN = Unknown((Origin('get_env("A")', Place("a.hcl", 3, 7, 'x = get_env("A")')), Origin("b")), "c0ffee")
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.just(UNKNOWN),
    st.builds(Sensitive, st.text()),
)
KEYS = st.one_of(st.text(max_size=4), st.sampled_from(["\0unknown", "\0", "\0\0set", "\0sensitive", "\0number"]))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(KEYS, inner, max_size=3),
        st.lists(inner, max_size=3).map(lambda items: SetValue(tuple(items))),
        st.builds(Sensitive, st.dictionaries(KEYS, inner, max_size=2)),
    ),
    max_leaves=12,
)


@given(VALUES)
def test_a_value_comes_back_as_it_was(value: Value) -> None:
    back = exact_value(exact_text(value))
    assert back == value
    assert repr(back) == repr(value)
    assert canonical(back) == canonical(value)


@pytest.mark.parametrize(
    "value",
    [
        {"\0unknown": ((), "")},
        {"\0set": ("a",)},
        {"\0sensitive": "x", "other": 1},
        {"\0\0number": "1"},
        {"a": "\0unknown", "b": UNKNOWN},
    ],
)
def test_a_key_that_looks_like_a_mark_of_ours_is_a_key(value: Value) -> None:
    assert exact_value(exact_text(value)) == value


def test_the_kinds_of_numbers_are_kept() -> None:
    back = exact_value(exact_text((1, True, Decimal("1.50"), 10**300)))
    assert isinstance(back, tuple)
    assert [type(item) for item in back] == [int, bool, Decimal, int]

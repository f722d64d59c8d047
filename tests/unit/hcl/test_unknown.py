"""How unknown values spread, and how they are told apart."""

from __future__ import annotations

import pytest
from hcl_values import UNKNOWN, ev

from towpath.hcl.convert import canonical
from towpath.hcl.values import Origin, Sensitive, Unknown, Value, contains_unknown

OTHER = Unknown.of("other()")


def origins(value: Value) -> list[str]:
    assert isinstance(value, Unknown)
    return [origin.source for origin in value.origins]


@pytest.mark.parametrize(
    "text",
    [
        "u",
        "u + 1",
        "-u",
        "!u",
        "u && true",
        "u || false",
        "u < 1",
        "u == 1",
        "u == null",
        '"a${u}"',
        '"${u}"',
        "u.a.b",
        "u[0]",
        "[1, 2][u]",
        "{a = 1}[u]",
        "u[*].a",
        "u.*.a",
        "u ? 1 : 2",
        "[for x in u : x]",
        "{for x in u : x => x}",
        "[for x in [1, 2] : x if u]",
        "{for x in [1, 2] : u => x...}",
        "{(u) = 1}",
        '"%{ if u }a%{ endif }"',
        '"%{ for x in u }a%{ endfor }"',
        '"%{ for x in [1, u] }${x}%{ endfor }"',
        "max(u...)",
        "[u] == [1]",
    ],
)
def test_is_unknown(text: str) -> None:
    assert origins(ev(text, u=UNKNOWN)) == ["run()"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("false && u", False),
        ("u && false", False),
        ("true || u", True),
        ("u || true", True),
        ("u ? 1 : 1", 1),
        ('u ? "a" : "a"', "a"),
        ("[1, u] == [2, u]", False),
        ("[1] == [1, u]", False),
        ("{a = u} == {b = u}", False),
        ("{a = 1, b = u} != {a = 2, b = u}", True),
        ("[u, 1][1]", 1),
        ("{a = u, b = 2}.b", 2),
        ("[for x in [u, u] : 1]", (1, 1)),
        ("[{a = 1, b = u}][*].a", (1,)),
        ('true ? "a" : u', "a"),
        ("count(u, u)", 2),
    ],
)
def test_is_known_nevertheless(text: str, expected: Value) -> None:
    assert ev(text, u=UNKNOWN) == expected


def test_what_is_around_an_unknown_stays_known() -> None:
    value = ev('{a = [1, u], b = "x"}', u=UNKNOWN)
    assert isinstance(value, dict)
    assert value["b"] == "x"
    assert value["a"] == (1, UNKNOWN)
    assert contains_unknown(value)


def test_origins_are_merged_and_sorted() -> None:
    assert origins(ev('"${v}-${u}-${v}"', u=UNKNOWN, v=OTHER)) == ["other()", "run()"]
    assert origins(ev("u ? v : 1", u=UNKNOWN, v=OTHER)) == ["other()", "run()"]


def test_a_call_that_cannot_be_known_is_its_own_origin() -> None:
    value = ev('"a${run("x")}"')
    assert isinstance(value, Unknown)
    (origin,) = value.origins
    assert origin.source == 'run("x")'
    assert origin.place is not None
    assert origin.place.column == 5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('"${u}-a"', '"${u}-b"'),
        ("u.a", "u.b"),
        ("u[0]", "u[1]"),
        ("u + 1", "u + 2"),
        ("u + 1", "u - 1"),
        ("-u", "u"),
        ("u ? 1 : 2", "u ? 2 : 1"),
        ("[for x in u : x]", "[for x in u : upper(x)]"),
        ("[for x in u : x if x > 1]", "[for x in u : x if x > 2]"),
        ("[for x in [1, 2] : x if u]", "[for x in [1, 3] : x if u]"),
        ("u[*].a", "u[*].b"),
        ("{(u) = 1}", "{(u) = 2}"),
        ('run("a")', 'run("b")'),
        ("run(u)", "run(u, 1)"),
        ("max(1, u...)", "max(2, u...)"),
        ('"%{ for x in u }a%{ endfor }"', '"%{ for x in u }b%{ endfor }"'),
    ],
)
def test_different_computations_of_one_origin_are_different_values(one: str, other: str) -> None:
    assert canonical(ev(one, u=UNKNOWN)) != canonical(ev(other, u=UNKNOWN))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('"${u}-a"', '"${ (u) }-a"'),
        ("u.a", "u . a"),
        ("max(1, u...)", "max( 1,\n  u... )"),
        ('run("a")', 'run( "a" )'),
        ("[for x in u : x]", "[for y in u : (y)]"),
        ("u ? 1 : 2", "(u) ? 1 : 1 + 1"),
    ],
)
def test_other_ways_to_write_it_are_the_same_value(one: str, other: str) -> None:
    assert canonical(ev(one, u=UNKNOWN)) == canonical(ev(other, u=UNKNOWN))


def test_a_value_that_an_expression_uses_is_part_of_the_computation() -> None:
    text = '"${u}-${name}"'
    assert canonical(ev(text, u=UNKNOWN, name="a")) != canonical(ev(text, u=UNKNOWN, name="b"))


def test_merging_one_is_the_same_value() -> None:
    computed = Unknown((Origin("x"),), "abc")
    assert computed.merged() == computed


def test_sensitive_and_unknown_stay_both() -> None:
    value = ev('"a${s}"', s=Sensitive(UNKNOWN))
    assert isinstance(value, Sensitive)
    assert isinstance(value.value, Unknown)

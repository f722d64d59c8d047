from __future__ import annotations

import pytest

from towpath.hcl.parse import parse_expression
from towpath.hcl.references import references


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", []),
        ("a", [("a", (), 1)]),
        ('a.b["c"][0].d', [("a", ("b", "c", 0, "d"), 1)]),
        ("a[b.c].d", [("a", (), 1), ("b", ("c",), 3)]),
        ("a.b[*].c", [("a", ("b",), 1)]),
        ("[for x, y in z.w : x + y.q + v if u[x]]", [("z", ("w",), 14), ("v", (), 30), ("u", (), 35)]),
        ("{for x in x.y : x => x.z}", [("x", ("y",), 11)]),
        ("[for x in a : [for y in x : y]]", [("a", (), 11)]),
        (
            '"${a.b}-${c}%{ for i in l }${i}${k}%{ endfor }"',
            [("a", ("b",), 4), ("c", (), 11), ("l", (), 25), ("k", (), 34)],
        ),
        ("f(a, b...)[c].d", [("a", (), 3), ("b", (), 6), ("c", (), 12)]),
        ("{(k) = v, x = y}", [("k", (), 3), ("v", (), 8), ("y", (), 15)]),
        ("a ? b : !c", [("a", (), 1), ("b", (), 5), ("c", (), 10)]),
        ('"${a}"', [("a", (), 4)]),
        ('"%{ if a }${b}%{ else }${c}%{ endif }"', [("a", (), 8), ("b", (), 13), ("c", (), 26)]),
    ],
)
def test_free_variables_in_the_order_of_the_text(text: str, expected: list[object]) -> None:
    found = references(parse_expression(text))
    assert [(reference.root, reference.path, reference.place.column) for reference in found] == expected


def test_a_long_chain() -> None:
    assert len(references(parse_expression(" || ".join(["a"] * 90)))) == 90

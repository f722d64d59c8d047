from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hcl_values import ev
from hypothesis import given, settings
from hypothesis import strategies as st

from towpath.hcl.convert import canonical, from_json, render, to_json
from towpath.hcl.forms import normal_text
from towpath.hcl.values import Origin, Sensitive, SetValue, Unknown, Value
from towpath.problems import Place

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(normal_text)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.integers(-(10**9), 10**9).map(lambda number: from_json(Decimal(number) / 1000))
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
@settings(max_examples=100)
def test_what_is_rendered_evaluates_to_the_value(value: Value) -> None:
    assert ev(render(value)) == value


@given(VALUES)
@settings(max_examples=50)
def test_what_is_made_json_reads_back(value: Value) -> None:
    text = json.dumps(to_json(value))
    assert canonical(from_json(json.loads(text, parse_float=Decimal))) == canonical(value)


@given(VALUES, VALUES)
@settings(max_examples=50)
def test_canonical_texts_are_equal_exactly_for_equal_values(one: Value, other: Value) -> None:
    assert (canonical(one) == canonical(other)) == (ev(f"{render(one)} == {render(other)}") is True)


def test_render_is_pleasant_to_read() -> None:
    value: Value = {"name": "a", "tags": {"b c": Decimal("1.5")}, "list": (1, True, None), "empty": {}, "none": ()}
    assert render(value) == (
        '{\n  name = "a"\n  tags = {\n    "b c" = 1.5\n  }\n  list = [1, true, null]\n  empty = {}\n  none = []\n}'
    )


def test_long_lists_take_a_line_for_each_element() -> None:
    assert render(("a" * 60, "b" * 60)) == f'[\n  "{"a" * 60}",\n  "{"b" * 60}",\n]'
    assert render(({"a": 1},)) == "[\n  {\n    a = 1\n  },\n]"


def test_render_escapes_what_would_be_a_sequence() -> None:
    assert render('${a} %{b} $ "q" \\ \n\x00') == '"$${a} %%{b} $ \\"q\\" \\\\ \\n\\u0000"'


def test_render_of_sets_marks_and_unknowns() -> None:
    assert render(Sensitive(SetValue((1, 2)))) == "[1, 2]"
    assert render({"a": Unknown.of("run()")}) == "{\n  a = (unknown: run())\n}"


def test_json_masks_unless_told_otherwise() -> None:
    value: Value = {"a": Sensitive("s"), "b": (Sensitive({"c": "s"}),)}
    assert to_json(value) == {"a": "(sensitive)", "b": ["(sensitive)"]}
    assert to_json(value, mask=False) == {"a": "s", "b": [{"c": "s"}]}


def test_json_of_unknowns() -> None:
    value: Unknown = Unknown.of("b()").merged(Unknown.of("a()"))
    assert to_json((value, Unknown())) == ["(unknown: a(), b())", "(unknown)"]
    assert to_json(value, unknown=lambda unknown: len(unknown.origins)) == 2


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (1, 1),
        (Decimal("1.5"), 1.5),
        (Decimal("2E+2"), 200),
        (Decimal("0.1000000000000000000000001"), "0.1000000000000000000000001"),
        (10**30, 10**30),
    ],
)
def test_numbers_in_json(number: Value, shown: Any) -> None:
    assert to_json(number) == shown
    assert type(to_json(number)) is type(shown)


def test_from_json() -> None:
    data = json.loads('{"a": [1, 2.50, true, null, "x"], "b": 3.0, "e\\u0301": 1}', parse_float=Decimal)
    assert from_json(data) == {"a": (1, Decimal("2.50"), True, None, "x"), "b": 3, "é": 1}
    assert from_json(0.1) == Decimal("0.1")
    with pytest.raises(TypeError, match="set is no type of JSON"):
        from_json({1})


def test_canonical_leaves_out_what_does_not_matter() -> None:
    assert canonical({"b": 1, "a": Decimal("1.50")}) == canonical({"a": Decimal("1.5"), "b": Sensitive(1)})
    assert canonical(Unknown((Origin("x", Place("a", 1)),))) == canonical(Unknown.of("x", Place("b", 2)))


def test_canonical_keeps_types_apart() -> None:
    values: list[Value] = [1, "1", True, "true", None, "null", (), {}, SetValue(()), Unknown()]
    texts = [canonical(value) for value in values]
    assert len(set(texts)) == len(texts)

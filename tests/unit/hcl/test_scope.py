from __future__ import annotations

import pytest

from towpath.hcl.scope import Scope
from towpath.hcl.text import SourceText
from towpath.hcl.values import Value
from towpath.problems import Place


def test_a_child_sees_its_own_variables_first_and_then_those_around_it() -> None:
    outer = Scope({"a": 1, "b": 2}, {"f": lambda call: call.name})
    inner = outer.child({"a": 3, "c": 4})
    assert dict(inner.variables) == {"a": 3, "b": 2, "c": 4}
    assert len(inner.variables) == 3
    assert "z" not in inner.variables
    assert inner.functions is outer.functions
    assert dict(outer.variables) == {"a": 1, "b": 2}


def test_a_child_does_not_compute_what_nobody_asks_for() -> None:
    class Costly(dict[str, Value]):
        def __getitem__(self, name: str) -> Value:
            raise AssertionError(f"{name} was asked for")

    child = Scope(Costly(a=1)).child({"b": 2})
    assert child.variables["b"] == 2
    assert "a" in child.variables
    assert list(child.variables) == ["b", "a"]


@pytest.mark.parametrize(
    ("offset", "place"),
    [
        (0, Place("f", 1, 1, "aé")),
        (3, Place("f", 1, 3, "aé")),
        (5, Place("f", 2, 1, "")),
        (7, Place("f", 3, 2, "bc")),
        (8, Place("f", 3, 3, "bc")),
    ],
)
def test_places_of_byte_offsets(offset: int, place: Place) -> None:
    assert SourceText("aé\r\n\nbc".encode(), "f").place(offset) == place


def test_the_place_of_the_end_of_an_empty_file() -> None:
    assert SourceText(b"", "f").place(0) == Place("f", 1, 1, "")

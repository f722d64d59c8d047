"""States and plan files."""

from __future__ import annotations

import io
import json
import zipfile
from decimal import Decimal
from typing import Any

import pytest

from towpath.engines.terraform.state import (
    Output,
    StateMark,
    StateSnapshot,
    digest_outputs,
    exact_json,
    mark_of_plan_file,
    read_outputs,
    read_state,
)
from towpath.problems import ProblemError


def state(**more: Any) -> bytes:
    return json.dumps({"version": 4, "serial": 3, "lineage": "l-1", "outputs": {}, "resources": [], **more}).encode()


@pytest.mark.parametrize("content", [None, b"", b" \n"])
def test_no_state(content: bytes | None) -> None:
    assert read_state(content) == StateSnapshot(StateMark(None, None), {}, is_empty=True)


def test_a_state_with_outputs() -> None:
    outputs = {"id": {"value": "vpc-1", "type": "string"}, "key": {"value": "s", "sensitive": True}}
    found = read_state(state(outputs=outputs))
    assert found.mark == StateMark("l-1", 3)
    assert found.outputs == {"id": Output("vpc-1"), "key": Output("s", sensitive=True)}
    assert not found.is_empty
    assert "'s'" not in repr(found)


def test_a_state_after_everything_was_destroyed_is_empty_but_has_a_serial() -> None:
    found = read_state(state())
    assert (found.is_empty, found.mark.serial) == (True, 3)


def test_resources_without_outputs_are_something() -> None:
    assert not read_state(state(resources=[{"type": "x"}])).is_empty


@pytest.mark.parametrize("content", [b"{", b"[]", b"{}", b'{"encrypted_data": "x"}', b"\x00\xff"])
def test_what_is_no_state(content: bytes) -> None:
    with pytest.raises(ProblemError) as error:
        read_state(content)
    assert error.value.problems[0].id == "state-unreadable"


def plan_file(**members: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name, member in members.items():
            file.writestr(name, member)
    return content.getvalue()


def test_a_plan_file_says_which_state_it_was_made_from() -> None:
    assert mark_of_plan_file(plan_file(tfstate=state())) == StateMark("l-1", 3)
    assert mark_of_plan_file(plan_file(tfstate=state(lineage="", serial=0))) == StateMark()


@pytest.mark.parametrize("content", [b"no zip", plan_file(tfplan=b"x")])
def test_what_is_no_plan_file(content: bytes) -> None:
    with pytest.raises(ProblemError) as error:
        mark_of_plan_file(content)
    assert error.value.problems[0].id == "plan-unreadable"


def test_digests_depend_on_the_value_alone() -> None:
    one = read_outputs(b'{"a": {"value": {"x": 1.0, "y": [true, null]}, "type": "t"}}')
    two = read_outputs(b'{"a": {"value": {"y": [true, null], "x": 1}, "sensitive": true}}')
    other = read_outputs(b'{"a": {"value": {"x": "1", "y": [true, null]}}}')
    assert digest_outputs(one, b"k") == digest_outputs(two, b"k")
    assert digest_outputs(one, b"k") != digest_outputs(other, b"k")
    assert digest_outputs(one, b"k") != digest_outputs(one, b"another key")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": [1, Decimal("2.50")], "a": None}, '{"a":null,"b":[1,2.5]}'),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.1"), "0.1"),
        (True, "true"),
        ("é\n", '"\\u00e9\\n"'),
        (12345678901234567890123, "12345678901234567890123"),
    ],
)
def test_canonical_json(value: Any, text: str) -> None:
    assert exact_json(value) == text

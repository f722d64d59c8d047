"""YAML as plain data that knows where it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from towpath.config.document import read_document


def test_every_value_and_key_knows_its_place() -> None:
    document = read_document(b"a:\n  - x: 1\n    y: [2, 3]\n", "f.yml")
    assert document.data == {"a": [{"x": 1, "y": [2, 3]}]}
    place = document.place(("a", 0, "y", 1))
    assert (place.file, place.line, place.column, place.source) == ("f.yml", 3, 12, "    y: [2, 3]")
    assert document.place(("a", 0, "y"), of_key=True).column == 5
    assert document.place(("a", 0, "nothing", "here")) == document.place(("a", 0))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-12", -12),
        ("012345670123", "012345670123"),
        ("000000000000", "000000000000"),
        ("1.5", 1.5),
        (".inf", ".inf"),
        ("yes", True),
        ("off", False),
        ("~", None),
        ("2026-01-05", "2026-01-05"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("'1'", "1"),
        ("0x1f", "0x1f"),
    ],
)
def test_plain_values_are_what_a_person_means(text: str, value: object) -> None:
    assert read_document(f"a: {text}".encode(), "f.yml").data == {"a": value}


def test_keys_are_always_texts() -> None:
    assert read_document(b"no: 1\n12: 2\n", "f.yml").data == {"no": 1, "12": 2}


def test_merge_keys_and_aliases_are_understood() -> None:
    text = b"base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\nmany:\n  <<: [{x: 8}, {x: 9, z: 0}]\n"
    data = read_document(text, "f.yml").data
    assert data == {"base": {"x": 1, "y": 2}, "use": {"x": 1, "y": 3}, "many": {"x": 8, "z": 0}}


def test_json_may_be_indented_with_tabs() -> None:
    document = read_document(b'{\n\t"a": {\n\t\t"b":1,\n\t\t"c": "x\\ty\\/z"\n\t}\n}', "f.json")
    assert document.data == {"a": {"b": 1, "c": "x\ty/z"}}
    assert document.place(("a", "b")).line == 3


@pytest.mark.parametrize(
    ("content", "problem", "line"),
    [
        (b"a: [1", "yaml-syntax", 1),
        (b"a: 1\n\tb: 2", "yaml-syntax", 2),
        (b"a: 1\n---\nb: 2", "yaml-syntax", 2),
        (b"a: *nowhere", "yaml-syntax", 1),
        (b"ok: 1\nb: \xff", "yaml-syntax", 2),
        (b"a: 1\nb: \x00", "yaml-syntax", 2),
        (b"? [a]\n: 1", "yaml-syntax", 1),
        (b"a: !!python/object:os.system {}", "yaml-tag", 1),
        (b"a: !secret x", "yaml-tag", 1),
        (b"a: 1\nb: 2\na: 3", "duplicate-key", 3),
        (b"a: &a [*a]", "yaml-too-large", None),
        (b"[" * 100_000, "yaml-too-large", None),
        (b"[" * 60 + b"]" * 60, "yaml-too-large", None),
        (b"x" * (1024 * 1024 + 1), "yaml-too-large", None),
    ],
)
def test_what_cannot_be_read_is_a_problem_at_its_line(content: bytes, problem: str, line: int | None) -> None:
    (found,) = read_document(content, "f.yml").problems
    assert (found.id, found.place and found.place.line) == (problem, line)
    assert found.hint


def test_aliases_that_multiply_are_refused() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 10)]
    (problem,) = read_document("\n".join(lines).encode(), "f.yml").problems
    assert problem.id == "yaml-too-large"
    assert problem.hint == "Write the values out instead of repeating aliases."


def test_a_key_that_stands_twice_names_the_first_line() -> None:
    (problem,) = read_document(b"a: 1\nb: 2\na: 3", "f.yml").problems
    assert problem.detail.startswith("a was already set in line 1.")


@given(st.binary(max_size=200) | st.text(alphabet="a: -[]{}&*!|>\n'\"#,?%@\t0", max_size=60).map(str.encode))
def test_no_content_breaks_the_reader(content: bytes) -> None:
    document = read_document(content, "f.yml")
    assert all(problem.place is not None for problem in document.problems)

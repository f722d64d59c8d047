"""What is said of a file that is not valid, and what is read of it nevertheless."""

from __future__ import annotations

from typing import Any

import pytest

from towpath.hcl.parse import parse
from towpath.hcl.syntax import Body


def outline(body: Body) -> dict[str, Any]:
    attributes: dict[str, Any] = {name: item.expression.source for name, item in body.attributes.items()}
    return attributes | {block.type: outline(block.body) for block in body.blocks}


CASES: dict[str, tuple[str, tuple[int, int, str], dict[str, Any]]] = {
    "an open bracket": (
        "locals {\n a = 1\n b = [1,\n c = 3\n}\nx = 1\n",
        (3, 6, "This [ is not closed before the } on line 5."),
        {"locals": {"a": "1", "c": "3"}, "x": "1"},
    ),
    "an open block": ("locals {\n a = 1\nx = 1\n", (1, 8, "This { is never closed."), {"x": "1"}),
    "one bracket too many": ("}\na = 1\n", (1, 1, "This } closes nothing."), {"a": "1"}),
    "an open string": (
        'a = "abc\nb = 2\n',
        (1, 5, "The string that begins here is not closed on its line."),
        {"b": "2"},
    ),
    "an open sequence": (
        'a = "${x"\nb = 1\n',
        (1, 9, "The string that begins here is not closed on its line."),
        {"b": "1"},
    ),
    "a missing value": (
        "locals {\n a = \n c = 3\n}\nx = 1\n",
        (2, 4, "What stands here does not fit: ="),
        {"locals": {"c": "3"}, "x": "1"},
    ),
    "a word alone": ("a = 1\nx y\nb = 2\n", (2, 3, "What stands here does not fit: y"), {"a": "1", "b": "2"}),
    "a missing comma": ("a = [1 2]\nb = 1\n", (1, 5, "What stands here does not fit: [1 2]"), {"b": "1"}),
    "half a conditional": ("a = 1 ? 2\nb = 1\n", (1, 3, "What stands here does not fit: = 1 ? 2"), {"b": "1"}),
    "single quotes": ("a = 'x'\nb = 1\n", (1, 4, ""), {"b": "1"}),
    "a colon": ("a : 1\nb = 2\n", (1, 3, "What stands here does not fit: : 1"), {"b": "2"}),
    "another language": ("if (x) {\n a = 1\n}\nb = 2\n", (1, 4, "What stands here does not fit: (x) {"), {"b": "2"}),
    "two on a line": (
        "a = 1 b = 2\n",
        (1, 7, "Two attributes or blocks share a line here."),
        {"a": "1", "b": "2"},
    ),
    "an operator on the next line": (
        "a = 1\n+ 2\nb = 1\n",
        (2, 1, "The expression goes on after its line's end."),
        {"b": "1"},
    ),
    "a conditional on the next line": (
        "a = {\n x = y ?\n 1 : 2\n}\nb = 1\n",
        (3, 2, "The expression goes on after its line's end."),
        {"b": "1"},
    ),
    "items that run into each other": (
        "a = {x = 1 y = 2}\nb = 1\n",
        (1, 12, "The items of an object run into each other here."),
        {"b": "1"},
    ),
    "a bare path as a key": (
        "a = {b.c = 1}\nb = 1\n",
        (1, 6, "The key of an object must not be a bare path."),
        {"b": "1"},
    ),
    "a computed label": ('x "a${b}" {}\nb = 1\n', (1, 3, "A label cannot be computed."), {"b": "1"}),
    "a hexadecimal number": (
        "a = 0x1\nb = 1\n",
        (1, 5, "0x1 is not a number; only decimal digits make one."),
        {"b": "1"},
    ),
    "an escape that is none": ('a = "\\q"\nb = 1\n', (1, 6, 'What stands here does not fit: \\q"'), {"b": "1"}),
    "a bracket that nothing opened": (
        "x {\n y {\n a = )\n b = 1\n }\n}\nz = 1\n",
        (3, 6, "This ) closes nothing."),
        {"x": {"y": {"b": "1"}}, "z": "1"},
    ),
}


@pytest.mark.parametrize(("text", "expected", "readable"), CASES.values(), ids=CASES)
def test_one_mistake_is_one_problem_and_the_rest_is_read(
    text: str, expected: tuple[int, int, str], readable: dict[str, Any]
) -> None:
    parsed = parse(text.encode(), "a.hcl")
    (problem,) = parsed.problems
    assert (problem.id, problem.summary) == ("hcl-syntax", "The file is not valid HCL")
    assert problem.place is not None
    line, column, detail = expected
    assert (problem.place.file, problem.place.line, problem.place.column) == ("a.hcl", line, column)
    assert problem.place.source == text.split("\n")[line - 1]
    assert detail in problem.detail
    assert outline(parsed.body) == readable


def test_every_mistake_is_told() -> None:
    parsed = parse(b"a = \nb = 1\nc = [\nd = 2\ne = )\nf = 3\n", "a.hcl")
    assert len(parsed.problems) == 3
    assert outline(parsed.body) == {"b": "1", "d": "2", "f": "3"}


def test_what_a_missing_bracket_spoils_is_one_problem() -> None:
    parsed = parse(b"locals {\n a = [\n  1,\n  2\n b = 3\n}\nc = 4\n", "a.hcl")
    (problem,) = parsed.problems
    assert problem.detail == "This [ is not closed before the } on line 6."
    assert outline(parsed.body) == {"locals": {"b": "3"}, "c": "4"}


def test_an_attribute_given_twice_is_a_problem_and_the_first_counts() -> None:
    parsed = parse(b"a = 1\nb {\n}\na = 2\n", "a.hcl")
    (problem,) = parsed.problems
    assert problem.id == "duplicate-attribute"
    assert problem.place is not None
    assert problem.place.line == 4
    assert "line 1" in problem.detail
    assert outline(parsed.body) == {"a": "1", "b": {}}


def test_an_open_heredoc() -> None:
    parsed = parse(b"a = 1\nb = <<EOT\nfoo\n", "a.hcl")
    assert parsed.problems[0].detail == "The heredoc that begins here has no line EOT."
    assert outline(parsed.body) == {"a": "1"}


def test_bytes_that_are_no_text() -> None:
    parsed = parse(b'a = 1\nb = "\xff"\n', "a.hcl")
    assert parsed.problems[0].detail == "The file is not UTF-8 from here on."
    assert "a" in outline(parsed.body)


def test_a_file_that_is_too_large() -> None:
    parsed = parse(b"#" * (8 * 1024 * 1024 + 1), "a.hcl")
    assert [problem.id for problem in parsed.problems] == ["value-too-large"]

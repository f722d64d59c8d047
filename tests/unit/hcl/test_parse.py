from __future__ import annotations

import pytest

from towpath.hcl.parse import parse, parse_expression
from towpath.hcl.syntax import Binary, Block, Body, Conditional, FunctionCall, Literal, Object, Operator, Traversal
from towpath.problems import Place, ProblemError

CONTENT = b"""# The root
include "root" {
  path = find_in_parent_folders("root.hcl") // up
}

resource "a" b "c d" {
  /* nothing
     here */
}

locals {
  name = "vpc"
  long = f(1,
    2)
  x { y = 1 }
}
"""


def body(text: str) -> Body:
    parsed = parse(text.encode(), "a.hcl")
    assert parsed.problems == ()
    return parsed.body


def test_attributes_and_blocks() -> None:
    parsed = parse(CONTENT, "live/a.hcl")
    assert parsed.problems == ()
    assert parsed.file == "live/a.hcl"
    assert [(block.type, block.labels) for block in parsed.body.blocks] == [
        ("include", ("root",)),
        ("resource", ("a", "b", "c d")),
        ("locals", ()),
    ]
    (locals_,) = parsed.body.blocks_of("locals")
    assert list(locals_.body.attributes) == ["name", "long"]
    assert locals_.body.attributes["long"].expression.source == "f(1,\n    2)"
    assert [block.type for block in locals_.body.blocks] == ["x"]


def test_places_count_lines_and_characters_from_one() -> None:
    block: Block = body('b {\n  é = "ü" == naïve\n}\n').blocks[0]
    expression = block.body.attributes["é"].expression
    assert isinstance(expression, Binary)
    assert block.place == Place("a.hcl", 1, 1, "b {")
    assert expression.right.place == Place("a.hcl", 2, 14, '  é = "ü" == naïve')


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "/* */", "\r\n"])
def test_nothing_is_a_file(text: str) -> None:
    parsed = body(text)
    assert (dict(parsed.attributes), parsed.blocks) == ({}, ())


def test_windows_line_ends_and_a_byte_order_mark() -> None:
    assert list(body("\ufeffa = 1\r\nb = 2\r\n").attributes) == ["a", "b"]


def test_conditionals_group_to_the_right() -> None:
    expression = parse_expression("a ? b : c ? d : e ? f : g")
    sources = []
    while isinstance(expression, Conditional):
        sources.append((expression.condition.source, expression.yes.source, expression.source))
        expression = expression.no
    assert sources == [
        ("a", "b", "a ? b : c ? d : e ? f : g"),
        ("c", "d", "c ? d : e ? f : g"),
        ("e", "f", "e ? f : g"),
    ]
    assert expression.source == "g"


@pytest.mark.parametrize(
    ("text", "top"),
    [
        ("a || b && c", Operator.OR),
        ("a && b == c", Operator.AND),
        ("a == b > c", Operator.EQUAL),
        ("a > b + c", Operator.GREATER),
        ("a - b - c", Operator.SUBTRACT),
        ("a + b * c", Operator.ADD),
        ("-a * !b", Operator.MULTIPLY),
        ("a != b", Operator.NOT_EQUAL),
    ],
)
def test_the_weakest_operator_is_on_top(text: str, top: Operator) -> None:
    expression = parse_expression(text)
    assert isinstance(expression, Binary)
    assert expression.operator is top


def test_expressions_know_their_text() -> None:
    expression = parse_expression('merge(a.b["c"][0], { x = 1 }...)')
    assert isinstance(expression, FunctionCall)
    assert (expression.name, expression.expand) == ("merge", True)
    traversal, object_ = expression.arguments
    assert isinstance(traversal, Traversal)
    assert isinstance(object_, Object)
    assert [step.source for step in traversal.steps] == [".b", '["c"]', "[0]"]
    assert object_.items[0].source == "x = 1"
    assert isinstance(object_.items[0].key, Literal)


def test_an_expression_may_take_several_lines() -> None:
    expression = parse_expression("a\n  + b", "t.hcl")
    assert isinstance(expression, Binary)
    assert expression.right.place == Place("t.hcl", 2, 5, "  + b")


@pytest.mark.parametrize("text", ["", " ", "# c", "a b", "1) + (2", "a = 1", "(", ")", "1,", "{", "x...", "a\nb = 1"])
def test_what_is_not_one_expression_is_refused(text: str) -> None:
    with pytest.raises(ProblemError) as caught:
        parse_expression(text)
    assert caught.value.problems[0].id == "hcl-syntax"


def test_line_ends_mean_nothing_within_brackets() -> None:
    parsed = body("a = (1\n + 2)\nb = [1\n + 2]\nc = f(1\n + 2)\nd = x[1\n + 2]\ne = {\n  y = (1\n + 2)\n}\n")
    assert list(parsed.attributes) == ["a", "b", "c", "d", "e"]

"""`try` and `can`."""

from __future__ import annotations

import pytest

from towpath.hcl.evaluate import evaluate
from towpath.hcl.functions import standard_functions
from towpath.hcl.parse import parse_expression
from towpath.hcl.scope import Scope
from towpath.hcl.values import Sensitive, Unknown, Value
from towpath.problems import ProblemError

ENV = Unknown.of('get_env("A")')
VARIABLES: dict[str, Value] = {"local": {"a": 1, "env": ENV, "secret": Sensitive({"key": "x"})}}


def value(text: str) -> Value:
    return evaluate(parse_expression(text), Scope(VARIABLES, standard_functions()))


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("try(local.a, 2)", 1),
        ("try(local.b, 2)", 2),
        ("try(nothing.at.all, upper(null), [][0], 3)", 3),
        ('try(jsondecode("{"), null)', None),
        ("can(local.a)", True),
        ("can(local.b)", False),
        ('can(regex("^a", "b"))', False),
        ("try(local.secret.key, 1)", Sensitive("x")),
        ("can(local.secret.key)", True),
        ('[for key in ["a", "b"] : try(local[key], 0)]', (1, 0)),
    ],
)
def test_what_fails_is_passed_over(text: str, result: Value) -> None:
    assert value(text) == result


def test_an_unknown_value_is_taken_and_depends_on_what_comes_after_it() -> None:
    first, second = value("try(local.env.x, 1)"), value("try(local.env.x, 2)")

    assert isinstance(first, Unknown)
    assert first.origins == ENV.origins
    assert first != second
    assert first == value("try(local.env.x, 1)")


def test_whether_an_unknown_value_can_be_evaluated_is_unknown() -> None:
    result = value("can(local.env.x)")

    assert isinstance(result, Unknown)
    assert result.origins == ENV.origins


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("try()", "one expression or more"),
        ("try([1]...)", "written out"),
        ("can()", "one expression"),
        ("can(1, 2)", "one expression"),
        ("try(local.b, nothing.c)", '(2) There is no such name: Nothing of the name "nothing"'),
    ],
)
def test_refusals(text: str, words: str) -> None:
    with pytest.raises(ProblemError) as raised:
        value(text)

    problem = raised.value.problems[0]
    assert problem.id == "wrong-arguments"
    assert words in problem.detail
    assert problem.place is not None

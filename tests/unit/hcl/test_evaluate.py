"""Expected values were taken from `terraform console`, version 1.11."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hcl_values import FUNCTIONS, ev, problem_of

from towpath.hcl.evaluate import evaluate
from towpath.hcl.parse import parse_expression
from towpath.hcl.scope import Call, Scope
from towpath.hcl.values import SetValue, Value
from towpath.problems import Problem, ProblemError

CASES: list[tuple[str, Value]] = [
    # literals
    ("null", None),
    ("true", True),
    ("012", 12),
    ("1.50", Decimal("1.5")),
    ("1.0", 1),
    ("1e3", 1000),
    ("1E-3", Decimal("0.001")),
    ("1.5e+3", 1500),
    (r'"a\tb\\c\"d\n"', 'a\tb\\c"d\n'),
    (r'"\u00e9\U0001F600"', "é😀"),
    ('"é" == "e\u0301"', True),
    # operators and precedence
    ("2 * 3 - 4 / 2", 4),
    ("1 - 2 - 3", -4),
    ("2 + 3 % 2", 3),
    ("10 % 3 * 2", 2),
    ("-2 * 3", -6),
    ("-5 - -3", -2),
    ("-5 % 3", -2),
    ("5.5 % 2", Decimal("1.5")),
    ("5 % 0", 5),
    ("true || false && false", True),
    ("!true == false", True),
    ("1 + 1 == 2 && 3 > 2", True),
    ("1 == 1 > 2", False),
    ("1 < 2 == true", True),
    ("(1 + 2) * 3", 9),
    ("0.1 + 0.2", Decimal("0.3")),
    ("(1 / 3) * 3", 1),
    ("100000000000000000000000001 + 1", 100000000000000000000000002),
    # conversions of operands
    ('"1" + 1', 2),
    ('1 < "2"', True),
    ('true && "true"', True),
    ('!"true"', False),
    ('-"1"', -1),
    # equality converts nothing
    ('1 == "1"', False),
    ("1 == 1.0", True),
    ("null == null", True),
    ("1 != null", True),
    ('[1] == ["1"]', False),
    ("{a = null} == {a = null}", True),
    ("[] == {}", False),
    # conditionals
    ("true ? 1 : false ? 2 : 3", 1),
    ("false ? 1 : true ? 2 : 3", 2),
    ("false ? 1 : false ? 2 : false ? 3 : 4", 4),
    ("true ? false ? 1 : 2 : 3", 2),
    ('"1" ? 1 : 2', 1),
    ('true ? 1 : "a"', "1"),
    ('true ? [1] : ["a"]', ("1",)),
    ("true ? [1] : []", (1,)),
    ('true ? [1, "a"] : [true]', ("1", "a")),
    ("true ? {a = 1} : {}", {"a": 1}),
    ("true ? {a = 1} : {b = 2}", {"a": 1}),
    ('true ? {a = 1, b = "x"} : {}', {"a": "1", "b": "x"}),
    ('true ? {a = 1} : {a = "x"}', {"a": "1"}),
    ('true ? toset(["a"]) : ["b"]', SetValue(("a",))),
    ("true ? null : 1", None),
    ("true ? [1] : null", (1,)),
    ("true ? 1 : missing", 1),
    ('true ? 1 : "a${missing}"', "1"),
    ('true ? "a" : missing + 1', "a"),
    ('true ? 1 : "a${run()}"', "1"),
    # templates
    ('"a${1.50}"', "a1.5"),
    ('"a${true}"', "atrue"),
    ('"${[1]}"', (1,)),
    ('"${null}"', None),
    ('"$${a} %%{b} $$ %% $a %a $$${1}"', "${a} %{b} $$ %% $a %a $${1}"),
    ('" a ${~ 1 ~} b "', " a1b "),
    ('"%{for x in [1, 2]}${x},%{endfor}"', "1,2,"),
    ('"%{for i, x in ["a"]}${i}${x}%{endfor}"', "0a"),
    ('"%{if true}${1}%{endif}"', "1"),
    ('"%{if false}a%{endif}"', ""),
    ('"a %{~ if true ~} x %{~ else ~} y %{~ endif ~} b"', "axb"),
    ('"${"a${"b"}"}"', "ab"),
    # indices, attributes, splats
    ('[1]["0"]', 1),
    ("[1].0", 1),
    ('{"0" = 1}[0]', 1),
    ('{"0" = 1}.0', 1),
    ("{a = {b = [1, 2]}}.a.b[1]", 2),
    ("(true ? [1] : [])[0]", 1),
    ("[1, 2][*]", (1, 2)),
    ("null[*]", ()),
    ("null.*.a", ()),
    ("{a = 1}.*.a", (1,)),
    ("[{a = [1, 2]}, {a = [3]}].*.a[0]", (1, 2)),
    ("[{a = [1, 2]}, {a = [3]}][*].a[0]", (1, 3)),
    ("[[1, 2], [3]].*.0", (1, 3)),
    ("[[{a = 1}], [{a = 2}]][*][*].a", ((1,), (2,))),
    ('toset(["b"])[*]', ("b",)),
    # objects
    ('{a = 1, "b" = 2, (1 + 1) = 3, "c${1}" : 4}', {"a": 1, "b": 2, "2": 3, "c1": 4}),
    ("{null = 1, true = 2, for = 3, 1.5 = 4}", {"null": 1, "true": 2, "for": 3, "1.5": 4}),
    ('{"a" = 1, "a" = 2}', {"a": 2}),
    ('{(true ? "a" : "b") = 1}', {"a": 1}),
    # for
    ("[for x in [1, 2] : x * 2 if x > 1]", (4,)),
    ("[for i, x in [7] : i]", (0,)),
    ("[for k, v in {b = 1, a = 2} : k]", ("a", "b")),
    ('[for k, v in toset(["b", "a"]) : "${k}${v}"]', ("aa", "bb")),
    ('[for x in [1] : x if "true"]', (1,)),
    ('{for k, v in {a = "x"} : v => k}', {"x": "a"}),
    ("{for x in [1, 1, 2] : x => x...}", {"1": (1, 1), "2": (2,)}),
    ("[for x in [1] : [for x in [2] : x]]", ((2,),)),
    # calls
    ("max([1, 2]...)", 2),
    ("max(3, [1, 2]...)", 3),
    ("max(toset([1, 4])...)", 4),
    ('core::upper("x")', "X"),
    ("count()", 0),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_gives_what_terraform_gives(text: str, expected: Value) -> None:
    value = ev(text)
    assert value == expected
    assert type(value) is type(expected)


PROBLEMS: list[tuple[str, str, int]] = [
    ("null + 1", "invalid-operand", 1),
    ("1 < null", "invalid-operand", 1),
    ("null && true", "invalid-operand", 1),
    ("false && null", "invalid-operand", 1),
    ("!null", "invalid-operand", 1),
    ('"a" < "b"', "invalid-operand", 1),
    ('1 + "x"', "invalid-operand", 1),
    ("-true", "invalid-operand", 1),
    ("1 / 0", "invalid-operand", 1),
    ("null ? 1 : 2", "invalid-condition", 1),
    ('"yes" ? 1 : 2', "invalid-condition", 1),
    ("1 ? 1 : 2", "invalid-condition", 1),
    ("true ? 1 : true", "inconsistent-types", 1),
    ("true ? [1] : !missing", "inconsistent-types", 1),
    ("true ? true : missing - 1", "inconsistent-types", 1),
    ("true ? {a = 1} : {a = [1]}", "inconsistent-types", 1),
    ("[for x in null : x]", "invalid-for", 11),
    ('[for x in "abc" : x]', "invalid-for", 11),
    ("[for x in [1] : x if null]", "invalid-condition", 22),
    ("{for x in [1, 1] : x => x}", "duplicate-key", 20),
    ("{for k in [null] : k => 1}", "invalid-key", 20),
    ("{(null) = 1}", "invalid-key", 3),
    ("{[1] = 1}", "invalid-key", 2),
    ("null.a", "unsupported-attribute", 5),
    ('"abc".x', "unsupported-attribute", 6),
    ("[{a = 1}].a", "unsupported-attribute", 10),
    ("{a = 1}.b", "unsupported-attribute", 8),
    ("null[0]", "invalid-index", 5),
    ('"x"[0]', "invalid-index", 4),
    ('{a = 1}["b"]', "invalid-index", 8),
    ("[1][1]", "invalid-index", 4),
    ("[1][-1]", "invalid-index", 4),
    ("[1][0.5]", "invalid-index", 4),
    ('[1]["x"]', "invalid-index", 4),
    ("[1][null]", "invalid-index", 4),
    ('toset(["a"])[0]', "invalid-index", 13),
    ('"a${null}"', "invalid-template", 5),
    ('"a${[1]}"', "invalid-template", 5),
    ("missing", "unknown-variable", 1),
    ("1 + missing.a", "unknown-variable", 5),
    ("missing(1)", "unknown-function", 1),
    ("max(null...)", "wrong-arguments", 5),
    ("max(1...)", "wrong-arguments", 5),
]


@pytest.mark.parametrize(("text", "kind", "column"), PROBLEMS, ids=[text for text, _, _ in PROBLEMS])
def test_refuses_what_terraform_refuses(text: str, kind: str, column: int) -> None:
    problem = problem_of(text)
    assert problem.id == kind
    assert problem.place is not None
    assert (problem.place.line, problem.place.column, problem.place.source) == (1, column, text)
    assert problem.detail.endswith((".", "`...`."))


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("lcal.a", 'Did you mean "local"?'),
        ("uper(1)", 'Did you mean "upper"?'),
        ("local.nmae", 'Did you mean "name"?'),
        ("zzz", "Correct the name, or define it under `locals`."),
    ],
)
def test_says_what_was_probably_meant(text: str, hint: str) -> None:
    assert problem_of(text, local={"name": 1}).hint == hint


def test_problem_of_a_long_chain_is_at_the_operator_that_failed() -> None:
    assert "+" in problem_of("1 + 2 + true + 3").detail


def test_a_root_is_computed_only_when_it_is_asked_for() -> None:
    asked: list[str] = []

    class Lazy(dict[str, Value]):
        def __getitem__(self, name: str) -> Value:
            asked.append(name)
            return super().__getitem__(name)

    scope = Scope(Lazy(a=1, b=2), FUNCTIONS)
    assert evaluate(parse_expression("[for x in [1] : x + a]"), scope) == (2,)
    assert asked == ["a"]


def test_the_problem_of_a_root_comes_through() -> None:
    class Broken(dict[str, Value]):
        def __getitem__(self, name: str) -> Value:
            raise ProblemError(Problem("broken-root", "A root is broken"))

    with pytest.raises(ProblemError, match="A root is broken"):
        evaluate(parse_expression("a.b"), Scope(Broken(a=1)))


def test_a_function_sees_its_call() -> None:
    seen: list[Call] = []

    def f(call: Call) -> Value:
        seen.append(call)
        return None

    scope = Scope({"a": 1}, {"f": f})
    evaluate(parse_expression('[f(a,\n "x")]'), scope)
    call = seen[0]
    assert (call.name, tuple(call.arguments), call.source) == ("f", (1, "x"), 'f(a,\n "x")')
    assert (call.place.line, call.place.column, call.scope) == (1, 2, scope)

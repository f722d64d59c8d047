"""No input may crash the reader or the evaluator, nor keep it busy for ever."""

from __future__ import annotations

from importlib import import_module

import pytest
from hcl_functions import refusal
from hcl_values import FUNCTIONS, UNKNOWN, ev, problem_of
from hypothesis import example, given, settings
from hypothesis import strategies as st

from towpath.hcl.convert import canonical
from towpath.hcl.evaluate import evaluate
from towpath.hcl.parse import parse, parse_expression
from towpath.hcl.references import references
from towpath.hcl.scope import Scope
from towpath.hcl.syntax import Body, Expression
from towpath.hcl.values import Sensitive, Value
from towpath.problems import Problem, ProblemError

MANY = 5000
DEEP = {
    "parentheses": "(" * MANY + "1" + ")" * MANY,
    "lists": "[" * MANY + "]" * MANY,
    "objects": "{a=" * MANY + "1" + "}" * MANY,
    "negations": "!" * MANY + "true",
    "minus": "- " * MANY + "1",
    "indices": "a[" * MANY + "0" + "]" * MANY,
    "splats": "a" + "[*]" * MANY,
    "calls": "upper(" * MANY + '""' + ")" * MANY,
    "fors": "[for a in b : " * MANY + "1" + "]" * MANY,
    "sums": " + ".join(["1"] * MANY),
    "conditionals": "true ? 1 : " * MANY + "1",
    "directives": '"' + "%{ if true }" * MANY + "%{ endif }" * MANY + '"',
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_what_nests_too_deeply_is_a_problem(text: str) -> None:
    parsed = parse(f"x = {text}\ny = 1\n".encode(), "a.hcl")
    assert [problem.id for problem in parsed.problems] == ["expression-too-deep"]
    assert list(parsed.body.attributes) == ["y"]


def test_blocks_that_nest_too_deeply() -> None:
    parsed = parse(b"a {\n" * MANY + b"}\n" * MANY, "a.hcl")
    assert [problem.id for problem in parsed.problems] == ["expression-too-deep"]


@pytest.mark.parametrize(
    "text", ["(" * MANY, "}" * MANY, '"${' * 500, "<<A\n" * 200, "a ? b : c ? " * 500, "[\n" * 500]
)
def test_what_is_broken_many_times_over(text: str) -> None:
    parsed = parse(f"x = {text}\n".encode(), "a.hcl")
    assert {problem.id for problem in parsed.problems} == {"hcl-syntax"}
    assert len(parsed.problems) <= 20


@pytest.mark.parametrize(
    "text",
    ["[" * 90 + "1" + "]" * 90, "(" * 90 + "1" + ")" * 90, "{a = " * 90 + "1" + "}" * 90, "true ? 1 : " * 90 + "1"],
)
def test_nesting_far_beyond_the_usual_is_evaluated(text: str) -> None:
    assert canonical(ev(text))


def test_long_chains_of_steps() -> None:
    assert problem_of("a" + ".b" * MANY, a={"b": 1}).id == "unsupported-attribute"


def test_the_steps_of_an_evaluation_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("towpath.hcl.evaluate"), "_MOST_STEPS", 10_000)
    digits = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"
    loops = "".join(f"[for x{index} in {digits} : " for index in range(8)) + "1" + "]" * 8
    assert problem_of(loops).id == "value-too-large"


def test_texts_that_grow_are_bounded() -> None:
    variables: dict[str, Value] = {"a": "x" * 1_000_000}
    assert problem_of('"' + "${a}" * 20 + '"', **variables).id == "value-too-large"


def test_sharing_does_not_hide_how_large_a_value_is() -> None:
    def doubled() -> None:
        value: Value = 1
        for _ in range(30):
            value = ev("[v, v]", v=value)

    with pytest.raises(ProblemError, match="larger than Towpath evaluates"):
        doubled()


BIG = "x" * 1_000_000
MANY_BIG = (BIG,) * 1000
NUMBERS = tuple(range(1000))
ALIASES = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(12)
)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("indent", (999_999_999, "a\nb")),
        ("replace", (BIG, "x", BIG)),
        ("replace", (BIG, "/x/", BIG)),
        ("replace", ("x" * 10_000, "/(x+)/", "$1" * 10_000)),
        ("setproduct", (NUMBERS, NUMBERS, NUMBERS, NUMBERS)),
        ("join", (BIG, ("",) * 1000)),
        ("format", ("%[1]s" * 17, BIG)),
        ("formatlist", ("%s%d", BIG, NUMBERS)),
        ("jsonencode", (MANY_BIG,)),
        ("concat", (MANY_BIG, MANY_BIG)),
        ("yamldecode", (ALIASES,)),
        ("parseint", (BIG, 36)),
    ],
)
def test_what_grows_beyond_measure_is_refused_before_it_is_made(name: str, arguments: tuple[Value, ...]) -> None:
    problem = refusal(name, *arguments)
    assert problem.id in ("value-too-large", "wrong-arguments")
    assert problem.place is not None


def test_texts_count_wherever_they_are_shared() -> None:
    assert problem_of("[for n in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] : [big, big]]", big=BIG).id == "value-too-large"


def test_a_value_that_leads_through_itself_is_a_problem() -> None:
    class Endless(dict[str, Value]):
        def __getitem__(self, name: str) -> Value:
            return evaluate(following, scope)

    scope = Scope(Endless(a=1))
    following = parse_expression("a + 1")
    with pytest.raises(ProblemError, match="nested too deeply"):
        evaluate(following, scope)


def outcome(expression: Expression, scope: Scope) -> Value | Problem:
    try:
        return evaluate(expression, scope)
    except ProblemError as error:
        return error.problems[0]


def walk(body: Body) -> None:
    scope = Scope({"a": {"b": (1, "x", None)}, "u": UNKNOWN, "s": Sensitive("s"), "l": (1, 2)}, FUNCTIONS)
    for attribute in body.attributes.values():
        references(attribute.expression)
        result = outcome(attribute.expression, scope)
        if isinstance(result, Problem):
            assert result.place is not None
        else:
            canonical(result)
    for block in body.blocks:
        walk(block.body)


TOKENS = st.sampled_from(
    [
        *("a", "u", "s", "l", "b", "for", "in", "if", "null", "true", "upper", "toset", "1", "0.5", "1e5", "é", "EOT"),
        *(
            "{",
            "}",
            "[",
            "]",
            "(",
            ")",
            "=",
            "=>",
            ":",
            "?",
            ",",
            ".",
            "...",
            "*",
            "[*]",
            ".*",
            "-",
            "+",
            "!",
            "&&",
            "==",
        ),
        *('"', "${", "%{", "~", "%{ if a }", "%{ endif }", "%{ for x in l }", "%{ endfor }", "%{ else }", "$${", "\\"),
        *("\n", " ", "#", "//", "/*", "*/", "<<EOT\n", "<<-EOT\n", "\nEOT\n", "\r\n", "x = ", "b {\n", "\n}\n"),
    ]
)


@given(st.lists(TOKENS, max_size=40).map("".join))
@settings(max_examples=200, deadline=None)
@example('x = "$$${a}"\n')
@example("x = <<-EOT\n${a}\nEOT\n")
@example("x = [for x in l : x if u]...\n")
def test_anything_made_of_tokens_is_read_or_refused(text: str) -> None:
    walk(parse(text.encode(), "a.hcl").body)
    walk(parse(f"x = {text}\n".encode(), "a.hcl").body)


@given(st.binary(max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    walk(parse(content, "a.hcl").body)
    walk(parse(b'x = "' + content + b'"\n', "a.hcl").body)

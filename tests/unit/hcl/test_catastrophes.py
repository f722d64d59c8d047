"""Expressions made to run for ever end soon, with a value or a problem: whatever is repeated, whatever grows."""

from __future__ import annotations

from importlib import import_module
from time import process_time

import pytest
from hcl_functions import DictFunctionFiles
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from towpath.hcl.evaluate import evaluate
from towpath.hcl.functions import standard_functions
from towpath.hcl.parse import parse_expression
from towpath.hcl.scope import Scope
from towpath.hcl.values import Unknown, Value
from towpath.problems import Problem, ProblemError

SECONDS = 20.0
"""Of this process alone; the worst takes a fifth of it."""
FEWER_STEPS = 50_000
BIG_TEXT = "x" * 200_000
ROWS = tuple(tuple(range(1000)) for _ in range(100))
FILES = {
    "loop.tftpl": b"%{ for a in range(1000) }%{ for b in range(1000) }${a}%{ endfor }%{ endfor }",
    "long.tftpl": b"${x} " * 20_000,
}
SCOPE = Scope(
    {
        "text": BIG_TEXT,
        "rows": ROWS,
        "names": {f"name{index}": index for index in range(20_000)},
        "u": Unknown.of("run()"),
    },
    standard_functions(),
    DictFunctionFiles(FILES),
)
OFTEN = "[for i in range(1024) : [for j in range(1000) : {}]]"
REPEATED = (
    "sha512(text)",
    "length(text)",
    '"${text}${j}" == ""',
    "text == upper(text)",
    "rows == [1]",
    "rows == rows",
    "length(rows[*][0])",
    "length(jsonencode(rows))",
    "length(flatten(rows))",
    "(true ? rows : [])[0][0]",
    "try(names.nothing, 0)",
    "can(names.nothing)",
    "i / 3 * 0.1 % 0.7",
    "2.5 / 3",
    'templatefile("loop.tftpl", {})',
    'length(templatefile("long.tftpl", { x = 1 }))',
    'templatestring("$${x}", { x = text })',
    "length(setproduct(range(100), range(100)))",
    'length(sort(split("", substr(text, 0, 100000))))',
    'length(formatlist("%s-%s", range(1000), "x"))',
    'length(replace(text, "/x/", "y"))',
    "length([for k in rows[0] : k])",
    "length(merge(names, names))",
    "u == rows",
    '"${u}${text}"',
)
GROWING = (
    '"' + "%{ for a in range(100) }" * 5 + "x" + "%{ endfor }" * 5 + '"',
    'join("", [for i in range(1000) : join("", [for j in range(1000) : substr(text, 0, 1000)])])',
    'format("%[1]s%[1]s%[1]s", text)',
    "setproduct(range(1000), range(1000), range(1000))",
    "setproduct(rows, rows, rows)",
    'formatlist("%10000s", rows)',
    'replace(replace(text, "x", "xxxxxxxxxx"), "x", "xxxxxxxxxx")',
    "flatten([for i in range(1000) : rows])",
    "concat([for i in range(1000) : rows]...)",
    "merge([for i in range(1000) : names]...)",
    "[for i in range(1000) : names]",
    "{ for i in range(1000) : i => rows }",
    "zipmap(range(1000), [for i in range(1000) : rows])",
    "chunklist(flatten(rows), 1)",
    "jsondecode(jsonencode(rows))",
    "yamldecode(yamlencode(rows))",
    'regexall("x", text)',
    'split("", text)',
    'split("x", text)',
    'indent(1000, join("\\n", range(1024)))',
    'cidrsubnets("10.0.0.0/8", [for i in range(1024) : 16]...)',
    "9" * 3000 + " * " + "9" * 3000,
    "pow(10, 300) * " * 90 + "1",
    "reverse(sort(distinct(flatten([rows, rows]))))",
    "[for row in rows : rows] == [for row in rows : rows]",
)


def outcome(text: str, scope: Scope = SCOPE) -> Value | Problem:
    try:
        return evaluate(parse_expression(text), scope)
    except ProblemError as error:
        return error.problems[0]


def in_time(text: str) -> Value | Problem:
    before = process_time()
    result = outcome(text)
    assert process_time() - before < SECONDS, text
    return result


@pytest.mark.parametrize("text", REPEATED)
def test_what_is_repeated_without_end_is_a_problem(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("towpath.hcl.evaluate"), "_MOST_STEPS", FEWER_STEPS)
    result = in_time(OFTEN.format(text))
    assert isinstance(result, Problem)
    assert (result.id, result.place is not None) == ("value-too-large", True)


@pytest.mark.parametrize("text", GROWING, ids=[text[:40] for text in GROWING])
def test_what_grows_ends_soon(text: str) -> None:
    result = in_time(text)
    if isinstance(result, Problem):
        assert result.id in ("value-too-large", "wrong-arguments", "hcl-syntax", "invalid-operand")
        assert result.place is not None


def _loops(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    over = st.sampled_from(["range(1000)", "rows", "names", "u", "rows[0]", 'split("", text)'])
    return st.one_of(
        st.builds("[for v in {} : {}]".format, over, inner),
        st.builds("{{ for k, v in {} : k => {}... }}".format, over, inner),
        st.builds('"%{{ for v in {} }}${{try({}, "")}}%{{ endfor }}"'.format, over, inner),
        st.builds("[{0}, {0}, {0}]".format, inner),
        st.builds("{}[*]".format, inner),
        st.builds("flatten([{0}, {0}])".format, inner),
        st.builds("jsonencode({})".format, inner),
        st.builds("setproduct({0}, {0})".format, inner),
        st.builds('formatlist("%s%v", {0}, {0})'.format, inner),
        st.builds('join("", flatten([{}]))'.format, inner),
        st.builds("({0} == {0} ? {0} : null)".format, inner),
    )


NESTED = st.recursive(st.sampled_from(["1", "text", "rows", "names", "u", '"a${text}"']), _loops, max_leaves=5)


@given(NESTED)
@settings(max_examples=10, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
def test_whatever_is_nested_ends_soon(text: str) -> None:
    in_time(text)


@pytest.mark.soak
@given(NESTED)
@settings(max_examples=2000, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
def test_whatever_is_nested_ends_soon_many_times(text: str) -> None:
    in_time(text)

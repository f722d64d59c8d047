"""Heredocs and directives. Expected values were taken from `terraform console`, version 1.11."""

from __future__ import annotations

import pytest
from hcl_values import FUNCTIONS, problem_of

from towpath.hcl.evaluate import evaluate
from towpath.hcl.parse import parse
from towpath.hcl.scope import Scope
from towpath.hcl.values import Value

SCOPE = Scope({"x": True, "l": ("p", "q")}, FUNCTIONS)


def value(heredoc: str) -> Value:
    parsed = parse(f"a = {heredoc}".encode(), "a.hcl")
    assert parsed.problems == ()
    return evaluate(parsed.body.attributes["a"].expression, SCOPE)


CASES = {
    "keeps indentation": ("<<EOT\n    foo\n      bar\n  EOT\n", "    foo\n      bar\n"),
    "takes common indentation off": ("<<-EOT\n    foo\n      bar\n\n    baz\n  EOT\n", "foo\n  bar\n\nbaz\n"),
    "blank lines do not count": ("<<-EOT\n    a\n\n \n      b\n   \n    c\n  EOT\n", "a\n\n \n  b\n   \nc\n"),
    "a sequence at the start of a line": (
        "<<-EOT\n      x\n    ${l[0]} x\n      y\n    EOT\n",
        "  x\np x\n  y\n",
    ),
    "tabs are indentation": ("<<-EOT\n\ttab\n\t  tab2\n    EOT\n", "tab\n  tab2\n"),
    "strip markers end with the line": (
        '<<-EOT\n      x ${~ "a" ~}   \n\n      y\n    EOT\n',
        "xa\ny\n",
    ),
    "if and else": (
        "<<-EOT\n    foo\n      %{ if x ~}\n      yes\n      %{ else ~}\n      no\n      %{ endif ~}\n    end\n  EOT\n",
        "foo\n        yes\n      end\n",
    ),
    "for": ("<<EOT\n%{ for i in l ~}\nserver ${i}\n%{ endfor ~}\nEOT\n", "server p\nserver q\n"),
    "for, lines kept": (
        "<<-EOT\n    %{ for i in l }\n    - ${i}\n    %{ endfor }\n    end\n  EOT\n",
        "\n- p\n\n- q\n\nend\n",
    ),
    "empty": ("<<EOT\nEOT\n", ""),
    "one empty line": ("<<EOT\n\nEOT\n", "\n"),
    "escapes are none but for sequences": (
        '<<-EOT\n    $${a} %%{b} \\n "q" \\u00e9 $ % $$ $a\n  EOT\n',
        '${a} %{b} \\n "q" \\u00e9 $ % $$ $a\n',
    ),
    "a longer word is not the marker": ("<<EOT\nEOTX\n  EOT\n", "EOTX\n"),
    "the marker within a line": ("<<EOT\nan EOT\nEOT\n", "an EOT\n"),
    "an expression over several lines": ("<<-EOT\n    ${upper(\n      x\n    )}\n    y\n  EOT\n", "TRUE\ny\n"),
    "what looks like a comment": ("<<EOT\n# a ${x}\n// b\n/* c\nEOT\n", "# a true\n// b\n/* c\n"),
    "windows line ends": ("<<EOT\r\na\r\nEOT\r\n", "a\r\n"),
    "without a last line end": ("<<EOT\na\nEOT", "a\n"),
    "in a list": ('[<<A\nx\nA\n  , "b"]\n', ("x\n", "b")),
    "in another": ("<<A\n${<<B\nq\nB\n}\nA\n", "q\n\n"),
}


@pytest.mark.parametrize(("heredoc", "expected"), CASES.values(), ids=CASES)
def test_heredocs(heredoc: str, expected: Value) -> None:
    assert value(heredoc) == expected


def test_blanks_at_the_edges_of_quoted_text_stay() -> None:
    assert value('"  a ${ x }  b  "') == "  a true  b  "


def test_a_part_that_cannot_be_text_is_named() -> None:
    problem = problem_of('"%{ for i in [1, null] }${i}%{ endfor }"')
    assert (problem.id, problem.place and problem.place.column) == ("invalid-template", 27)


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ('"%{ if true }a"', "does not fit"),
        ('"a%{ endif }"', "does not fit"),
        ('"\\q"', "does not fit"),
        ('"\\ud800"', "is not an escape"),
        ('"a\nb"', "not closed on its line|must end on the line"),
    ],
)
def test_broken_templates_are_problems(text: str, detail: str) -> None:
    problem = problem_of(text)
    assert problem.id == "hcl-syntax"
    assert any(words in problem.detail for words in detail.split("|"))

"""Problems as a compiler prints them."""

from __future__ import annotations

from towpath.problems import Place, Problem, Severity
from towpath.views.problems import problem_lines, problems_lines


def printed(problem: Problem) -> list[str]:
    return [one.plain() for one in problem_lines(problem)]


def test_place_line_caret_detail_and_hint() -> None:
    problem = Problem(
        "unknown-function",
        "There is no such function",
        "Nothing here is called lookupp.",
        Place("dev/vpc/terragrunt.hcl", 12, 11, "  cidr = lookupp(a, b)"),
        "Did you mean lookup?",
        "dev/vpc",
    )
    assert printed(problem) == [
        "error[unknown-function]: There is no such function",
        "   --> dev/vpc/terragrunt.hcl:12:11",
        "   |",
        "12 |   cidr = lookupp(a, b)",
        "   |           ^",
        "   = Nothing here is called lookupp.",
        "   = hint: Did you mean lookup?",
    ]


def test_the_unit_is_said_when_the_place_does_not() -> None:
    problem = Problem("x", "X", place=Place("root.hcl", 1, 1, "a"), unit="dev/vpc", severity=Severity.WARNING)
    assert printed(problem)[0] == "warning[x]: X"
    assert "  = unit: dev/vpc" in printed(problem)


def test_the_caret_stands_under_tabs_and_wide_characters() -> None:
    tabbed = printed(Problem("x", "X", place=Place("f", 1, 2, "\tkey = 1")))
    assert tabbed[3:5] == ["1 |     key = 1", "  |     ^"]
    wide = printed(Problem("x", "X", place=Place("f", 1, 3, "日本x")))
    assert wide[4] == "  |     ^"


def test_a_place_without_a_line() -> None:
    assert printed(Problem("x", "X", "Why.", Place("towpath.yml"))) == ["error[x]: X", " --> towpath.yml", " = Why."]


def test_long_details_are_wrapped_and_lined_up() -> None:
    lines = printed(Problem("x", "X", "word " * 50, hint="do " * 60))
    assert len(lines) > 4
    assert all(len(one) <= 100 for one in lines)
    assert lines[2].startswith("   word")


def test_names_in_problems_cannot_steer_the_terminal() -> None:
    problem = Problem("x", "X", "A \x1b]0;title\x07 b.", Place("a\nb.hcl", 1, 1, "\x1b[31m"))
    assert not any("\x1b" in one or "\x07" in one for one in printed(problem))
    assert " --> a\\nb.hcl:1:1" in printed(problem)[1]


def test_each_problem_once_and_then_how_many() -> None:
    error, warning = Problem("x", "X"), Problem("y", "Y", severity=Severity.WARNING)
    lines = [one.plain() for one in problems_lines([error, error, warning])]
    assert lines == ["error[x]: X", "", "warning[y]: Y", "", "1 error, 1 warning"]
    assert problems_lines([]) == ()

"""Locals: their order, their circles, what they may see."""

from __future__ import annotations

from terragrunt_repositories import config_of, evaluation_of, inputs_of


def test_locals_are_evaluated_in_the_order_in_which_they_need_each_other() -> None:
    unit = """
        locals {
          name   = "${local.prefix}-app"
          prefix = local.parts.env
          parts  = { env = "dev" }
          copy   = merge(local.parts, { name = local.name })
        }
        inputs = local.copy
    """
    assert inputs_of(unit) == {"env": "dev", "name": "dev-app"}
    assert config_of(unit).locals["prefix"] == "dev"


def test_a_circle_is_shown_as_the_circle_once() -> None:
    unit = "locals {\n  a = local.b\n  b = [local.c]\n  c = local.a\n}\ninputs = { a = local.a }"
    evaluation = evaluation_of(unit)
    assert [problem.id for problem in evaluation.problems] == ["locals-cycle"]
    problem = evaluation.problems[0]
    assert problem.detail == "local.a → local.b → local.c → local.a: none of them can be first."
    assert problem.place is not None
    assert problem.place.line == 2


def test_a_local_that_needs_itself_is_a_circle() -> None:
    assert [problem.id for problem in evaluation_of("locals { a = local.a }").problems] == ["locals-cycle"]


def test_a_local_that_fails_is_told_once_however_many_need_it() -> None:
    unit = "locals {\n  a = nope.x\n  b = local.a\n  c = upper(local.b)\n}\ninputs = { a = local.a, c = local.c }"
    problems = evaluation_of(unit).problems
    assert [(problem.id, problem.place.line if problem.place else None) for problem in problems] == [
        ("unknown-variable", 2)
    ]


def test_every_local_that_fails_is_told() -> None:
    unit = "locals {\n  a = nope.x\n  b = 1 / 0\n}"
    assert [problem.place.line if problem.place else None for problem in evaluation_of(unit).problems] == [2, 3]


def test_a_local_can_use_all_others_at_once() -> None:
    assert inputs_of("locals {\n  a = 1\n  all = local\n}\ninputs = local.all") == {"a": 1}


def test_a_local_that_is_null_is_there() -> None:
    assert inputs_of('locals { a = null }\ninputs = { a = local.a == null ? "none" : "some" }') == {"a": "none"}


def test_what_is_tried_may_be_missing() -> None:
    assert inputs_of('locals { a = try(local.absent, "fallback") }\ninputs = { a = local.a }') == {"a": "fallback"}


def test_locals_see_flags_but_no_dependencies() -> None:
    unit = """
        feature "big" { default = true }
        locals { size = feature.big.value ? "large" : "small" }
        inputs = { size = local.size }
    """
    assert inputs_of(unit) == {"size": "large"}
    wrong = 'dependency "vpc" { config_path = "../vpc" }\nlocals { id = dependency.vpc.outputs.id }'
    assert [problem.id for problem in evaluation_of(wrong).problems] == ["unknown-variable"]


def test_a_block_of_locals_stands_once_without_labels_or_blocks() -> None:
    for unit, expected in (
        ("locals { a = 1 }\nlocals { b = 1 }", "duplicate-block"),
        ('locals "x" { a = 1 }', "wrong-labels"),
        ("locals {\n  a {}\n}", "unknown-block"),
    ):
        assert [problem.id for problem in evaluation_of(unit).problems] == [expected]


def test_chains_of_locals_may_be_long() -> None:
    chain = "\n".join(f"a{number} = local.a{number + 1}" for number in range(1500))
    assert inputs_of(f"locals {{\n{chain}\na1500 = 1\n}}\ninputs = {{ a = local.a0 }}") == {"a": 1}

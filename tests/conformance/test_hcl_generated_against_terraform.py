"""Expressions that nobody wrote mean here what `terraform console` says: values, refusals, sensitive marks."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hcl_expressions import Grammar
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from terraform_console import marked_here, marked_there

pytestmark = pytest.mark.skipif(not shutil.which("terraform"), reason="terraform is not on PATH")

GRAMMAR = Grammar()
# Making a batch smaller would ask Terraform again each time, and the expressions are short already.
PHASES = [Phase.generate]
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example, HealthCheck.filter_too_much]


def batches(depth: int, size: int) -> st.SearchStrategy[list[str]]:
    short = GRAMMAR.anything(depth).filter(lambda text: len(text) < 1500)
    return st.lists(short, min_size=size, max_size=size, unique=True)


def check(expressions: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        answers = marked_there(expressions, Path(folder))
    differences = [
        f"{expression}\n  terraform: {expected}\n  here:      {found}"
        for expression, expected in zip(expressions, answers, strict=True)
        if expected is not None and (found := marked_here(expression)) != expected
    ]
    assert not differences, "\n".join(differences)


@given(batches(depth=2, size=40))
@settings(max_examples=8, deadline=None, derandomize=True, phases=PHASES, suppress_health_check=SLOW)
def test_generated_expressions(expressions: list[str]) -> None:
    check(expressions)


@pytest.mark.soak
@given(batches(depth=3, size=40))
@settings(max_examples=400, deadline=None, phases=PHASES, suppress_health_check=SLOW)
def test_many_generated_expressions(expressions: list[str]) -> None:
    check(expressions)

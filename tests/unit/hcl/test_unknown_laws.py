"""Laws of unknown values and sensitive marks, on expressions that nobody wrote.

What is known although something is unknown never contradicts what comes out once it is known: not its value, not its
type, length or keys, not that it is refused. And whatever turns out to be sensitive was sensitive before.

Conditionals are left out: what is unknown in the branch that is not taken may still decide the type, so that 1 becomes
"1". Terraform takes the value as it is, and so do we.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hcl_expressions import Grammar
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from towpath.hcl.convert import to_set
from towpath.hcl.evaluate import evaluate
from towpath.hcl.forms import canonical
from towpath.hcl.functions import standard_functions
from towpath.hcl.marks import bare_deep
from towpath.hcl.parse import parse_expression
from towpath.hcl.scope import Scope
from towpath.hcl.values import SetValue, Unknown, Value, contains_unknown
from towpath.problems import ProblemError

UNKNOWN = Unknown.of("run()")
OTHER = Unknown.of("other()")
VALUES: st.SearchStrategy[Value] = st.sampled_from(
    [
        *(None, True, False, 0, 1, 2, -3, "", "a", "1", "true", "a,b", "${x}", "é\n", (), (1,), ("a", "b"), (None,)),
        *((1, "a", True), ((1,), (2, 3)), {}, {"a": 1}, {"a": "x", "b": 2}, {"a": None}, {"a": (1,)}),
        *(to_set(()), to_set(("b", "a")), to_set((1, 2)), ({"a": 1}, {"a": 2})),
    ]
)
GRAMMAR = Grammar(names=("u", "w"), wild=2, conditionals=False)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example, HealthCheck.filter_too_much]


@dataclass(frozen=True)
class Refused:
    """No value, but a problem."""

    detail: str


def outcome(text: str, u: Value, w: Value) -> Value | Refused:
    try:
        return evaluate(parse_expression(text), Scope({"u": u, "w": w}, standard_functions()))
    except ProblemError as error:
        return Refused(error.problems[0].detail)


def contradicts(before: Value, after: Value) -> bool:
    """Whether what was known, without its marks, cannot have become this."""
    if isinstance(before, Unknown):
        return False
    if isinstance(before, dict) and isinstance(after, dict):
        return before.keys() != after.keys() or any(contradicts(before[key], after[key]) for key in before)
    if isinstance(before, tuple) and isinstance(after, tuple):
        return len(before) != len(after) or any(map(contradicts, before, after))
    if isinstance(before, SetValue) and contains_unknown(before):
        return not isinstance(after, SetValue)
    return canonical(before) != canonical(after)


def check(text: str, u: Value, w: Value) -> None:
    after = outcome(text, u, w)
    if isinstance(after, Refused):
        return
    for before in (outcome(text, UNKNOWN, OTHER), outcome(text, UNKNOWN, w), outcome(text, u, OTHER)):
        assert not isinstance(before, Refused), (text, before, after)
        known, was_sensitive = bare_deep(before)
        value, is_sensitive = bare_deep(after)
        assert not contradicts(known, value), (text, known, value)
        assert was_sensitive or not is_sensitive, (text, before, after)


EXPRESSIONS = st.integers(1, 2).flatmap(GRAMMAR.anything).filter(lambda text: "u" in text or "w" in text)


@given(EXPRESSIONS, VALUES, VALUES)
@example("u && false", True, None)
@example("can([{ a = null }, u].*.a)", True, None)
@example("try(length([u.a]), 0)", 1, None)
@example("try([u.a], {})", 1, None)
@example("length([u, w])", 1, 2)
@example('"%{ if u }a%{ else }a%{ endif }"', True, None)
@example("[for x in [u, w] : 1]", None, None)
@settings(max_examples=300, deadline=None, suppress_health_check=SLOW, phases=[Phase.explicit, Phase.generate])
def test_what_is_known_is_never_contradicted(text: str, u: Value, w: Value) -> None:
    check(text, u, w)


@pytest.mark.soak
@given(st.integers(1, 3).flatmap(GRAMMAR.anything), VALUES, VALUES)
@settings(max_examples=20_000, deadline=None, suppress_health_check=SLOW)
def test_what_is_known_is_never_contradicted_many_times(text: str, u: Value, w: Value) -> None:
    check(text, u, w)

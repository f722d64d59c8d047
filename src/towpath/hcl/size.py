"""How large a value is. Parts that are shared are walked through once and count every time they occur."""

from __future__ import annotations

from typing import Final

from towpath.hcl.evaluate_problems import too_large
from towpath.hcl.syntax import Expression
from towpath.hcl.values import Sensitive, SetValue, Value

__all__ = ["check_size"]

_MOST_VALUES: Final = 1_000_000
_MOST_DEPTH: Final = 200


def check_size(value: Value, expression: Expression) -> None:
    """Raises `ProblemError` when the value is too large or too deep."""
    if isinstance(value, dict | tuple | SetValue | Sensitive) and _weight(value, {}, 0) > _MOST_VALUES:
        raise too_large(
            expression,
            f"The result has more than {_MOST_VALUES} values in it, or is nested more than {_MOST_DEPTH} levels deep.",
        )


def _weight(value: Value, known: dict[int, int], depth: int) -> int:
    if isinstance(value, Sensitive):
        value = value.value
    if not isinstance(value, dict | tuple | SetValue):
        return 1
    if depth > _MOST_DEPTH:
        return _MOST_VALUES + 1
    if id(value) not in known:
        items = value.values() if isinstance(value, dict) else value
        known[id(value)] = min(1 + sum(_weight(item, known, depth + 1) for item in items), _MOST_VALUES + 1)
    return known[id(value)]

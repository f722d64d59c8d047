"""How large a value is. Parts that are shared are walked through once and count every time they occur; of a text every
16 characters count as much as one value.
"""

from __future__ import annotations

from typing import Final

from towpath.hcl.evaluate_problems import too_large
from towpath.hcl.scope import Call
from towpath.hcl.syntax import Expression
from towpath.hcl.values import Sensitive, SetValue, Value

__all__ = ["LONGEST_TEXT", "MOST_VALUES", "check_size"]

MOST_VALUES: Final = 1_000_000
LONGEST_TEXT: Final = 16 * 1024 * 1024
"""Characters."""
_CHARACTERS_OF_ONE: Final = 16
_MOST_DEPTH: Final = 200


def check_size(value: Value, at: Expression | Call) -> None:
    """Raises `ProblemError` when the value is too large or too deep."""
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise too_large(at, f"The text has more than {LONGEST_TEXT} characters.")
    elif isinstance(value, dict | tuple | SetValue | Sensitive) and _weight(value, {}, 0) > MOST_VALUES:
        raise too_large(
            at,
            f"It has more than {MOST_VALUES} values or {LONGEST_TEXT} characters in it, or is nested more than "
            f"{_MOST_DEPTH} levels deep.",
        )


def _weight(value: Value, known: dict[int, int], depth: int) -> int:
    if isinstance(value, Sensitive):
        value = value.value
    if isinstance(value, str):
        return 1 + len(value) // _CHARACTERS_OF_ONE
    if not isinstance(value, dict | tuple | SetValue):
        return 1
    if depth > _MOST_DEPTH:
        return MOST_VALUES + 1
    if id(value) not in known:
        items = value.values() if isinstance(value, dict) else value
        known[id(value)] = min(1 + sum(_weight(item, known, depth + 1) for item in items), MOST_VALUES + 1)
    return known[id(value)]

"""How large a value is. Parts that are shared are walked through once and count every time they occur; of a text every
16 characters count as much as one value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from towpath.hcl.evaluate_problems import too_large
from towpath.hcl.scope import Call
from towpath.hcl.syntax import Expression
from towpath.hcl.values import Sensitive, SetValue, Value
from towpath.problems import ProblemError

__all__ = ["LONGEST_TEXT", "MOST_VALUES", "Survey", "check_size", "larger_than_evaluated", "steps_of"]

MOST_VALUES: Final = 1_000_000
LONGEST_TEXT: Final = 16 * 1024 * 1024
"""Characters."""
_CHARACTERS_OF_ONE: Final = 16
_MOST_DEPTH: Final = 200
_VALUES_OF_A_STEP: Final = 8
_LEAVES: Final = frozenset((str, bool, int, Decimal, type(None)))


def check_size(value: Value, at: Expression | Call) -> int:
    """How many steps of an evaluation the value is worth. Raises `ProblemError` when it is too large or too deep."""
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise too_large(at, f"The text has more than {LONGEST_TEXT} characters.")
        return steps_of(value)
    if type(value) in _LEAVES:
        return 0
    survey = Survey((value,))
    if survey.too_large:
        raise larger_than_evaluated(at)
    return survey.steps


def steps_of(value: Value) -> int:
    """How many steps of an evaluation it is to look at all of the value."""
    if isinstance(value, str):
        return len(value) // (_CHARACTERS_OF_ONE * _VALUES_OF_A_STEP)
    return 0 if type(value) in _LEAVES else Survey((value,)).steps


def larger_than_evaluated(at: Expression | Call) -> ProblemError:
    return too_large(
        at,
        f"It has more than {MOST_VALUES} values or {LONGEST_TEXT} characters in it, or is nested more than "
        f"{_MOST_DEPTH} levels deep.",
    )


class Survey:
    """One look at everything in some values: whether it is too large, and whether anything is unknown or sensitive.
    `steps` is how many steps of an evaluation it is to look once more.
    """

    __slots__ = ("is_plain", "steps", "too_large")

    def __init__(self, values: Sequence[Value]) -> None:
        self.is_plain = True
        weight = self._weight(tuple(values), {}, 0) if values else 0
        self.too_large = weight > MOST_VALUES
        self.steps = weight // _VALUES_OF_A_STEP

    def _weight(self, value: Value, known: dict[int, int], depth: int) -> int:
        """This runs for every call of every function: what is common comes first, and nothing is called for a leaf."""
        if type(value) in _LEAVES:
            return 1 + (len(value) // _CHARACTERS_OF_ONE if isinstance(value, str) else 0)
        if isinstance(value, Sensitive):
            self.is_plain = False
            return self._weight(value.value, known, depth)
        if isinstance(value, dict):
            items: Iterable[Value] = value.values()
        elif isinstance(value, tuple | SetValue):
            items = value
        else:
            self.is_plain = False
            return 1
        if depth > _MOST_DEPTH:
            return MOST_VALUES + 1
        before = known.get(id(value))
        if before is not None:
            return before
        weight = 1 + len(value)
        for item in items:
            if isinstance(item, str):
                weight += len(item) // _CHARACTERS_OF_ONE
            elif type(item) not in _LEAVES:
                weight += self._weight(item, known, depth + 1)
        known[id(value)] = weight = min(weight, MOST_VALUES + 1)
        return weight

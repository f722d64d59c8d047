"""Functions of sets, and the product of lists or sets."""

from __future__ import annotations

from itertools import product
from math import prod

from towpath.hcl.convert import canonical, to_list, to_set
from towpath.hcl.functions.kinds import ANY, PARTS, sequence
from towpath.hcl.functions.registry import ArgumentError, define, must_fit, table
from towpath.hcl.values import SetValue, Value

__all__ = ["SETS"]


def _alike(values: tuple[Value, ...]) -> list[dict[str, Value]]:
    """The elements of every set, by their canonical text, after all have been converted to one type."""
    parts = [sequence(to_list(value)) for value in values]
    elements = iter(sequence(to_list(tuple(element for part in parts for element in part))))
    return [{canonical(element): element for element in (next(elements) for _ in part)} for part in parts]


def _union(*values: Value) -> Value:
    return to_set(tuple(element for part in _alike(values) for element in part.values()))


def _intersection(*values: Value) -> Value:
    first, *others = _alike(values)
    return to_set(tuple(element for key, element in first.items() if all(key in other for other in others)))


def _subtract(first: Value, second: Value) -> Value:
    kept, taken = _alike((first, second))
    return to_set(tuple(element for key, element in kept.items() if key not in taken))


def _product(*values: Value) -> Value:
    if len(values) < 2:
        raise ArgumentError("It needs two lists or sets at least.")
    lists = [sequence(to_list(sequence(value))) for value in values]
    must_fit(values=prod(map(len, lists)) * len(lists))
    tuples = tuple(product(*lists))
    return to_set(tuples) if any(isinstance(value, SetValue) for value in values) else tuples


SETS = table(
    (
        define("setintersection(sets...)", ANY, run=_intersection, least=1),
        define("setproduct(sets...)", PARTS, run=_product, least=2),
        define("setsubtract(set, other_set)", ANY, ANY, run=_subtract),
        define("setunion(sets...)", ANY, run=_union, least=1),
    )
)

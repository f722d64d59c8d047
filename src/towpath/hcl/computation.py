"""How an unknown value was computed, as a digest, so that two different computations of one origin are told apart."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from towpath.hcl.forms import canonical
from towpath.hcl.marks import marked, unknowns
from towpath.hcl.values import Sensitive, SetValue, Unknown, Value, contains_unknown

__all__ = ["computed", "computed_inside"]


def computed(result: Value, operation: str, *operands: Value) -> Value:
    """The result; an unknown one remembers that `operation` made it of `operands`."""
    if isinstance(result, Sensitive):
        return marked(computed(result.value, operation, *operands), True)
    if not isinstance(result, Unknown):
        return result
    # What a function knew of its result stays part of it: the digest of a file that it could not look into, say.
    text = "\0".join((operation, result.computation, *map(canonical, operands)))
    return replace(result, computation=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16])


def computed_inside(result: Value, operation: str, operands: Sequence[Value]) -> Value:
    """The same for the unknown values inside a result; those that were handed in unchanged stay as they are."""
    if isinstance(result, Unknown):
        return computed(result, operation, *operands)
    if not contains_unknown(result):
        return result
    return _replaced(
        result, operation, operands, {id(unknown) for operand in operands for unknown in unknowns(operand)}
    )


def _replaced(value: Value, operation: str, operands: Sequence[Value], given: set[int]) -> Value:
    if isinstance(value, Sensitive):
        return Sensitive(_replaced(value.value, operation, operands, given))
    if isinstance(value, dict):
        return {key: _replaced(item, f"{operation}.{key}", operands, given) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_replaced(item, f"{operation}[{i}]", operands, given) for i, item in enumerate(value))
    if isinstance(value, SetValue):
        return SetValue(tuple(_replaced(item, f"{operation}<>", operands, given) for item in value))
    return computed(value, operation, *operands) if id(value) not in given else value

"""`for` expressions: tuples, objects, objects whose results are grouped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from towpath.hcl.computation import computed
from towpath.hcl.convert import ConversionError, kind_name, to_bool
from towpath.hcl.evaluate_parts import object_key
from towpath.hcl.evaluate_problems import failed
from towpath.hcl.forms import canonical
from towpath.hcl.marks import marked, unknowns
from towpath.hcl.scope import Evaluates, Scope
from towpath.hcl.size import steps_of
from towpath.hcl.syntax import Expression, For
from towpath.hcl.values import SetValue, Unknown, Value, unmark
from towpath.problems import ProblemError

__all__ = ["evaluate_for"]


@dataclass(slots=True)
class _Results:
    """What was gathered. With anything in `unknown`, it is not known which results there are."""

    keys: list[str] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    doubts: list[Value] = field(default_factory=list)
    sensitive: bool = False


def evaluate_for(expression: For, scope: Scope, evaluator: Evaluates) -> Value:
    """The tuple or object that the expression makes. Raises `ProblemError`."""
    collection, sensitive = unmark(evaluator.value(expression.collection, scope))
    if isinstance(collection, Unknown):
        return marked(_of_unknown(collection, expression, scope, evaluator), sensitive)
    results = _Results(sensitive=sensitive)
    for key, value in _entries(collection, expression.collection):
        variables = {expression.value_name: value}
        if expression.key_name is not None:
            variables = {expression.key_name: key, expression.value_name: value}
        _gather(results, expression, scope.child(variables), evaluator)
    if expression.condition is not None and not collection:
        # As in Terraform, a condition that is none is wrong even where there is nothing to decide on.
        with evaluator.unnoted():
            _condition(results, expression, _each(Unknown(), expression, scope), evaluator)
    return marked(_assembled(results, expression), results.sensitive)


def _entries(collection: Value, expression: Expression) -> Iterator[tuple[Value, Value]]:
    if isinstance(collection, tuple):
        yield from enumerate(collection)
    elif isinstance(collection, dict):
        yield from sorted(collection.items())
    elif isinstance(collection, SetValue):
        yield from ((element, element) for element in collection)
    else:
        detail = f"Only a list, tuple, set, map or object can be walked through, and this is {kind_name(collection)}."
        raise failed("invalid-for", expression, detail)


def _of_unknown(collection: Unknown, expression: For, scope: Scope, evaluator: Evaluates) -> Value:
    """What is done to each element belongs to the computation, so it is done to an element that stands for all."""
    each = _each(collection, expression, scope)
    parts = [part for part in (expression.result_key, expression.result, expression.condition) if part is not None]
    done: list[Value] = []
    for part in parts:
        try:
            done.append(evaluator.value(part, each))
        except ProblemError as error:
            done.append(error.problems[0].detail)
    # All of it is looked at, and becomes part of what the computation is known by.
    evaluator.count(sum(map(steps_of, done)))
    merged = collection.merged(*(unknown for value in done for unknown in unknowns(value)))
    return computed(merged, f"for {expression.grouped}", collection, *done)


def _each(collection: Unknown, expression: For, scope: Scope) -> Scope:
    """The scope of an element of which nothing is known."""
    names = [name for name in (expression.key_name, expression.value_name) if name is not None]
    return scope.child({name: computed(collection, f"for {index}", collection) for index, name in enumerate(names)})


def _gather(results: _Results, expression: For, scope: Scope, evaluator: Evaluates) -> None:
    wanted = _condition(results, expression, scope, evaluator)
    if wanted is False:
        return
    key: Value = None
    if expression.result_key is not None:
        key, sensitive = unmark(evaluator.value(expression.result_key, scope))
        results.sensitive = results.sensitive or sensitive
    value = evaluator.value(expression.result, scope)
    uncertain = [part for part in (wanted, key) if isinstance(part, Unknown)]
    if uncertain:
        results.unknown.extend((*uncertain, *unknowns(value)))
        results.doubts.extend((wanted, key, value))
        return
    if expression.result_key is not None:
        results.keys.append(object_key(key, expression.result_key))
    results.values.append(value)


def _condition(results: _Results, expression: For, scope: Scope, evaluator: Evaluates) -> bool | Unknown:
    if expression.condition is None:
        return True
    wanted, sensitive = unmark(evaluator.value(expression.condition, scope))
    results.sensitive = results.sensitive or sensitive
    if wanted is None:
        raise failed("invalid-condition", expression.condition, "The condition is null; it must be true or false.")
    try:
        decision = to_bool(wanted)
    except ConversionError as error:
        raise failed("invalid-condition", expression.condition, str(error)) from error
    return decision if isinstance(decision, Unknown) else bool(decision)


def _assembled(results: _Results, expression: For) -> Value:
    if results.unknown:
        merged = results.unknown[0].merged(*results.unknown[1:])
        return computed(merged, "for", tuple(results.keys), tuple(results.values), tuple(results.doubts))
    if expression.result_key is None:
        return tuple(results.values)
    return _grouped(results) if expression.grouped else _object(results, expression.result_key)


def _grouped(results: _Results) -> Value:
    groups: dict[str, list[Value]] = {}
    for key, value in zip(results.keys, results.values, strict=True):
        groups.setdefault(key, []).append(value)
    return {key: tuple(groups[key]) for key in groups}


def _object(results: _Results, blamed: Expression) -> Value:
    made: dict[str, Value] = {}
    for key, value in zip(results.keys, results.values, strict=True):
        if key in made:
            detail = f"Two elements give the key {canonical(key)}."
            raise failed("duplicate-key", blamed, detail, "Write `...` after the value to collect all of one key.")
        made[key] = value
    return made

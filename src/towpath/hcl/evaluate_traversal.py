"""Attributes, indices and splats."""

from __future__ import annotations

from collections.abc import Sequence

from towpath.hcl.computation import computed
from towpath.hcl.convert import ConversionError, kind_name, to_number, to_string
from towpath.hcl.evaluate_problems import failed, similar
from towpath.hcl.marks import marked
from towpath.hcl.scope import Evaluates, Scope
from towpath.hcl.syntax import AttributeStep, IndexStep, SplatStep, Step, Traversal
from towpath.hcl.values import Sensitive, SetValue, Unknown, Value, unmark

__all__ = ["evaluate_traversal"]


def evaluate_traversal(expression: Traversal, scope: Scope, evaluator: Evaluates) -> Value:
    """The value that the steps lead to. Raises `ProblemError`."""
    return _walk(evaluator.value(expression.root, scope), expression.steps, scope, evaluator)


def _walk(value: Value, steps: Sequence[Step], scope: Scope, evaluator: Evaluates) -> Value:
    for step in steps:
        if isinstance(value, Sensitive):
            value = marked(_walk(value.value, (step,), scope, evaluator), True)
        elif isinstance(step, AttributeStep):
            value = _attribute(value, step)
        elif isinstance(step, IndexStep):
            value = _index(value, evaluator.value(step.key, scope), step)
        elif isinstance(step, SplatStep):
            value = _splat(value, step, scope, evaluator)
    return value


def _attribute(value: Value, step: AttributeStep) -> Value:
    if isinstance(value, dict):
        if step.name in value:
            return value[step.name]
        raise failed("unsupported-attribute", step, _missing(step.name, value), similar(step.name, value))
    if isinstance(value, Unknown):
        return computed(value, f".{step.name}", value)
    raise failed("unsupported-attribute", step, f'{_capital(kind_name(value))} has no attributes, so no "{step.name}".')


def _missing(name: str, value: dict[str, Value]) -> str:
    names = ", ".join(sorted(value)[:10]) + (", …" if len(value) > 10 else "")
    return f'There is no "{name}" here; there is {names}.' if value else f'There is no "{name}" here; it is empty.'


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _index(value: Value, key: Value, step: IndexStep) -> Value:
    bare, sensitive = unmark(key)
    if bare is None:
        raise failed("invalid-index", step, "The index is null.")
    if isinstance(value, Unknown):
        merged = value.merged(bare) if isinstance(bare, Unknown) else value
        return marked(computed(merged, "[]", value, bare), sensitive)
    if not isinstance(value, tuple | dict):
        raise failed("invalid-index", step, _not_indexable(value))
    if isinstance(bare, Unknown):
        return marked(computed(bare, "[]", value, bare), sensitive)
    found = _element(value, bare, step) if isinstance(value, tuple) else _entry(value, bare, step)
    return marked(found, sensitive)


def _not_indexable(value: Value) -> str:
    if isinstance(value, SetValue):
        return "The elements of a set have no index; `tolist` makes a list of it."
    return f"{_capital(kind_name(value))} has nothing that an index could find."


def _element(value: tuple[Value, ...], key: Value, step: IndexStep) -> Value:
    try:
        index = to_number(key)
    except ConversionError as error:
        raise failed("invalid-index", step, f"The index of a list does not fit. {error}") from error
    if not isinstance(index, int):
        raise failed("invalid-index", step, "The index of a list must be a whole number.")
    if not 0 <= index < len(value):
        raise failed("invalid-index", step, f"The index is {index}, and the list has {len(value)} elements.")
    return value[index]


def _entry(value: dict[str, Value], key: Value, step: IndexStep) -> Value:
    try:
        name = str(to_string(key))
    except ConversionError as error:
        raise failed("invalid-index", step, f"The key does not fit. {error}") from error
    if name not in value:
        raise failed("invalid-index", step, _missing(name, value), similar(name, value))
    return value[name]


def _splat(value: Value, step: SplatStep, scope: Scope, evaluator: Evaluates) -> Value:
    """null has no elements; anything that is no list, tuple or set is the only element."""
    if value is None:
        return ()
    if isinstance(value, Unknown):
        each = _walk(value, step.steps, scope, evaluator)
        return computed(value, "[*]", each)
    items = value if isinstance(value, tuple | SetValue) else (value,)
    evaluator.count(len(items))
    found = tuple([_walk(item, step.steps, scope, evaluator) for item in items])
    for item in found:
        evaluator.meet(item)
    return found

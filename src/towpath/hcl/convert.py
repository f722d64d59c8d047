"""Terraform's conversions between types, and the finding of one type for several values.

null and unknown values convert to themselves; a sensitive mark stays where it is. `ConversionError` says what is wrong
in a full sentence, without its place, which callers add.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice

from towpath.hcl.forms import canonical, from_json, render, to_json
from towpath.hcl.numbers import NumberRangeError, number_text, parse_number
from towpath.hcl.values import Sensitive, SetValue, Unknown, Value, is_number, unmark

__all__ = [
    "ConversionError",
    "canonical",
    "from_json",
    "kind_name",
    "make_set",
    "render",
    "to_bool",
    "to_json",
    "to_list",
    "to_map",
    "to_number",
    "to_set",
    "to_string",
    "unify",
]

_BOOLS = {"true": True, "false": False, "1": True, "0": False}
_PRIMITIVES = frozenset(("a bool", "a number", "a string"))


class ConversionError(ValueError):
    """A value cannot become what is asked for."""


def kind_name(value: Value) -> str:
    """What a message calls the type of a value: "a string", "a list or tuple"."""
    bare = unmark(value)[0]
    if bare is None:
        return "null"
    if isinstance(bare, bool):
        return "a bool"
    if is_number(bare):
        return "a number"
    return next(name for types, name in _KINDS if isinstance(bare, types))


_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (str, "a string"),
    (tuple, "a list or tuple"),
    (dict, "a map or object"),
    (SetValue, "a set"),
    (object, "an unknown value"),
)


def _through_marks(convert: Callable[[Value], Value]) -> Callable[[Value], Value]:
    """The conversion for what may be null, unknown or sensitive."""

    def converted(value: Value) -> Value:
        if value is None or isinstance(value, Unknown):
            return value
        if isinstance(value, Sensitive):
            inner = converted(value.value)
            return inner if isinstance(inner, Sensitive) else Sensitive(inner)
        return convert(value)

    return converted


def _string(value: Value) -> Value:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return number_text(value)
    raise ConversionError(f"A string is needed, and this is {kind_name(value)}.")


def _number(value: Value) -> Value:
    if is_number(value):
        return value
    if isinstance(value, str):
        try:
            number = parse_number(value)
        except NumberRangeError as error:
            raise ConversionError(str(error)) from error
        if number is not None:
            return number
        raise ConversionError(f'A number is needed, and the string "{_short(value)}" does not stand for one.')
    raise ConversionError(f"A number is needed, and this is {kind_name(value)}.")


def _bool(value: Value) -> Value:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        if value in _BOOLS:
            return _BOOLS[value]
        raise ConversionError(f'A bool is needed; of strings only "true" and "false" are one, not "{_short(value)}".')
    raise ConversionError(f"A bool is needed, and this is {kind_name(value)}.")


def _list(value: Value) -> Value:
    if isinstance(value, tuple):
        return unify(_open(value))
    if isinstance(value, SetValue):
        return value.elements
    raise ConversionError(f"A list is needed, and this is {kind_name(value)}.")


def _set(value: Value) -> Value:
    if isinstance(value, SetValue):
        return value
    if isinstance(value, tuple):
        return make_set(unify(_open(value)))
    raise ConversionError(f"A set is needed, and this is {kind_name(value)}.")


def _map(value: Value) -> Value:
    if isinstance(value, dict):
        return dict(zip(value, unify(_open(tuple(value.values()))), strict=True))
    raise ConversionError(f"A map is needed, and this is {kind_name(value)}.")


to_string = _through_marks(_string)
"""A bool, number or string as a string."""
to_number = _through_marks(_number)
"""A number, or a string that stands for one, as a number."""
to_bool = _through_marks(_bool)
"""A bool, or one of the strings "true", "false", "1", "0", as a bool."""
to_list = _through_marks(_list)
"""A list, tuple or set as a list, its elements brought to one type."""
to_set = _through_marks(_set)
"""A list, tuple or set as a set, its elements brought to one type."""
to_map = _through_marks(_map)
"""A map or object as a map, its elements brought to one type."""


def make_set(elements: Sequence[Value]) -> Value:
    """The set of these elements, which are of one type; sensitive when one of them is sensitive."""
    bare = [unmark(element) for element in elements]
    unique = {canonical(element): element for element, _ in bare}
    made = SetValue(tuple(unique[key] for key in sorted(unique, key=lambda key: _order(unique[key], key))))
    return Sensitive(made) if any(sensitive for _, sensitive in bare) else made


def _order(element: Value, key: str) -> tuple[int, object]:
    if isinstance(element, bool | str) or is_number(element):
        return 0, element
    return (2 if element is None else 3 if isinstance(element, Unknown) else 1), key


def _open(values: Sequence[Value]) -> Sequence[Value]:
    """Elements that are to have one type. Beside something that is not known yet, a number or what has parts may still
    have to become something else, and is not known either; a string stays what it is.
    """
    unknown = next((bare for bare, _ in map(unmark, values) if isinstance(bare, Unknown)), None)
    return values if unknown is None else tuple(_opened(value, unknown) for value in values)


def _opened(value: Value, unknown: Unknown) -> Value:
    bare, sensitive = unmark(value)
    if bare is None or isinstance(bare, str | Unknown):
        return value
    return Sensitive(unknown) if sensitive else unknown


def unify(values: Sequence[Value]) -> tuple[Value, ...]:
    """All the values, converted to one type. A bool or number beside a string becomes a string; tuples of different
    lengths become lists; objects of different attributes become maps. Raises `ConversionError` when there is no such
    type. (The rules are those of the cty library, on which Terraform stands.)
    """
    known = [bare for bare, _ in map(unmark, values) if bare is not None and not isinstance(bare, Unknown)]
    kinds = {kind_name(value) for value in known}
    if len(kinds) <= 1 and kinds <= _PRIMITIVES:
        return tuple(values)
    if kinds <= _PRIMITIVES and "a string" in kinds:
        return tuple(to_string(value) for value in values)
    if kinds == {"a list or tuple", "a set"}:
        return unify([to_set(value) for value in values])
    if len(kinds) > 1:
        raise ConversionError(f"There is no type that fits {' and '.join(sorted(kinds))}.")
    converted = iter(_unify_alike(known, kinds.pop()))
    return tuple(_filled(value, converted) for value in values)


def _filled(value: Value, converted: Iterator[Value]) -> Value:
    """The next converted value in the place of this one, with its mark."""
    bare, sensitive = unmark(value)
    if bare is None or isinstance(bare, Unknown):
        return value
    following = next(converted)
    return Sensitive(following) if sensitive and not isinstance(following, Sensitive) else following


def _unify_alike(values: Sequence[Value], kind: str) -> list[Value]:
    if kind == "a map or object":
        return _unify_objects([value for value in values if isinstance(value, dict)])
    if kind == "a set":
        groups = [value.elements for value in values if isinstance(value, SetValue)]
        return [make_set(group) for group in _unify_groups(groups)]
    return list(_unify_tuples([value for value in values if isinstance(value, tuple)]))


def _unify_tuples(values: list[tuple[Value, ...]]) -> Iterable[Value]:
    if len({len(value) for value in values}) > 1:
        return _unify_groups(values)
    return zip(*(unify(column) for column in zip(*values, strict=True)), strict=True) if values[0] else values


def _unify_objects(values: list[dict[str, Value]]) -> list[Value]:
    if len({frozenset(value) for value in values}) > 1:
        groups = _unify_groups([tuple(value.values()) for value in values])
        return [dict(zip(value, group, strict=True)) for value, group in zip(values, groups, strict=True)]
    columns = {name: unify([value[name] for value in values]) for name in values[0]}
    return [{name: columns[name][index] for name in value} for index, value in enumerate(values)]


def _unify_groups(groups: Sequence[tuple[Value, ...]]) -> list[tuple[Value, ...]]:
    """All elements of all groups brought to one type, in their groups again."""
    elements = iter(unify([element for group in groups for element in group]))
    return [tuple(islice(elements, len(group))) for group in groups]


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"

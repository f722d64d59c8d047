"""Functions of lists, maps and objects. What is known stays known: the length of a list with an unknown element, the
keys of a map with unknown values, the other keys of a merge.
"""

from __future__ import annotations

from collections.abc import Callable

from towpath.hcl.convert import canonical, kind_name, to_list
from towpath.hcl.functions.graphemes import graphemes
from towpath.hcl.functions.kinds import (
    ANY,
    BOOLS,
    LIST,
    MAP,
    PARTS,
    PARTS_OR_NULL,
    RAW,
    STRING,
    STRINGS,
    WHOLE,
    sequence,
)
from towpath.hcl.functions.registry import ArgumentError, define, table
from towpath.hcl.marks import bare_deep, marked, unknowns
from towpath.hcl.values import SetValue, Unknown, Value, unmark

__all__ = ["COLLECTIONS", "ordered"]


def ordered(value: Value) -> tuple[Value, ...]:
    """The elements of a list or tuple; refuses sets, whose elements have no position."""
    if isinstance(value, tuple):
        return value
    raise ArgumentError(f"It must be a list or tuple, and is {kind_name(value)}.")


def _merged(values: list[Unknown]) -> Unknown:
    return values[0].merged(*values[1:])


def _mapping(value: Value) -> dict[str, Value]:
    if isinstance(value, dict):
        return value
    raise ArgumentError(f"It must be a map or object, and is {kind_name(value)}.")


# Picking


def _lookup(mapping: Value, key: str, *default: Value) -> Value:
    found = _mapping(mapping)
    if key in found:
        return found[key]
    if not default:
        raise ArgumentError(f'The map has no element with the key "{key}", and no default is given.')
    return default[0]


def _element(values: Value, index: int) -> Value:
    elements = ordered(values)
    if not elements:
        raise ArgumentError("An empty list has no elements to take one from.")
    return elements[index % len(elements)]


def _index(values: Value, wanted: Value) -> Value:
    elements, sensitive = bare_deep(ordered(values))
    return marked(_position(sequence(elements), wanted), sensitive)


def _position(elements: tuple[Value, ...], wanted: Value) -> Value:
    passed: list[Unknown] = []
    for position, element in enumerate(elements):
        doubts = list(unknowns(element))
        if not doubts and canonical(element) == canonical(wanted):
            return _merged(passed) if passed else position
        passed.extend(doubts)
    if passed:
        return _merged(passed)
    raise ArgumentError("The list does not have such an element.")


def _contains(values: Value, wanted: Value) -> Value:
    elements, sensitive = bare_deep(sequence(values))
    doubts: list[Unknown] = []
    found = False
    for element in sequence(elements):
        doubts.extend(unknowns(element))
        found = found or canonical(element) == canonical(wanted)
    result: Value = True if found else _merged(doubts) if doubts else False
    return marked(result, sensitive)


def _one(values: Value) -> Value:
    elements = sequence(values)
    if len(elements) > 1:
        raise ArgumentError(f"The list must have no element or one, and has {len(elements)}.")
    return elements[0] if elements else None


def _slice(values: Value, start: int, end: int) -> Value:
    elements = ordered(values)
    if not 0 <= start <= end <= len(elements):
        raise ArgumentError(f"The positions {start} to {end} are not within a list of {len(elements)} elements.")
    return elements[start:end]


def _matchkeys(values: tuple[Value, ...], keys: tuple[Value, ...], wanted: tuple[Value, ...]) -> Value:
    if len(values) != len(keys):
        raise ArgumentError(f"There are {len(values)} values and {len(keys)} keys, which must be as many.")
    # One conversion of both lists makes their elements comparable.
    alike = sequence(to_list(keys + wanted))
    searched = {canonical(item) for item in alike[len(keys) :]}
    return tuple(value for value, key in zip(values, alike, strict=False) if canonical(key) in searched)


# The first that has something


def _coalesce(*arguments: Value) -> Value:
    return _chosen(arguments, _first_filled)


def _coalescelist(*arguments: Value) -> Value:
    return _chosen(arguments, _first_list)


def _chosen(arguments: tuple[Value, ...], choose: Callable[[list[Value]], Value]) -> Value:
    bare = [bare_deep(argument) for argument in arguments]
    chosen = choose([value for value, _ in bare])
    if isinstance(chosen, Unknown):
        # Which one is taken in the end depends on all of them.
        chosen = chosen.merged(*(unknown for value, _ in bare for unknown in unknowns(value)))
    return marked(chosen, any(sensitive for _, sensitive in bare))


def _first_filled(values: list[Value]) -> Value:
    typed = iter(sequence(to_list(tuple(value for value in values if not isinstance(value, Unknown)))))
    for value in values:
        candidate = value if isinstance(value, Unknown) else next(typed)
        if candidate is not None and candidate != "":
            return candidate
    raise ArgumentError("Every argument is null or an empty string.")


def _first_list(values: list[Value]) -> Value:
    first = next((index for index, value in enumerate(values) if isinstance(value, Unknown)), len(values))
    lists = [ordered(value) for value in values[:first]]
    found: Value = next(filter(None, lists), None)
    if found is not None:
        return found
    if first < len(values):
        return values[first]
    raise ArgumentError("Every list is empty.")


# Making one from others


def _merge(*mappings: Value) -> Value:
    result: dict[str, Value] = {}
    for mapping in mappings:
        if mapping is not None:
            result.update(_mapping(mapping))
    return result


def _concat(*values: Value) -> Value:
    return tuple(element for value in values for element in ordered(value))


def _flatten(value: Value) -> Value:
    found: list[Value] = []
    sensitive = _collect(sequence(value), found)
    # Nobody can say how many elements an unknown list would bring.
    holes = [item for item in found if isinstance(item, Unknown)]
    result: Value = _merged(holes) if holes else tuple(found)
    return marked(result, sensitive)


def _collect(elements: tuple[Value, ...], found: list[Value]) -> bool:
    sensitive = False
    for element in elements:
        bare, marked = unmark(element)
        if isinstance(bare, tuple | SetValue):
            sensitive = _collect(sequence(bare), found) or sensitive or marked
        elif isinstance(bare, Unknown):
            found.append(bare)
            sensitive = sensitive or marked
        else:
            found.append(element)
    return sensitive


def _zipmap(keys: tuple[str | None, ...], values: Value) -> Value:
    elements = ordered(values)
    if len(keys) != len(elements):
        raise ArgumentError(f"There are {len(keys)} keys and {len(elements)} values, which must be as many.")
    result: dict[str, Value] = {}
    for key, element in zip(keys, elements, strict=True):
        if key is None:
            raise ArgumentError("A key of a map cannot be null.")
        result[key] = element
    return result


def _transpose(mapping: dict[str, Value]) -> Value:
    result: dict[str, list[Value]] = {}
    for key in sorted(mapping):
        names = STRINGS.convert(mapping[key])
        for name in names:
            if name is None:
                raise ArgumentError("A key of a map cannot be null.")
            result.setdefault(name, []).append(key)
    return {name: tuple(sorted(map(str, result[name]))) for name in sorted(result)}


# Asking and rearranging


def _length(value: Value) -> Value:
    if isinstance(value, str):
        return len(graphemes(value))
    if isinstance(value, tuple | SetValue | dict):
        return len(value)
    raise ArgumentError(f"Only strings, lists, maps and the like have a length; this is {kind_name(value)}.")


def _keys(value: Value) -> Value:
    return tuple(sorted(_mapping(value)))


def _values(value: Value) -> Value:
    mapping = _mapping(value)
    return tuple(mapping[key] for key in sorted(mapping))


def _reverse(value: Value) -> Value:
    return tuple(reversed(sequence(value)))


def _distinct(values: tuple[Value, ...]) -> Value:
    first: dict[str, Value] = {}
    for value in values:
        first.setdefault(canonical(value), value)
    return tuple(first.values())


def _chunklist(values: Value, size: int) -> Value:
    if size < 0:
        raise ArgumentError(f"The size of a chunk must not be negative, and is {size}.")
    elements = sequence(to_list(values))
    if not elements:
        return ()
    step = size or len(elements)
    return tuple(elements[start : start + step] for start in range(0, len(elements), step))


def _compact(values: tuple[str | None, ...]) -> Value:
    return tuple(value for value in values if value)


def _sort(values: tuple[str | None, ...]) -> Value:
    if None in values:
        raise ArgumentError("A null cannot be put in order.")
    return tuple(sorted(value for value in values if value is not None))


def _alltrue(values: tuple[bool | None, ...]) -> Value:
    return all(values)


def _anytrue(values: tuple[bool | None, ...]) -> Value:
    return any(values)


COLLECTIONS = table(
    (
        define("alltrue(list)", BOOLS, run=_alltrue),
        define("anytrue(list)", BOOLS, run=_anytrue),
        define("chunklist(list, size)", PARTS, WHOLE, run=_chunklist),
        define("coalesce(values...)", RAW, run=_coalesce, least=1),
        define("coalescelist(lists...)", RAW, run=_coalescelist, least=1),
        define("compact(list)", STRINGS, run=_compact),
        define("concat(lists...)", PARTS, run=_concat, least=1),
        define("contains(list, value)", PARTS, ANY, run=_contains),
        define("distinct(list)", LIST, run=_distinct),
        define("element(list, index)", PARTS, WHOLE, run=_element),
        define("flatten(list)", PARTS, run=_flatten),
        define("index(list, value)", PARTS, ANY, run=_index),
        define("keys(map)", PARTS, run=_keys),
        define("length(value)", PARTS, run=_length),
        define("lookup(map, key, default...)", PARTS, STRING, RAW, run=_lookup, least=2, most=3),
        define("matchkeys(values, keys, wanted)", LIST, LIST, LIST, run=_matchkeys),
        define("merge(maps...)", PARTS_OR_NULL, run=_merge),
        define("one(list)", PARTS, run=_one),
        define("reverse(list)", PARTS, run=_reverse),
        define("slice(list, start, end)", PARTS, WHOLE, WHOLE, run=_slice),
        define("sort(list)", STRINGS, run=_sort),
        define("transpose(map)", MAP, run=_transpose),
        define("values(map)", PARTS, run=_values),
        define("zipmap(keys, values)", STRINGS, PARTS, run=_zipmap),
    )
)

"""Where two evaluated values differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from towpath.hcl.convert import canonical, to_json
from towpath.hcl.exact import exact_data, is_plain_object, of_data, plain_key
from towpath.hcl.values import Sensitive, Unknown, Value, contains_unknown, unmark

__all__ = ["ABSENT", "Absent", "Difference", "attribute_path", "differences", "look_up"]

_IDENTIFIER = re.compile(r"[^\W\d][\w-]*\Z")

Key = str | int


@dataclass(frozen=True, slots=True)
class Absent:
    """Stands where one side has no value at all, which is not the same as null."""


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Difference:
    """One leaf that differs. `path` are the keys that lead to it; `sensitive`: something around it is marked."""

    path: tuple[Key, ...]
    before: Value | Absent
    after: Value | Absent
    sensitive: bool = False

    @property
    def attribute(self) -> str:
        return attribute_path(self.path)

    @property
    def is_uncertain(self) -> bool:
        """Whether one of the values cannot be known without running something."""
        return any(not isinstance(value, Absent) and contains_unknown(value) for value in (self.before, self.after))

    def before_json(self) -> Any:
        return self._json(self.before)

    def after_json(self) -> Any:
        return self._json(self.after)

    def _json(self, value: Value | Absent) -> Any:
        if isinstance(value, Absent):
            return None
        bare, _ = unmark(value)
        if isinstance(bare, Unknown):
            return to_json(bare)  # the text of a call; what it would give is not there to be masked
        return to_json(Sensitive(value) if self.sensitive and not isinstance(value, Sensitive) else value)


def attribute_path(path: tuple[Key, ...]) -> str:
    """The keys as the language writes them: `inputs.tags["cost-centre/x"].list[2]`."""
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        elif _IDENTIFIER.match(key):
            text += f".{key}" if text else key
        else:
            escaped = key.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{escaped}"]'
    return text


def differences(before: str, after: str) -> tuple[Difference, ...]:
    """The leaves that differ between two objects, which are given as exact text (`hcl.exact`), sorted by path.

    Objects are compared key by key. Lists of equal length whose differing elements are objects or lists are compared
    by index; every other list is one leaf, since a scalar says little without its neighbours. What one side lacks
    altogether is one leaf, however large.
    """
    return tuple(_of_data((), exact_data(before), exact_data(after)))


def look_up(value: Value, path: tuple[Key, ...]) -> Value | Absent:
    """The value that the keys lead to."""
    found = value
    for key in path:
        found, _ = unmark(found)
        inner = _step_into(found, key)
        if isinstance(inner, Absent):
            return ABSENT
        found = inner
    return found


def _step_into(value: Value, key: Key) -> Value | Absent:
    if isinstance(value, dict):
        return value.get(key, ABSENT) if isinstance(key, str) else ABSENT
    if isinstance(value, tuple) and isinstance(key, int) and key < len(value):
        return value[key]
    return ABSENT


def _of_data(path: tuple[Key, ...], before: Any, after: Any) -> Iterator[Difference]:
    """What is the same to the letter is passed over before it is made a value."""
    if before == after:
        return
    if not is_plain_object(before) or not is_plain_object(after):
        yield from _of_values(path, of_data(before), of_data(after), sensitive=False)
        return
    for key in sorted({*before, *after}):
        inner = (*path, plain_key(key))
        if key not in before:
            yield Difference(inner, ABSENT, of_data(after[key]))
        elif key not in after:
            yield Difference(inner, of_data(before[key]), ABSENT)
        else:
            yield from _of_data(inner, before[key], after[key])


def _of_objects(
    path: tuple[Key, ...], before: Mapping[str, Value], after: Mapping[str, Value], *, sensitive: bool
) -> Iterator[Difference]:
    for key in sorted({*before, *after}):
        inner = (*path, key)
        if key not in before:
            yield Difference(inner, ABSENT, after[key], sensitive)
        elif key not in after:
            yield Difference(inner, before[key], ABSENT, sensitive)
        else:
            yield from _of_values(inner, before[key], after[key], sensitive=sensitive)


def _of_values(path: tuple[Key, ...], before: Value, after: Value, *, sensitive: bool) -> Iterator[Difference]:
    if canonical(before) == canonical(after):
        return
    bare_before, marked_before = unmark(before)
    bare_after, marked_after = unmark(after)
    sensitive = sensitive or marked_before or marked_after
    if isinstance(bare_before, dict) and isinstance(bare_after, dict):
        yield from _of_objects(path, bare_before, bare_after, sensitive=sensitive)
    elif isinstance(bare_before, tuple) and isinstance(bare_after, tuple) and _by_index(bare_before, bare_after):
        for index, (one, other) in enumerate(zip(bare_before, bare_after, strict=True)):
            yield from _of_values((*path, index), one, other, sensitive=sensitive)
    else:
        yield Difference(path, before, after, sensitive)


def _by_index(before: tuple[Value, ...], after: tuple[Value, ...]) -> bool:
    if len(before) != len(after):
        return False
    return all(
        (_is_object(one) and _is_object(other)) or canonical(one) == canonical(other)
        for one, other in zip(before, after, strict=True)
    )


def _is_object(value: Value) -> bool:
    return isinstance(unmark(value)[0], dict | tuple)

"""Values as HCL sees them, in Python.

null is `None`; bool is `bool`; a number is `int` where it is whole and `decimal.Decimal` otherwise (never `float`); a
string is `str`; a list or tuple is a Python `tuple`; a set is `SetValue`; a map or object is a `dict` with string keys
that nobody changes after it was made. Two wrappers may stand anywhere a value may:

- `Unknown`: something that cannot be known without running something. It carries where it came from.
- `Sensitive`: a value that must be masked wherever it is shown. Marks are pulled outward: a result that was computed
  from a sensitive value is sensitive. `Sensitive` never holds `Sensitive`; it may hold `Unknown`, never the reverse.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from towpath.problems import Place

__all__ = ["Origin", "Sensitive", "SetValue", "Unknown", "Value", "contains_unknown", "is_number", "unmark"]


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Why a value is unknown: the source text that would have had to be run (`get_env("X")`), and where it stands."""

    source: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that cannot be known here. Origins are sorted and without repetition. `computation` is a digest of how
    the value was computed from them, empty for the origin itself: `"${x}-a"` and `"${x}-b"` have the same origin and
    are not the same value. Two unknowns of the same origins and computation are, as far as comparing commits goes.
    """

    origins: tuple[Origin, ...] = ()
    computation: str = ""

    @staticmethod
    def of(source: str, place: Place | None = None) -> Unknown:
        return Unknown((Origin(source, place),))

    def merged(self, *others: Unknown) -> Unknown:
        """A new unknown that comes from all of these."""
        if not others:
            return Unknown(self.origins, self.computation)
        origins = {origin for unknown in (self, *others) for origin in unknown.origins}
        computations = {unknown.computation for unknown in (self, *others)}
        return Unknown(tuple(sorted(origins, key=_key)), "+".join(sorted(computations - {""})))


def _key(origin: Origin) -> tuple[str, str]:
    return origin.source, repr(origin.place)


@dataclass(frozen=True, slots=True)
class Sensitive:
    """A value that is masked wherever it is shown."""

    value: Value

    def __repr__(self) -> str:
        return "Sensitive(…)"


@dataclass(frozen=True, slots=True)
class SetValue:
    """A set; elements stand in canonical order, without repetition. Made by `hcl.convert.to_set`."""

    elements: tuple[Value, ...]

    def __iter__(self) -> Iterator[Value]:
        return iter(self.elements)

    def __len__(self) -> int:
        return len(self.elements)


Value: TypeAlias = (
    bool | int | Decimal | str | tuple["Value", ...] | dict[str, "Value"] | SetValue | Unknown | Sensitive | None
)


def is_number(value: Value) -> bool:
    """Whether this is a number; in Python a bool is an int, in HCL it is not."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def unmark(value: Value) -> tuple[Value, bool]:
    """The value without its outer sensitive mark, and whether it had one."""
    return (value.value, True) if isinstance(value, Sensitive) else (value, False)


def contains_unknown(value: Value) -> bool:
    """Whether anything in the value, at any depth, is unknown."""
    if isinstance(value, Sensitive):
        return contains_unknown(value.value)
    if isinstance(value, dict):
        items: Iterable[Value] = value.values()
    elif isinstance(value, tuple | SetValue):
        items = value
    else:
        return isinstance(value, Unknown)
    # Most parts are leaves, for which nothing is called.
    return any(type(item) not in _KNOWN_LEAVES and contains_unknown(item) for item in items)


_KNOWN_LEAVES = frozenset((str, bool, int, Decimal, type(None)))

"""Versions and constraints on them, as the engine's `required_version` has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["satisfies"]

_VERSION = re.compile(r"v?(\d+(?:\.\d+)*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?\Z")
_CONSTRAINT = re.compile(r"\s*(=|!=|>=|<=|~>|>|<)?\s*(\S+)\s*\Z")


@dataclass(frozen=True, slots=True)
class _Version:
    numbers: tuple[int, ...]
    prerelease: str

    @property
    def key(self) -> tuple[tuple[int, ...], bool, tuple[tuple[int, int, str], ...]]:
        """A prerelease comes before the release; its numeric parts compare as numbers and before others."""
        padded = (*self.numbers, 0, 0, 0)[: max(3, len(self.numbers))]
        parts = tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in self.prerelease.split("."))
        return padded, not self.prerelease, parts


def _version(text: str) -> _Version:
    found = _VERSION.match(text.strip())
    if found is None:
        raise ValueError(f'"{text}" is not a version.')
    return _Version(tuple(int(number) for number in found[1].split(".")), found[2] or "")


def _pessimistic(version: _Version, bound: _Version) -> bool:
    """`~> 1.2.3` allows what is not lower and differs in the last number given alone; `~> 1.2.3-rc`, prereleases."""
    fixed = bound.numbers[:-1]
    of_one_kind = bool(version.prerelease) or not bound.prerelease
    return of_one_kind and version.key >= bound.key and version.key[0][: len(fixed)] == fixed


_OPERATORS: Mapping[str, Callable[[_Version, _Version], bool]] = MappingProxyType(
    {
        "=": lambda version, bound: version.key == bound.key,
        "!=": lambda version, bound: version.key != bound.key,
        ">": lambda version, bound: version.key > bound.key,
        "<": lambda version, bound: version.key < bound.key,
        ">=": lambda version, bound: version.key >= bound.key,
        "<=": lambda version, bound: version.key <= bound.key,
        "~>": _pessimistic,
    }
)


def satisfies(version: str, constraint: str) -> bool:
    """Whether the version fits every part of the constraint, which commas separate.

    A prerelease fits an order only where the bound is a prerelease of the same numbers. Raises `ValueError`, in a
    full sentence, for what is not a version or a constraint.
    """
    given = _version(version)
    return all(_fits(given, part) for part in constraint.split(","))


def _fits(version: _Version, part: str) -> bool:
    found = _CONSTRAINT.match(part)
    if found is None:
        raise ValueError(f'"{part.strip()}" is not a constraint on versions.')
    operator, bound = found[1] or "=", _version(found[2])
    if version.prerelease and operator not in ("=", "!="):
        same = bound.prerelease and bound.key[0] == version.key[0]
        return bool(same) and _OPERATORS[operator](version, bound)
    return _OPERATORS[operator](version, bound)

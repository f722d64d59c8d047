"""Version numbers and version constraints, as Terraform writes them (`>= 1.6, < 2.0`, `~> 1.5.0`, `!= 1.7.3`)."""

from __future__ import annotations

import re
from typing import TypeAlias

__all__ = ["ConstraintError", "meets"]

_CONDITION = re.compile(r"^\s*(=|!=|>=|<=|>|<|~>)?\s*v?(\d+(?:\.\d+){0,2})(-[0-9A-Za-z.-]+)?\s*$")

_Version: TypeAlias = tuple[int, int, int]


class ConstraintError(ValueError):
    """The text is no version, or no constraint."""


def meets(version: str, constraint: str) -> bool:
    """Whether a version meets every condition. A pre-release (`1.9.0-rc1`) meets only a condition that names it.

    Raises `ConstraintError`.
    """
    numbers, _, release = _parse(version)
    return all(_meets_one(numbers, release, condition) for condition in constraint.split(",") if condition.strip())


def _parse(text: str) -> tuple[_Version, int, str]:
    """The version, how many of its numbers were written, and its pre-release name."""
    found = _CONDITION.match(text)
    if found is None:
        raise ConstraintError(f"{text.strip()!r} is not a version")
    numbers = [int(number) for number in found[2].split(".")]
    written = len(numbers)
    major, minor, patch = numbers + [0] * (3 - written)
    return (major, minor, patch), written, found[3] or ""


def _meets_one(version: _Version, release: str, condition: str) -> bool:
    found = _CONDITION.match(condition)
    if found is None:
        raise ConstraintError(f"{condition.strip()!r} is not a version constraint")
    sign = found[1] or "="
    wanted, written, wanted_release = _parse(condition[found.start(2) :])
    if release or wanted_release:
        same = version == wanted and release == wanted_release
        return not same if sign == "!=" else same and sign in ("=", ">=", "<=", "~>")
    return _compare(sign, version, wanted, written)


def _compare(sign: str, version: _Version, wanted: _Version, written: int) -> bool:
    if sign == "~>":
        kept = max(written - 1, 1)
        return version >= wanted and version[:kept] == wanted[:kept]
    return {
        "=": version == wanted,
        "!=": version != wanted,
        ">=": version >= wanted,
        "<=": version <= wanted,
        ">": version > wanted,
        "<": version < wanted,
    }[sign]

"""Which outputs of dependencies expressions refer to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from towpath.hcl.references import Reference

__all__ = ["OutputsUsed", "all_used", "outputs_used"]

OutputsUsed: TypeAlias = Mapping[str, frozenset[str] | None] | None
"""The names of outputs by dependency; None: any output, or any dependency."""


def outputs_used(references: Iterable[Reference]) -> OutputsUsed:
    """The outputs that references speak of."""
    used: dict[str, frozenset[str] | None] = {}
    for reference in references:
        if reference.root != "dependency":
            continue
        name, output = _named(reference.path)
        if name is None:
            return None
        before = used.get(name, frozenset())
        used[name] = None if output is None or before is None else before | {output}
    return used


def _named(path: tuple[str | int, ...]) -> tuple[str | None, str | None]:
    """The dependency and the output that a reference's path names."""
    name = path[0] if path and isinstance(path[0], str) else None
    output = path[2] if len(path) > 2 and path[1] == "outputs" and isinstance(path[2], str) else None
    return name, output


def all_used(several: Iterable[OutputsUsed]) -> OutputsUsed:
    """What several files use together."""
    together: dict[str, frozenset[str] | None] = {}
    for used in several:
        if used is None:
            return None
        for name, outputs in used.items():
            before = together.get(name, frozenset())
            together[name] = None if outputs is None or before is None else before | outputs
    return together

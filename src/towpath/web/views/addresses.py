"""Addresses of pages. Paths of units have slashes and may have any other character; a browser must not read `.` or `#`
in them as its own.
"""

from __future__ import annotations

from urllib.parse import quote

from towpath.model.paths import UnitPath

__all__ = ["begin_url", "estate_url", "log_url", "quoted", "run_url", "unit_history_url", "unit_in", "unit_url"]

_ROOT = UnitPath(".")


def run_url(run: str) -> str:
    return f"/runs/{quote(run, safe='')}"


def begin_url(kind: str) -> str:
    """Where a run is begun by hand."""
    return f"/begin/{kind}"


def estate_url(repository: str) -> str:
    return f"/estate?repository={quote(repository, safe='')}"


def unit_url(run: str, unit: str) -> str:
    """The page of a unit run."""
    return f"{run_url(run)}/units/{quoted(unit)}"


def log_url(run: str, unit: str) -> str:
    """The whole log of a unit run, to be kept."""
    return f"{run_url(run)}/log/{quoted(unit)}"


def unit_history_url(repository: str, unit: str) -> str:
    """`repository` comes last, in the query: the local one has no name."""
    return f"/units/{quoted(unit)}?repository={quote(repository, safe='')}"


def unit_in(text: str) -> UnitPath:
    """The unit an address names; nothing stands for the one at the repository's root."""
    return UnitPath(text) if text else _ROOT


def quoted(unit: str) -> str:
    """A path segment `.` would be dropped by browsers, so the root's unit is written as nothing."""
    return "" if unit == _ROOT else quote(unit, safe="/", errors="surrogateescape")

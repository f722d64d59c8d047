"""Accounts and units: which commit each unit stands at, and what is not as it should be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from towpath.live import Live, Unit
from towpath.model.listing import PastUnitRun
from towpath.model.paths import UnitPath
from towpath.model.runs import UnitStatus
from towpath.service.seeing import Standing
from towpath.web.views.marks import Mark

__all__ = ["Cell", "Estate", "EstateRow", "Tally", "estate_of", "marks_of"]

OUTSIDE: Final = "no account"
MOST_ROWS: Final = 600

_BEHIND: Final = Mark("behind", "behind", "warn")
_DRIFTED: Final = Mark("drift", "drifted", "bad")
_FAILED: Final = Mark("failed", "failed", "bad")
_PROTECTED: Final = Mark("held", "protected", "info")
_NEW: Final = Mark("pending", "never applied", "warn")
_GONE: Final = Mark("destroyed", "removed", "warn")
_BROKEN: Final = Mark("warning", "broken", "bad")
_CURRENT: Final = Mark("done", "up to date", "good")
_KEYS: Final = {
    "current": _CURRENT,
    "behind": _BEHIND,
    "drifted": _DRIFTED,
    "failed": _FAILED,
    "new": _NEW,
    "removed": _GONE,
    "broken": _BROKEN,
    "protected": _PROTECTED,
}


@dataclass(frozen=True, slots=True)
class AccountHead:
    name: str
    tier: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One unit. `commit` is None while it was never applied."""

    unit: UnitPath
    account: str
    commit: str | None
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class EstateRow:
    """Units of the same name in different accounts."""

    name: str
    cells: tuple[tuple[str, Cell | None], ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many units stand so. `key` is what to filter by."""

    key: str
    mark: Mark
    count: int


@dataclass(frozen=True, slots=True)
class Estate:
    commit: str
    total: int
    accounts: tuple[AccountHead, ...]
    tallies: tuple[Tally, ...]
    rows: tuple[EstateRow, ...]
    hidden: int


def estate_of(live: Live, standing: Standing, text: str = "", only: str = "") -> Estate:
    """`text` filters by a part of a path, an account or a commit; `only` by one of the tallies."""
    cells = list(_cells(live, standing))
    wanted = [cell for cell in cells if _fits(cell, text.strip().lower(), only)]
    accounts = _accounts(live, cells)
    rows = _rows(wanted, accounts)
    return Estate(
        commit=live.commit,
        total=len(cells),
        accounts=accounts,
        tallies=tuple(_tallies(cells)),
        rows=tuple(rows[:MOST_ROWS]),
        hidden=max(0, len(rows) - MOST_ROWS),
    )


def _cells(live: Live, standing: Standing) -> Iterator[Cell]:
    for path in sorted({*live.units, *standing.ledger}):
        unit, entry, latest = live.units.get(path), standing.ledger.get(path), standing.latest.get(path)
        commit = entry.commit if entry else None
        yield Cell(path, _account(live, path, unit, latest), commit, marks_of(standing, path, unit))


def _account(live: Live, path: UnitPath, unit: Unit | None, latest: PastUnitRun | None) -> str:
    """Of a unit that is gone, the one it was in when it was worked on; else the one whose name its folder has."""
    if unit is not None:
        return unit.account.name if unit.account else OUTSIDE
    first = path.partition("/")[0]
    return (latest.unit.account if latest else None) or (first if first in live.accounts else OUTSIDE)


def marks_of(standing: Standing, path: UnitPath, unit: Unit | None) -> tuple[Mark, ...]:
    """What is to be said of the unit, which is None when the head has none; `up to date` when nothing else is."""
    entry, latest = standing.ledger.get(path), standing.latest.get(path)
    found: list[Mark] = []
    if unit is None:
        found.append(_GONE)
    elif any(problem.is_error for problem in unit.problems):
        found.append(_BROKEN)
    elif entry is None:
        found.append(_NEW)
    elif entry.fingerprint != unit.fingerprint:
        found.append(_BEHIND)
    if latest is not None and latest.unit.status is UnitStatus.FAILED:
        found.append(_FAILED)
    if path in standing.drifts:
        found.append(_DRIFTED)
    protected = (_PROTECTED,) if unit is not None and unit.protected else ()
    return (*(found or [_CURRENT]), *protected)


def _fits(cell: Cell, text: str, only: str) -> bool:
    if only and _KEYS.get(only) not in cell.marks:
        return False
    return not text or any(text in part.lower() for part in (cell.unit, cell.account, cell.commit or ""))


def _accounts(live: Live, cells: Iterable[Cell]) -> tuple[AccountHead, ...]:
    tiers = {name: account.deploy_order for name, account in live.accounts.items()}
    named = {cell.account for cell in cells}
    return tuple(AccountHead(name, tiers.get(name, 0)) for name in sorted(named, key=lambda n: (tiers.get(n, 0), n)))


def _rows(cells: Iterable[Cell], accounts: Iterable[AccountHead]) -> list[EstateRow]:
    by_name: dict[str, dict[str, list[Cell]]] = {}
    for cell in cells:
        by_name.setdefault(_name(cell), {}).setdefault(cell.account, []).append(cell)
    heads = [account.name for account in accounts]
    found: list[EstateRow] = []
    for name, members in sorted(by_name.items()):
        deep = max(len(same) for same in members.values())
        found.extend(
            EstateRow(name, tuple((head, _at(members.get(head, []), index)) for head in heads)) for index in range(deep)
        )
    return found


def _at(cells: list[Cell], index: int) -> Cell | None:
    return cells[index] if index < len(cells) else None


def _name(cell: Cell) -> str:
    """The path without the folder that is named like the account: what the unit is called in every account."""
    first, _, rest = cell.unit.partition("/")
    return rest if rest and first == cell.account else cell.unit


def _tallies(cells: Sequence[Cell]) -> Iterator[Tally]:
    counted: Mapping[str, int] = {key: sum(mark in cell.marks for cell in cells) for key, mark in _KEYS.items()}
    for key, mark in _KEYS.items():
        if counted[key] or key == "current":
            yield Tally(key, mark, counted[key])

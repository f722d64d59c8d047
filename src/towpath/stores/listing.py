"""Lists over all repositories of a database: runs, and what happened to units. Fast with very many runs: a page is read
from where the page before ended, and only the runs on it are read whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Select, func, select

from towpath.model.events import Event
from towpath.model.listing import MOST_PAST, ListedRun, PastUnitRun, RunsPage, RunsRequest, TierCount
from towpath.model.paths import UnitPath
from towpath.model.runs import RunStatus, UnitStatus
from towpath.stores.codec import RUN, UNIT_RUN
from towpath.stores.database import Database
from towpath.stores.events import AT_ONCE, events_after, last_sequence
from towpath.stores.schema import latest_units, run_texts, runs, units

__all__ = ["Lists"]

_ESCAPE: Final = "\\"


class Lists:
    """Reads lists. Raises `ProblemError` as `Database` says."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def runs(self, request: RunsRequest) -> RunsPage:
        """A page of runs. Nothing is found in no repository."""
        if not request.repositories:
            return RunsPage(())
        with self._database.reading() as connection:
            ordinals = connection.execute(_wanted(request).limit(request.most + 1)).scalars().all()
            page = ordinals[: request.most]
            found = _listed(connection, page)
        return RunsPage(found, page[-1] if len(ordinals) > len(page) else None)

    def repository_of(self, run: str) -> str | None:
        """Whose run it is; None when there is no such run."""
        with self._database.reading() as connection:
            return connection.execute(select(runs.c.repository).where(runs.c.id == run)).scalar()

    def open_runs(self, repository: str) -> tuple[str, ...]:
        """The ids of the repository's runs that have not ended, oldest first."""
        # Named one by one, an index finds them; all but those that ended would be looked for everywhere.
        open_ones = [status.value for status in RunStatus if not status.is_terminal]
        query = select(runs.c.id).where(runs.c.repository == repository, runs.c.status.in_(open_ones))
        with self._database.reading() as connection:
            return tuple(connection.execute(query.order_by(runs.c.ordinal)).scalars())

    def stood_at(self, repository: str, run: str, unit: UnitPath) -> str | None:
        """The commit that the unit had been applied from when the run began; None when it was not there. What runs
        applied it that are no longer kept is not known."""
        query = _history(repository, unit).where(
            runs.c.ordinal < select(runs.c.ordinal).where(runs.c.id == run).scalar_subquery(),
            units.c.status.in_([status.value for status in (UnitStatus.APPLIED, UnitStatus.DESTROYED)]),
        )
        with self._database.reading() as connection:
            found = _past(connection, query.limit(1))
        last = next(iter(found), None)
        return last.unit.commit if last is not None and last.unit.status is UnitStatus.APPLIED else None

    def latest(self, repository: str) -> Mapping[UnitPath, PastUnitRun]:
        """What was done to each unit by the run that worked on it last."""
        query = (
            select(runs.c.ordinal, runs.c.body.label("run"), units.c.body.label("unit"))
            .select_from(
                latest_units.join(runs, runs.c.id == latest_units.c.run).join(
                    units, (units.c.run == latest_units.c.run) & (units.c.unit == latest_units.c.unit)
                )
            )
            .where(latest_units.c.repository == repository)
        )
        with self._database.reading() as connection:
            found = _past(connection, query)
        return {one.unit.unit: one for one in found}

    def history(self, repository: str, unit: UnitPath, before: int | None = None) -> tuple[PastUnitRun, ...]:
        """What runs did to the unit, newest first, from the run before `before` on."""
        query = _history(repository, unit).limit(MOST_PAST)
        if before is not None:
            query = query.where(runs.c.ordinal < before)
        with self._database.reading() as connection:
            return tuple(_past(connection, query))

    def last_event(self) -> int:
        """The sequence of the last event of all repositories; 0 before the first."""
        with self._database.reading() as connection:
            return last_sequence(connection)

    def events(self, after: int, most: int = AT_ONCE) -> tuple[Event, ...]:
        """Events of all repositories with a greater sequence, in order."""
        with self._database.reading() as connection:
            return tuple(event for _, event in events_after(connection, after, most))


def _wanted(request: RunsRequest) -> Select[Any]:
    """The ordinals of the runs that fit, newest first."""
    query = select(runs.c.ordinal).where(runs.c.repository.in_(request.repositories))
    if request.status is not None:
        query = query.where(runs.c.status == request.status.value)
    if request.author:
        query = query.where(runs.c.author == request.author.lower())
    if request.before is not None:
        query = query.where(runs.c.ordinal < request.before)
    if request.text:
        pattern = f"%{_literal(request.text.lower())}%"
        query = query.join(run_texts, run_texts.c.ordinal == runs.c.ordinal)
        query = query.where(run_texts.c.text.like(pattern, escape=_ESCAPE))
        # In the order of the texts, so that looking ends with the page.
        return query.order_by(run_texts.c.ordinal.desc())
    return query.order_by(runs.c.ordinal.desc())


def _literal(text: str) -> str:
    for character in (_ESCAPE, "%", "_"):
        text = text.replace(character, _ESCAPE + character)
    return text


def _listed(connection: Connection, ordinals: Sequence[int]) -> tuple[ListedRun, ...]:
    query = select(runs.c.ordinal, runs.c.repository, runs.c.body).where(runs.c.ordinal.in_(ordinals))
    rows = connection.execute(query.order_by(runs.c.ordinal.desc())).all()
    read = [(row.ordinal, row.repository, RUN.load(row.body)) for row in rows]
    tiers = _tiers(connection, [run.id for _, _, run in read])
    return tuple(ListedRun(repository, ordinal, run, tiers.get(run.id, ())) for ordinal, repository, run in read)


def _tiers(connection: Connection, ids: Sequence[str]) -> Mapping[str, tuple[TierCount, ...]]:
    """How the units of these runs stand, tier by tier."""
    counted = func.count().label("units")
    query = select(units.c.run, units.c.tier, units.c.account, units.c.status, counted)
    query = query.where(units.c.run.in_(ids), units.c.joined)
    query = query.group_by(units.c.run, units.c.tier, units.c.account, units.c.status)
    found: dict[str, dict[int, list[Any]]] = {}
    for row in connection.execute(query):
        found.setdefault(row.run, {}).setdefault(row.tier, []).append(row)
    return {run: tuple(_tier(tier, rows) for tier, rows in sorted(tiers.items())) for run, tiers in found.items()}


def _tier(tier: int, rows: Iterable[Any]) -> TierCount:
    statuses: dict[UnitStatus, int] = {}
    accounts: set[str] = set()
    for row in rows:
        status = UnitStatus(row.status)
        statuses[status] = statuses.get(status, 0) + row.units
        accounts |= {row.account} if row.account is not None else set()
    return TierCount(tier, tuple(sorted(accounts)), statuses)


def _history(repository: str, unit: UnitPath) -> Select[Any]:
    """What runs did to the unit, newest first."""
    return (
        select(runs.c.ordinal, runs.c.body.label("run"), units.c.body.label("unit"))
        .join(runs, runs.c.id == units.c.run)
        .where(units.c.unit == unit, units.c.joined, runs.c.repository == repository)
        .order_by(runs.c.ordinal.desc())
    )


def _past(connection: Connection, query: Select[Any]) -> Iterable[PastUnitRun]:
    rows = connection.execute(query).all()
    read = {row.ordinal: RUN.load(row.run) for row in rows}
    return [PastUnitRun(row.ordinal, read[row.ordinal], UNIT_RUN.load(row.unit)) for row in rows]

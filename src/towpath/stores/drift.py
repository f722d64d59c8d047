"""Units that are not any more as they were applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection, delete, insert, select

from towpath.model.paths import UnitPath
from towpath.model.watching import Drift
from towpath.stores import schema
from towpath.stores.codec import DRIFT
from towpath.stores.database import Database

__all__ = ["DriftStore", "write_drift"]


class DriftStore:
    """Reading what drifted in a repository. It is written only together with the end of an attempt, by
    `RunTransaction`."""

    def __init__(self, database: Database, repository: str = "") -> None:
        self._database = database
        self._repository = repository

    def entries(self) -> Mapping[UnitPath, Drift]:
        """All units that drifted, sorted by path."""
        drifts = schema.drifts
        query = select(drifts.c.body).where(drifts.c.repository == self._repository).order_by(drifts.c.unit)
        with self._database.reading() as connection:
            entries = [DRIFT.load(body) for body in connection.execute(query).scalars()]
        return {entry.unit: entry for entry in entries}


def write_drift(connection: Connection, repository: str, found: Mapping[UnitPath, Drift | None]) -> None:
    """Puts the entries; None drops the unit's. A unit that had drifted before keeps the time of that."""
    drifts = schema.drifts
    for unit, drift in found.items():
        is_unit = (drifts.c.repository == repository, drifts.c.unit == unit)
        body = connection.execute(select(drifts.c.body).where(*is_unit)).scalar()
        if body is not None:
            connection.execute(delete(drifts).where(*is_unit))
        if drift is not None:
            since = drift.since if body is None else DRIFT.load(body).since
            row = {"repository": repository, "unit": unit, "body": DRIFT.dump(replace(drift, since=since))}
            connection.execute(insert(drifts).values(row))

"""Plan files, encrypted at rest: in the database, for workers on several machines."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, delete, insert, select

from towpath.problems import ProblemError
from towpath.stores.database import Database
from towpath.stores.plans import KeptPlan
from towpath.stores.schema import plan_files
from towpath.stores.sealing import Sealing, hexadecimal, missing
from towpath.system import Clock, Ids

__all__ = ["PlanRows"]


class PlanRows:
    """One row per plan. Raises as `Database` says."""

    def __init__(self, database: Database, repository: str, key: bytes, ids: Ids, clock: Clock) -> None:
        self._database = database
        self._repository = repository
        self._sealing = Sealing(key, ids)
        self._clock = clock

    def put(self, content: bytes) -> str:
        digest, sealed = self._sealing.seal(content)
        self.put_sealed(digest, sealed)
        return digest

    def get(self, digest: str) -> bytes:
        return self._sealing.unseal(digest, self.sealed(digest))

    def delete(self, digest: str) -> None:
        with self._database.appending() as connection:
            connection.execute(delete(plan_files).where(*self._is(digest)))

    def kept(self) -> Iterator[KeptPlan]:
        query = select(plan_files.c.digest, plan_files.c.kept_at).where(plan_files.c.repository == self._repository)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        yield from sorted((KeptPlan(row.digest, row.kept_at) for row in rows), key=lambda plan: plan.digest)

    def sealed(self, digest: str) -> bytes:
        with self._database.reading() as connection:
            found: bytes | None = connection.execute(select(plan_files.c.sealed).where(*self._is(digest))).scalar()
        if found is None:
            raise ProblemError(missing(digest))
        return found

    def put_sealed(self, digest: str, sealed: bytes) -> None:
        hexadecimal(digest)
        row = {"repository": self._repository, "digest": digest, "kept_at": self._clock.now().timestamp()}
        # It may be long: nobody else waits while it is written.
        with self._database.appending() as connection:
            connection.execute(delete(plan_files).where(*self._is(digest)))
            connection.execute(insert(plan_files).values(**row, sealed=sealed))

    def _is(self, digest: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return plan_files.c.repository == self._repository, plan_files.c.digest == digest

"""The rows of processes that do attempts."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, delete, insert, select, update

from towpath.model.runs import Worker
from towpath.stores import schema
from towpath.stores.codec import WORKER

__all__ = ["bury_worker", "enter_worker", "living_workers", "renew_lease"]


def enter_worker(connection: Connection, worker: Worker, until: float) -> None:
    """Its lease ends at `until`, in seconds since 1970."""
    connection.execute(delete(schema.workers).where(schema.workers.c.id == worker.id))
    row = {"id": worker.id, "alive": worker.alive, "lease_until": until, "body": _body(worker, until)}
    connection.execute(insert(schema.workers).values(row))


def renew_lease(connection: Connection, worker: Worker, until: float) -> bool:
    """False when it counts as dead already."""
    workers = schema.workers
    mine = update(workers).where(workers.c.id == worker.id, workers.c.alive.is_(True))
    changed = connection.execute(mine.values(lease_until=until, body=_body(worker, until)))
    return changed.rowcount == 1


def bury_worker(connection: Connection, worker: Worker) -> None:
    """It counts as dead from now on, and can not renew its lease."""
    values = {"alive": False, "body": WORKER.dump(replace(worker, alive=False))}
    connection.execute(update(schema.workers).where(schema.workers.c.id == worker.id).values(**values))


def living_workers(connection: Connection) -> Sequence[Worker]:
    """Those that count as alive, whether or not their lease has run out."""
    bodies = connection.execute(select(schema.workers.c.body).where(schema.workers.c.alive.is_(True)))
    return [WORKER.load(body) for body in bodies.scalars()]


def _body(worker: Worker, until: float) -> str:
    moment = datetime.datetime.fromtimestamp(until, datetime.UTC)
    return WORKER.dump(replace(worker, lease_until=moment))

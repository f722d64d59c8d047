"""The events of a whole database, in the order in which they happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, func, select

from towpath.model.events import Event
from towpath.stores import schema
from towpath.stores.codec import EVENT

__all__ = ["AT_ONCE", "events_after", "last_sequence"]

AT_ONCE = 500
"""As many are read at once, unless somebody wants fewer."""


def last_sequence(connection: Connection) -> int:
    """The sequence of the last event of all repositories; 0 before the first."""
    return connection.execute(select(func.max(schema.events.c.sequence))).scalar() or 0


def events_after(connection: Connection, sequence: int, most: int = AT_ONCE) -> Sequence[tuple[str, Event]]:
    """Those with a greater sequence, in order, each with its repository."""
    events = schema.events
    query = select(events.c.repository, events.c.sequence, events.c.body).where(events.c.sequence > sequence)
    rows = connection.execute(query.order_by(events.c.sequence).limit(most)).all()
    return [(row.repository, replace(EVENT.load(row.body), sequence=row.sequence)) for row in rows]

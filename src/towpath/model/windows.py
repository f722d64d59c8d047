"""Windows: the hours of the week in which an environment may be changed."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

__all__ = ["DAYS", "Window"]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Window:
    """On these days (of `DAYS`, in their order) from `start` until `end`, wall times of the zone such as `09:00`. One
    that ends before it starts goes on past midnight.
    """

    days: tuple[str, ...]
    start: str
    end: str
    time_zone: str = "UTC"

    def is_open(self, now: datetime.datetime) -> bool:
        return any(start <= now < end for start, end in self._around(now))

    def opens_at(self, now: datetime.datetime) -> datetime.datetime:
        """When it is open next: `now` itself, if it is open."""
        if self.is_open(now):
            return now
        return min(start for start, _ in self._around(now) if start > now)

    def _around(self, now: datetime.datetime) -> Iterator[tuple[datetime.datetime, datetime.datetime]]:
        """The openings from yesterday until the same day next week, in UTC."""
        zone = ZoneInfo(self.time_zone)
        today = now.astimezone(zone).date()
        start, end = datetime.time.fromisoformat(self.start), datetime.time.fromisoformat(self.end)
        for offset in range(-1, _WEEK + 1):
            day = today + datetime.timedelta(days=offset)
            if DAYS[day.weekday()] in self.days:
                last = day if end > start else day + datetime.timedelta(days=1)
                yield _at(day, start, zone), _at(last, end, zone)

    def __str__(self) -> str:
        return f"{', '.join(self.days)} {self.start}-{self.end} {self.time_zone}"

    def as_json(self) -> dict[str, Any]:
        return {"days": list(self.days), "from": self.start, "until": self.end, "time_zone": self.time_zone}


def _at(day: datetime.date, time: datetime.time, zone: ZoneInfo) -> datetime.datetime:
    return datetime.datetime.combine(day, time, zone).astimezone(datetime.UTC)

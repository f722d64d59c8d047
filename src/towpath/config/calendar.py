"""Times as people write them: spans (`90s`, `30d`), moments and zones, and cron expressions.

A cron expression means the local time of its zone. Where clocks are set forward, what falls into the missing hour comes
right after it; where they are set back, it comes once.
"""

from __future__ import annotations

import datetime
import re
from typing import Annotated
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

__all__ = ["Cron", "Duration", "Moment", "Zone", "moment", "next_time"]

_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_SPAN = re.compile(r"([0-9]{1,9})([smhdw]?)")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?")
_FIELDS = 5
_NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun"
_FIELD = re.compile(rf"(?:[0-9*,/-]|{_NAMES})+", re.IGNORECASE)
"""Plain fields: some write `R` for a time that is drawn anew each time it is looked up."""
_NO_CRON = "should be a cron expression of five fields, such as 30 2 * * 1-5"
_SOONEST = 300
"""Seconds between two times of a cron expression, at least: its fields say minutes, and each run takes some."""


def _duration(given: object) -> object:
    if isinstance(given, str) and (match := _SPAN.fullmatch(given)):
        return int(match[1]) * _SECONDS[match[2]]
    if isinstance(given, str):
        raise ValueError("should be a span of time, such as 90s, 5m, 12h or 30d")
    return given


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise ValueError("should be the name of a time zone, such as Europe/Berlin or UTC") from error
    return name


def _cron(text: str) -> str:
    fields = text.split()
    if len(fields) != _FIELDS or not all(map(_FIELD.fullmatch, fields)):
        raise ValueError(_NO_CRON)
    start = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    try:
        first = next_time(text, "UTC", start)
        if (next_time(text, "UTC", first) - first).total_seconds() < _SOONEST:
            raise ValueError(f"should leave {_SOONEST // 60} minutes between two times at least")
    except CronSimError as error:
        raise ValueError(_NO_CRON) from error
    except StopIteration as error:
        raise ValueError("should name a time that comes") from error
    return text


def _moment(text: str) -> str:
    if not _MOMENT.fullmatch(text):
        raise ValueError("should be a date, or a date and a time, such as 2026-12-23T18:00")
    try:
        datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError("should be a date that exists, such as 2026-12-23T18:00") from error
    return text


_SPAN_SCHEMA = {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^[0-9]{1,9}[smhdw]?$"}]}
Duration = Annotated[int, Field(ge=0), BeforeValidator(_duration), WithJsonSchema(_SPAN_SCHEMA)]
"""Seconds: a whole number, or a number with `s`, `m`, `h`, `d` or `w`."""
Zone = Annotated[str, AfterValidator(_zone)]
Cron = Annotated[str, AfterValidator(_cron)]
Moment = Annotated[str, AfterValidator(_moment)]


def moment(text: str, zone: str) -> datetime.datetime:
    """A checked moment of a zone, in UTC; a date alone is its midnight."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(datetime.UTC)


def next_time(cron: str, zone: str, after: datetime.datetime) -> datetime.datetime:
    """The first time of a checked cron expression after a moment, in UTC."""
    # Counted in the zone's wall time without its offsets, so that what the clocks skip or repeat is decided here.
    wall = after.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    times = CronSim(cron, wall)
    while True:
        found = next(times).replace(tzinfo=ZoneInfo(zone)).astimezone(datetime.UTC)
        if found > after:
            return found

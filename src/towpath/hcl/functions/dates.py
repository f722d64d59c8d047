"""Functions of points in time, which are RFC 3339 texts. The time of the run itself is unknown here."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from towpath.hcl.functions.kinds import STRING
from towpath.hcl.functions.registry import ArgumentError, define, table
from towpath.hcl.values import Value

__all__ = ["DATES", "format_time", "parse_time"]

_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|([+-])(\d\d):(\d\d))", re.ASCII)
_DURATION = re.compile(r"([-+]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|0)", re.ASCII)
_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_LONGEST = 2**63 - 1
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_VERBS = re.compile(r"''|'(?:[^']|'')+'|'|(?P<letter>[A-Za-z])(?P=letter)*|[^A-Za-z']+")


def parse_time(text: str) -> tuple[datetime, int]:
    """The point in time to the second, and its nanoseconds. Raises `ArgumentError`."""
    match = _TIME.fullmatch(text)
    if not match:
        raise ArgumentError(f'"{text}" is not a time in the form of RFC 3339, such as 2024-05-01T08:00:00Z.')
    year, month, day, hour, minute, second = (int(match[group]) for group in range(1, 7))
    try:
        offset = timedelta(hours=int(match[10] or 0), minutes=int(match[11] or 0))
        zone = timezone(-offset if match[9] == "-" else offset) if offset else UTC
        point = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError as error:
        raise ArgumentError(f'"{text}" is not a time: {error}.') from error
    return point, int(f"{match[7] or '':0<9.9}")


def format_time(point: datetime) -> str:
    """The time in the form of RFC 3339, to the second."""
    return point.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0") + _zone(point, ":", "Z")


def _zone(point: datetime, colon: str, utc: str | None) -> str:
    minutes = int((point.utcoffset() or timedelta()).total_seconds()) // 60
    if not minutes and utc is not None:
        return utc
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}{colon}{abs(minutes) % 60:02}"


def _duration(text: str) -> int:
    match = _DURATION.fullmatch(text)
    if not match:
        raise ArgumentError(f'"{text}" is not a duration, such as 90s, 10m or 1h30m.')
    total = sum(int(Decimal(number) * _NANOSECONDS[unit]) for number, unit in _PART.findall(match[2]))
    if total > _LONGEST:
        raise ArgumentError(f'The duration "{text}" is too long.')
    return -total if match[1] == "-" else total


def _timeadd(text: str, duration: str) -> Value:
    point, nanoseconds = parse_time(text)
    seconds = (nanoseconds + _duration(duration)) // 10**9
    try:
        return format_time(point + timedelta(seconds=seconds))
    except OverflowError as error:
        raise ArgumentError("The resulting time is out of range.") from error


def _timecmp(first: str, second: str) -> Value:
    one, other = parse_time(first), parse_time(second)
    return (one > other) - (one < other)


# The verbs of a date format, each with its only spellings.
_FORMATS: dict[str, Callable[[datetime], str]] = {
    "YYYY": lambda point: f"{point.year:04}",
    "YY": lambda point: f"{point.year % 100:02}",
    "MMMM": lambda point: _MONTHS[point.month - 1],
    "MMM": lambda point: _MONTHS[point.month - 1][:3],
    "MM": lambda point: f"{point.month:02}",
    "M": lambda point: str(point.month),
    "DD": lambda point: f"{point.day:02}",
    "D": lambda point: str(point.day),
    "EEEE": lambda point: _DAYS[point.weekday()],
    "EEE": lambda point: _DAYS[point.weekday()][:3],
    "hh": lambda point: f"{point.hour:02}",
    "h": lambda point: str(point.hour),
    "HH": lambda point: f"{(point.hour - 1) % 12 + 1:02}",
    "H": lambda point: str((point.hour - 1) % 12 + 1),
    "AA": lambda point: "AM" if point.hour < 12 else "PM",
    "aa": lambda point: "am" if point.hour < 12 else "pm",
    "mm": lambda point: f"{point.minute:02}",
    "m": lambda point: str(point.minute),
    "ss": lambda point: f"{point.second:02}",
    "s": lambda point: str(point.second),
    "ZZZZZ": lambda point: _zone(point, ":", None),
    "ZZZZ": lambda point: _zone(point, "", None),
    "ZZZ": lambda point: _zone(point, "", "UTC"),
    "Z": lambda point: _zone(point, ":", "Z"),
}


def _formatdate(pattern: str, text: str) -> Value:
    point, _ = parse_time(text)
    return "".join(_verb(match, point) for match in _VERBS.finditer(pattern))


def _verb(match: re.Match[str], point: datetime) -> str:
    text = match[0]
    if text == "'":
        raise ArgumentError("A quoted part of the format has no end.")
    if text == "''":
        return "'"
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    if not match["letter"]:
        return text
    if text not in _FORMATS:
        raise ArgumentError(f'"{text}" is not a part of a date format; quote plain text with apostrophes.')
    return _FORMATS[text](point)


DATES = table(
    (
        define("formatdate(format, time)", STRING, STRING, run=_formatdate),
        define("timeadd(time, duration)", STRING, STRING, run=_timeadd),
        define("timecmp(time, other_time)", STRING, STRING, run=_timecmp),
    )
)

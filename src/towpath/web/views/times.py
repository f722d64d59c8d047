"""Moments and durations, as people say them."""

from __future__ import annotations

import datetime

__all__ = ["ago", "duration"]

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def ago(moment: datetime.datetime, now: datetime.datetime) -> str:
    """`just now`, `5 min ago`, `3 h ago`, `2 days ago`, then the date."""
    seconds = (now - moment).total_seconds()
    if seconds < _MINUTE:
        return "just now"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min ago"
    if seconds < _DAY:
        return f"{int(seconds // _HOUR)} h ago"
    days = int(seconds // _DAY)
    if days < 14:
        return "yesterday" if days == 1 else f"{days} days ago"
    return moment.strftime("%-d %b %Y")


def duration(seconds: float) -> str:
    """`4.2 s`, `3 min 20 s`, `1 h 5 min`."""
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    whole = int(seconds)
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"

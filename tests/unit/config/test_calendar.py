"""Cron expressions in the local time of a zone."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from towpath.config.calendar import next_time

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


def wall(text: str, *, fold: int = 0) -> datetime.datetime:
    """A moment by the clock on a wall in Berlin."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold)


@pytest.mark.parametrize(
    ("cron", "after", "expected"),
    [
        ("30 2 * * *", "2026-01-05T02:29:59", "2026-01-05T02:30"),
        ("30 2 * * *", "2026-01-05T02:30", "2026-01-06T02:30"),
        ("30 2 * * *", "2026-07-05T12:00", "2026-07-06T02:30"),
        ("0 9 * * mon", "2026-01-05T09:00", "2026-01-12T09:00"),
        # Clocks go from two to three: what falls between comes right after, and once.
        ("30 2 * * *", "2026-03-29T01:00", "2026-03-29T03:30"),
        ("30 2 * * *", "2026-03-29T03:30", "2026-03-30T02:30"),
    ],
)
def test_the_next_time_is_one_of_the_zones_clock(cron: str, after: str, expected: str) -> None:
    assert next_time(cron, "Europe/Berlin", wall(after)) == wall(expected).astimezone(datetime.UTC)


def test_an_hour_that_comes_twice_counts_once() -> None:
    first = next_time("30 2 * * *", "Europe/Berlin", wall("2026-10-25T00:00"))
    assert first == wall("2026-10-25T02:30").astimezone(datetime.UTC)
    assert next_time("30 2 * * *", "Europe/Berlin", first) == wall("2026-10-26T02:30").astimezone(datetime.UTC)
    between = wall("2026-10-25T02:10", fold=1)
    assert next_time("30 2 * * *", "Europe/Berlin", between) == wall("2026-10-26T02:30").astimezone(datetime.UTC)


@given(
    st.integers(0, 15 * 365 * 86400).map(lambda s: START + datetime.timedelta(seconds=s)),
    st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "America/New_York", "UTC"]),
    st.sampled_from(["30 2 * * *", "0 * * * *", "*/15 1-3 * * sun", "0 0 1 * *"]),
)
def test_the_next_time_is_always_later(after: datetime.datetime, zone: str, cron: str) -> None:
    found = next_time(cron, zone, after)
    assert found > after
    assert next_time(cron, zone, found) > found

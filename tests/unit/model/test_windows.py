"""When a window is open, and when it opens next."""

from __future__ import annotations

import datetime

import pytest

from towpath.model.windows import Window

OFFICE = Window(("mon", "tue", "wed", "thu"), "09:00", "16:00", "Europe/Berlin")
NIGHT = Window(("fri",), "22:00", "04:00")
ALL_DAY = Window(("sat",), "00:00", "00:00")


def utc(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("window", "now", "opens"),
    [
        (OFFICE, "2026-11-23T08:00", "2026-11-23T08:00"),
        (OFFICE, "2026-11-23T07:59", "2026-11-23T08:00"),
        (OFFICE, "2026-11-23T15:00", "2026-11-24T08:00"),
        (OFFICE, "2026-11-26T15:00", "2026-11-30T08:00"),
        (OFFICE, "2026-07-06T06:59", "2026-07-06T07:00"),
        (NIGHT, "2026-11-27T21:59", "2026-11-27T22:00"),
        (NIGHT, "2026-11-28T03:59", "2026-11-28T03:59"),
        (NIGHT, "2026-11-28T04:00", "2026-12-04T22:00"),
        (ALL_DAY, "2026-11-28T23:59", "2026-11-28T23:59"),
        (ALL_DAY, "2026-11-29T00:00", "2026-12-05T00:00"),
    ],
)
def test_it_opens(window: Window, now: str, opens: str) -> None:
    assert window.opens_at(utc(now)) == utc(opens)
    assert window.is_open(utc(now)) is (now == opens)


def test_it_is_told_in_words() -> None:
    assert str(OFFICE) == "mon, tue, wed, thu 09:00-16:00 Europe/Berlin"

"""How long the next guess must wait."""

from __future__ import annotations

import pytest

from towpath.login.throttle import wait_seconds


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (4, 0), (5, 1), (6, 2), (10, 32), (14, 512), (15, 900), (10_000, 900)]
)
def test_waiting_doubles_up_to_a_quarter_of_an_hour(failures: int, seconds: int) -> None:
    assert wait_seconds(failures, 5) == seconds

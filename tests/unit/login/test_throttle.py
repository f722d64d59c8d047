"""How long the next guess must wait."""

from __future__ import annotations

import pytest

from towpath.login.throttle import of_address, wait_seconds


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (4, 0), (5, 1), (6, 2), (10, 32), (14, 512), (15, 900), (10_000, 900)]
)
def test_waiting_doubles_up_to_a_quarter_of_an_hour(failures: int, seconds: int) -> None:
    assert wait_seconds(failures, 5) == seconds


def test_who_has_a_whole_network_of_addresses_has_no_more_tries() -> None:
    assert of_address("2001:db8:1:2::1") == of_address("2001:db8:1:2:ffff::9")
    assert of_address("2001:db8:1:2::1") != of_address("2001:db8:1:3::1")
    assert of_address("192.0.2.1") != of_address("192.0.2.2")
    assert of_address("") != of_address("192.0.2.2")

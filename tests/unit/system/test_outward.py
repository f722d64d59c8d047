"""Which addresses nothing is sent to."""

from __future__ import annotations

import pytest

from towpath.problems import ProblemError
from towpath.system.outward import OutwardHttp, is_refused


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "::ffff:127.0.0.1",
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "100.100.100.200",
        "0.0.0.0",  # noqa: S104  # nobody listens here
        "::",
        "224.0.0.1",
    ],
)
def test_this_machine_and_what_only_machines_use_is_refused(address: str) -> None:
    assert is_refused(address)


@pytest.mark.parametrize("address", ["192.0.2.7", "10.1.2.3", "2001:db8::1", "fd12::1"])
def test_hosts_of_a_network_are_not(address: str) -> None:
    assert not is_refused(address)


def test_allowing_this_machine_allows_nothing_else() -> None:
    assert not is_refused("127.0.0.1", loopback=True)
    assert is_refused("169.254.169.254", loopback=True)


@pytest.mark.parametrize(
    ("url", "addresses"),
    [
        ("https://hooks.example.com/x?token=secret", ("192.0.2.7", "169.254.169.254")),
        ("https://hooks.example.com/x?token=secret", ("127.0.0.1",)),
        ("http://hooks.example.com/x?token=secret", ("192.0.2.7",)),
    ],
)
def test_a_name_is_judged_by_all_its_addresses_before_anything_is_sent(
    url: str, addresses: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ProblemError) as raised:
        OutwardHttp(look_up=lambda _: addresses).post(url, "{}", {})
    assert raised.value.problems[0].id == "address-refused"
    assert "secret" not in str(raised.value)

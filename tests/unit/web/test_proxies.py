"""Whose request it is, behind proxies: nobody can say of themselves that they are somebody else."""

from __future__ import annotations

import ipaddress

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from towpath.web.proxies import RealAddress, real_address

TRUSTED = [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "real"),
    [
        ("192.0.2.7", [], "192.0.2.7"),
        ("192.0.2.7", ["198.51.100.1"], "192.0.2.7"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["203.0.113.9", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["203.0.113.9", "198.51.100.1", "10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["10.9.9.9", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.3"], "10.0.0.3"),
        ("10.0.0.1", ["nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1", "unknown"], "10.0.0.1"),
        ("fd00::1", ["2001:db8::5"], "2001:db8::5"),
        ("testclient", ["198.51.100.1"], "testclient"),
    ],
)
def test_the_first_address_from_the_right_that_is_no_trusted_proxys_counts(
    peer: str, forwarded: list[str], real: str
) -> None:
    assert real_address(peer, forwarded, TRUSTED) == real


def test_several_headers_are_read_as_one_list() -> None:
    app = FastAPI()

    @app.get("/")
    def whose(request: Request) -> str:
        return request.client.host if request.client else ""

    headers = [("x-forwarded-for", "203.0.113.9, 198.51.100.1"), ("x-forwarded-for", "10.0.0.2")]
    for trusted, real in ((TRUSTED, "198.51.100.1"), ([], "10.0.0.1")):
        client = TestClient(RealAddress(app, trusted), client=("10.0.0.1", 5000))
        assert client.get("/", headers=headers).json() == real

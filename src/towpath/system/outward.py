"""Requests to addresses that somebody configured: by https, and never to what only this machine reaches.

A name is looked up once, every address it has is judged, and the connection goes to an address that was judged: a name
that stands for another address a moment later gains nothing. Where the environment names a proxy, the proxy looks the
name up, and reaches what it may reach.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import urllib.request
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import httpx

from towpath.problems import Problem, ProblemError
from towpath.system.http import HttpAnswer, HttpxHttp

__all__ = ["OutwardHttp", "is_refused", "resolve"]

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_METADATA = frozenset(
    ipaddress.ip_address(text) for text in ("169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16")
)
"""Where clouds tell a machine its credentials. The first is link-local besides."""


def resolve(host: str) -> tuple[str, ...]:
    """Every address of a name, in the order in which they are to be tried. Raises `OSError`."""
    with contextlib.suppress(ValueError):
        return (str(ipaddress.ip_address(host)),)
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_refused(text: str, loopback: bool = False) -> bool:
    """Whether nothing may be sent to this address. With `loopback` this machine itself is allowed."""
    address = _inner(ipaddress.ip_address(text.partition("%")[0]))
    if address.is_loopback:
        return not loopback
    if address in _METADATA or address.is_link_local:
        return True
    return address.is_multicast or address.is_unspecified or address.is_reserved


def _inner(address: _Address) -> _Address:
    """The IPv4 address that an IPv6 address stands for, if it does."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in ipaddress.ip_network("64:ff9b::/96"):
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


class OutwardHttp:
    """As `Http` promises. Raises `ProblemError` with `address-refused` besides. With `loopback` hosts of this machine
    may be asked, also by http.
    """

    def __init__(self, *, loopback: bool = False, look_up: Callable[[str], tuple[str, ...]] = resolve) -> None:
        self._direct = HttpxHttp(transport=_Judging(loopback, look_up))
        self._proxied = HttpxHttp()

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> HttpAnswer:
        return self._for(url).get(url, headers)

    def post(self, url: str, body: str, headers: Mapping[str, str]) -> HttpAnswer:
        return self._for(url).post(url, body, headers)

    def _for(self, url: str) -> HttpxHttp:
        try:
            parts = urlsplit(url)
        except ValueError:
            return self._direct
        proxies = urllib.request.getproxies()
        is_proxied = parts.scheme == "https" and ("https" in proxies or "all" in proxies)
        return self._proxied if is_proxied and not urllib.request.proxy_bypass(parts.hostname or "") else self._direct


class _Judging(httpx.HTTPTransport):
    def __init__(self, loopback: bool, look_up: Callable[[str], tuple[str, ...]]) -> None:
        super().__init__(limits=httpx.Limits(max_keepalive_connections=0), trust_env=False)
        self._loopback = loopback
        self._look_up = look_up

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        addresses = self._judged(host, request.url.scheme)
        failed: httpx.ConnectError | httpx.ConnectTimeout | None = None
        for address in addresses:
            request.url = request.url.copy_with(host=address)
            request.extensions = {**request.extensions, "sni_hostname": host}
            try:
                return super().handle_request(request)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failed = error
        raise failed or httpx.ConnectError(f"{host} has no address")

    def _judged(self, host: str, scheme: str) -> tuple[str, ...]:
        try:
            addresses = self._look_up(host)
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError("its name is not known") from error
        if any(is_refused(address, self._loopback) for address in addresses):
            raise ProblemError(_refused(host, "It is an address of this machine, or one that only machines use."))
        if scheme != "https" and not all(ipaddress.ip_address(address).is_loopback for address in addresses):
            raise ProblemError(_refused(host, "It is not asked by https, so that others could read along."))
        return addresses


def _refused(host: str, why: str) -> Problem:
    hint = "Give an address that begins with https:// and is reached over the network."
    return Problem("address-refused", "Nothing is sent to this address", f"{host}: {why}", hint=hint)

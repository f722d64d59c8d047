"""Where a request really comes from, when it comes through proxies that are trusted to say so.

Each proxy appends to `X-Forwarded-For` the address that it was asked from. What stands further left than the first
address that is not a trusted proxy's may be anybody's invention, and is not looked at.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["Network", "RealAddress", "real_address"]

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def real_address(peer: str, forwarded: Sequence[str], trusted: Sequence[Network]) -> str:
    """`peer` is who opened the connection, `forwarded` the addresses of the header in order."""
    address = peer
    for said in reversed(forwarded):
        if not _is_trusted(address, trusted):
            return address
        if _parsed(said) is None:
            return address
        address = said
    return address


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in trusted)


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None


class RealAddress:
    """Wraps an application: it sees the real address as that of the client."""

    def __init__(self, app: ASGIApp, trusted: Sequence[Network]) -> None:
        self._app = app
        self._trusted = tuple(trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if self._trusted and client is not None:
            headers = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
            forwarded = [part.strip() for part in ",".join(headers).split(",") if part.strip()]
            scope = {**scope, "client": (real_address(client[0], forwarded, self._trusted), client[1])}
        await self._app(scope, receive, send)

"""Random ids and keys."""

from __future__ import annotations

import secrets
from typing import Protocol

__all__ = ["FakeIds", "Ids", "RandomIds"]

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


class Ids(Protocol):
    """`short` gives an id of 10 characters that is easy to read aloud; `key` gives secret bytes."""

    def short(self) -> str: ...

    def key(self, length: int) -> bytes: ...


class RandomIds:
    """From the operating system's random source; 50 bits in a short id."""

    def short(self) -> str:
        return "".join(secrets.choice(_ALPHABET) for _ in range(10))

    def key(self, length: int) -> bytes:
        return secrets.token_bytes(length)


class FakeIds:
    """Counts: `id-1`, `id-2`, …; keys are made of the count."""

    def __init__(self) -> None:
        self._count = 0

    def short(self) -> str:
        self._count += 1
        return f"id-{self._count}"

    def key(self, length: int) -> bytes:
        self._count += 1
        return bytes([self._count % 256]) * length

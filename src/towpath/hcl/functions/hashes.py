"""Hashes of strings (of their UTF-8 bytes), and identifiers made from names."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

from towpath.hcl.functions.kinds import STRING
from towpath.hcl.functions.registry import ArgumentError, define, table
from towpath.hcl.values import Value

__all__ = ["HASHES", "digest", "random_uuid"]

# RFC 4122, appendix C.
_NAMESPACES = {
    "dns": "6ba7b8109dad11d180b400c04fd430c8",
    "url": "6ba7b8119dad11d180b400c04fd430c8",
    "oid": "6ba7b8129dad11d180b400c04fd430c8",
    "x500": "6ba7b8149dad11d180b400c04fd430c8",
}
_HEX = frozenset("0123456789abcdef")


def digest(algorithm: str, content: bytes) -> bytes:
    """The digest of some bytes; md5 and sha1 serve as checksums here, not as protection."""
    return hashlib.new(algorithm, content, usedforsecurity=False).digest()


def _hex(algorithm: str) -> Callable[[str], Value]:
    return lambda text: digest(algorithm, text.encode()).hex()


def _base64(algorithm: str) -> Callable[[str], Value]:
    return lambda text: base64.b64encode(digest(algorithm, text.encode())).decode()


def _uuidv5(namespace: str, name: str) -> Value:
    bare = _NAMESPACES.get(namespace) or _bare_uuid(namespace)
    return _uuid(digest("sha1", bytes.fromhex(bare) + name.encode())[:16], version=5)


def random_uuid(content: bytes) -> str:
    """The UUID (version 4) of 16 random bytes."""
    return _uuid(content, version=4)


def _uuid(content: bytes, *, version: int) -> str:
    marked = bytearray(content)
    marked[6] = marked[6] & 0x0F | version << 4
    marked[8] = marked[8] & 0x3F | 0x80
    text = marked.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _bare_uuid(text: str) -> str:
    bare = text.lower().removeprefix("urn:uuid:")
    bare = bare[1:-1] if len(bare) == 38 and bare[0] == "{" and bare[-1] == "}" else bare
    if len(bare) == 36:
        parts = bare.split("-")
        bare = "".join(parts) if [len(part) for part in parts] == [8, 4, 4, 4, 12] else ""
    if len(bare) != 32 or not _HEX.issuperset(bare):
        raise ArgumentError(f'The namespace "{text}" is neither dns, url, oid, x500 nor a UUID.')
    return bare


HASHES = table(
    (
        define("base64sha256(text)", STRING, run=_base64("sha256")),
        define("base64sha512(text)", STRING, run=_base64("sha512")),
        define("md5(text)", STRING, run=_hex("md5")),
        define("sha1(text)", STRING, run=_hex("sha1")),
        define("sha256(text)", STRING, run=_hex("sha256")),
        define("sha512(text)", STRING, run=_hex("sha512")),
        define("uuidv5(namespace, name)", STRING, STRING, run=_uuidv5),
    )
)

"""Secrets that people and programs come with. What is kept of one is its hash, by which it is found."""

from __future__ import annotations

import base64
import hashlib
import hmac

from towpath.system import Ids

__all__ = ["TOKEN_PREFIX", "derived", "digest_of", "new_secret", "new_token", "same"]

SECRET_BYTES = 32
TOKEN_PREFIX = "towpath_"  # noqa: S105  # by which scanners of repositories know a token that leaked


def new_secret(ids: Ids) -> str:
    """256 random bits as 43 characters that fit into cookies and addresses."""
    return _text(ids.key(SECRET_BYTES))


def new_token(ids: Ids) -> str:
    return TOKEN_PREFIX + new_secret(ids)


def digest_of(secret: str) -> str:
    """SHA-256 in hexadecimal: the secret has too many bits to be guessed from it, so nothing slower is needed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def derived(secret: str, purpose: str) -> str:
    """Another secret, made of this one: who has it cannot tell the first one, nor one for another purpose."""
    key = secret.encode("utf-8", "surrogatepass")
    return _text(hmac.digest(key, f"towpath {purpose} 1".encode(), "sha256"))


def same(one: str, other: str) -> bool:
    """Compares in a time that tells nothing about where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")

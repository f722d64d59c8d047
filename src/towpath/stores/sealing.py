"""How plan files are encrypted: they hold secrets in clear text."""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from towpath.problems import Problem, ProblemError
from towpath.system import Ids

__all__ = ["Sealing", "hexadecimal", "missing"]

_MARK = b"towpath-plan-1\n"
_NONCE_BYTES = 12


class Sealing:
    """AES-256-GCM, with the digest of the content as associated data: what was put in another's place is refused."""

    def __init__(self, key: bytes, ids: Ids) -> None:
        self._cipher = AESGCM(key)
        self._ids = ids

    def seal(self, content: bytes) -> tuple[str, bytes]:
        """The digest (`sha256:…`) and what may be kept."""
        digest = _digest(content)
        nonce = self._ids.key(_NONCE_BYTES)
        return digest, _MARK + nonce + self._cipher.encrypt(nonce, content, digest.encode())

    def unseal(self, digest: str, sealed: bytes) -> bytes:
        """Raises `ProblemError` with `plan-file-damaged` when it is not what has this digest."""
        body = sealed.removeprefix(_MARK)
        try:
            content = self._cipher.decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], digest.encode())
        except (InvalidTag, ValueError) as error:
            raise ProblemError(_damaged(digest)) from error
        if _digest(content) != digest:
            raise ProblemError(_damaged(digest))
        return content


def hexadecimal(digest: str) -> str:
    """The digest as a name. Raises `ValueError` for what is none."""
    name = digest.removeprefix("sha256:")
    if not name.isalnum():
        raise ValueError(f"{digest!r} is not a digest")
    return name


def missing(digest: str) -> Problem:
    detail = f"No plan file with digest {digest} is kept. Plan files are deleted when their run has ended."
    return Problem("plan-file-missing", "A plan file is missing", detail, hint="Plan the unit again.")


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _damaged(digest: str) -> Problem:
    detail = f"The plan file with digest {digest} does not hold what was stored, or was encrypted with another key."
    hint = "Plan the unit again. If TOWPATH_KEY was changed, set it back."
    return Problem("plan-file-damaged", "A plan file is damaged", detail, hint=hint)

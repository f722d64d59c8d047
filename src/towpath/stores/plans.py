"""Plan files, encrypted at rest: they hold secrets in clear text."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from towpath.problems import Problem, ProblemError
from towpath.stores.failures import keeping_state
from towpath.system import Ids
from towpath.system.private_files import private_folder, write_whole

__all__ = ["PlanFolder"]

_MARK = b"towpath-plan-1\n"
_NONCE_BYTES = 12


class PlanFolder:
    """One file per plan, named by its digest. AES-256-GCM, with the digest as associated data: a file that was put in
    another's place is refused. Implements `model.work.PlanFiles`.
    """

    def __init__(self, folder: Path, key: bytes, ids: Ids) -> None:
        self._folder = folder
        self._cipher = AESGCM(key)
        self._ids = ids

    def put(self, content: bytes) -> str:
        """Raises `ProblemError` with `disk-full` or `state-not-writable`; nothing is left behind then."""
        digest = _digest(content)
        nonce = self._ids.key(_NONCE_BYTES)
        sealed = _MARK + nonce + self._cipher.encrypt(nonce, content, digest.encode())
        with keeping_state(self._folder):
            write_whole(private_folder(self._folder) / _name(digest), sealed)
        return digest

    def get(self, digest: str) -> bytes:
        with keeping_state(self._folder):
            try:
                sealed = (self._folder / _name(digest)).read_bytes()
            except FileNotFoundError as error:
                raise ProblemError(_missing(digest)) from error
        body = sealed.removeprefix(_MARK)
        try:
            content = self._cipher.decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], digest.encode())
        except (InvalidTag, ValueError) as error:
            raise ProblemError(_damaged(digest)) from error
        if _digest(content) != digest:
            raise ProblemError(_damaged(digest))
        return content

    def delete(self, digest: str) -> None:
        with keeping_state(self._folder):
            (self._folder / _name(digest)).unlink(missing_ok=True)


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _name(digest: str) -> str:
    name = digest.removeprefix("sha256:")
    if not name.isalnum():
        raise ValueError(f"{digest!r} is not a digest")
    return name


def _missing(digest: str) -> Problem:
    detail = f"No plan file with digest {digest} is kept. Plan files are deleted when their run has ended."
    return Problem("plan-file-missing", "A plan file is missing", detail, hint="Plan the unit again.")


def _damaged(digest: str) -> Problem:
    detail = f"The plan file with digest {digest} does not hold what was stored, or was encrypted with another key."
    hint = "Plan the unit again. If TOWPATH_KEY was changed, set it back."
    return Problem("plan-file-damaged", "A plan file is damaged", detail, hint=hint)

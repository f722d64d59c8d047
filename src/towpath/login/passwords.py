"""Passwords: hashed with Argon2id, slow on purpose, and as slow for names that do not exist."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from towpath.problems import Problem, ProblemError
from towpath.system import Ids

__all__ = ["Cost", "Passwords", "Verdict"]

SHORTEST = 12
LONGEST = 512
_SALT_BYTES = 16
_AT_ONCE = 4
"""Each takes the memory of its cost: more at once could take all there is."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess costs: passes, memory in KiB, lanes. The default is RFC 9106's second recommendation."""

    passes: int = 3
    memory: int = 64 * 1024
    lanes: int = 4


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the password is right; `better` is its hash at today's cost, where the one that is kept has another."""

    is_right: bool
    better: str | None = None


class Passwords:
    """Makes hashes and looks at them. Threads may share it."""

    def __init__(self, ids: Ids, cost: Cost = Cost()) -> None:
        self._ids = ids
        self._hasher = PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory, parallelism=cost.lanes)
        self._turns = BoundedSemaphore(_AT_ONCE)
        self._nobodys = self._hash(ids.key(_SALT_BYTES))

    def hashed(self, password: str) -> str:
        """Raises `ProblemError` with `password-weak` for one that is too short or too long."""
        problem = _weak(password)
        if problem is not None:
            raise ProblemError(problem)
        return self._hash(_normal(password))

    def check(self, password: str, kept: str | None) -> Verdict:
        """Takes the same time when there is nothing to compare with (`kept` None)."""
        given = _normal(password[: LONGEST + 1])
        try:
            with self._turns:
                self._hasher.verify(kept or self._nobodys, given)
        except (VerificationError, InvalidHashError):
            return Verdict(False)
        if not kept:
            return Verdict(False)
        return Verdict(True, self._hash(given) if self._hasher.check_needs_rehash(kept) else None)

    def _hash(self, password: bytes) -> str:
        with self._turns:
            return self._hasher.hash(password, salt=self._ids.key(_SALT_BYTES))


def _normal(password: str) -> bytes:
    """The same bytes for what looks the same, however a keyboard composed it."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _weak(password: str) -> Problem | None:
    if len(password) < SHORTEST:
        return _refused(f"It has fewer than {SHORTEST} characters.")
    if len(password) > LONGEST:
        return _refused(f"It has more than {LONGEST} characters.")
    if len(set(password)) < SHORTEST // 3:
        return _refused("It repeats the same few characters.")
    return None


def _refused(detail: str) -> Problem:
    hint = "Four or five words that do not belong together are easy to remember, and hard to guess."
    return Problem("password-weak", "The password is too easy to guess", detail, hint=hint)

"""Guessing is slow: after some failures each further try must wait, per account and per network address.

A try is counted before its password is looked at, so that many at once are as slow as one after the other; one that was
right is taken back.
"""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from towpath.login.secrets import digest_of
from towpath.problems import Problem, ProblemError
from towpath.stores.guesses import GuessRows

__all__ = ["Throttle", "begin_try", "forgive", "of_account", "of_address", "wait_seconds"]

_FORGET = datetime.timedelta(hours=24)
_LONGEST = 15 * 60
_ONE_PLACE = 64
"""Bits of an IPv6 address that are the same for one household."""
_MOST_DOUBLINGS = 20


@dataclass(frozen=True, slots=True)
class Throttle:
    """One thing that is guessed at: `free` failures cost nothing, then waiting doubles from a second on."""

    key: str
    free: int


def of_account(email: str) -> Throttle:
    return Throttle(digest_of(f"account {email}"), 5)


def of_address(address: str) -> Throttle:
    """A household or an office comes from one address; with IPv6, from one network of a great many addresses."""
    return Throttle(digest_of(f"address {_origin(address)}"), 20)


def _origin(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, _ONE_PLACE), strict=False)) if parsed.version == 6 else address


def wait_seconds(failures: int, free: int) -> int:
    """How long after the last of so many failures the next try must wait; 15 minutes at most."""
    over = failures - free
    return 0 if over < 0 else min(2 ** min(over, _MOST_DOUBLINGS), _LONGEST)


def begin_try(connection: Connection, throttles: Iterable[Throttle], now: datetime.datetime) -> None:
    """Counts a try. Raises `ProblemError` with `login-throttled`, and counts nothing, when it comes too early."""
    rows = GuessRows(connection)
    rows.forget_before(now - _FORGET)
    counted = [(throttle, rows.failures(throttle.key)) for throttle in throttles]
    waits = [_left(throttle, *found, now) for throttle, found in counted if found is not None]
    left = max(waits, default=0.0)
    if left > 0:
        raise ProblemError(_throttled(left))
    for throttle, found in counted:
        rows.put(throttle.key, (found[0] if found else 0) + 1, now)


def forgive(connection: Connection, account: Throttle, address: Throttle, now: datetime.datetime) -> None:
    """The try was right: the account's failures are forgotten, and the address has one try less. The address keeps the
    others: who has one account could else guess at all the rest.
    """
    rows = GuessRows(connection)
    rows.forget(account.key)
    found = rows.failures(address.key)
    if found is not None:
        rows.put(address.key, max(0, found[0] - 1), now)


def _left(throttle: Throttle, failures: int, last: datetime.datetime, now: datetime.datetime) -> float:
    # A clock that was set back lets nobody wait for longer than the rule says.
    passed = max(0.0, (now - last).total_seconds())
    return wait_seconds(failures, throttle.free) - passed


def _throttled(seconds: float) -> Problem:
    wait = max(1, round(seconds))
    detail = f"The next try is possible in {wait} second{'' if wait == 1 else 's'}."
    hint = "Wait, then try again. Who has forgotten the password asks an administrator for a login link."
    return Problem("login-throttled", "There were too many tries", detail, hint=hint)

"""Exit statuses."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from towpath.problems import Problem, has_errors

__all__ = ["ExitStatus", "status_of"]

_NOT_THE_USERS_DOING = frozenset(
    [
        "account-disabled",
        "branch-moved",
        "cannot-start",
        "cloud-not-started",
        "database-unreachable",
        "decided-meanwhile",
        "demo-extra-missing",
        "disk-full",
        "engine-missing",
        "engine-version",
        "executable-not-found",
        "git-failed",
        "host-unreachable",
        "internal-error",
        "interrupted",
        "lease-lost",
        "login-needed",
        "missing-object",
        "not-a-server",
        "not-allowed",
        "output-not-written",
        "process-timeout",
        "run-at-work",
        "state-busy",
        "state-damaged",
        "state-in-use",
        "state-not-writable",
    ]
)


class ExitStatus(IntEnum):
    """What the caller of `towpath` is told; the numbers are part of the interface."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    WAITING = 3


def status_of(problems: Iterable[Problem]) -> ExitStatus:
    """The status of a command that only reads, with these problems: an error is wrong usage or an invalid
    configuration, unless it is one of this machine's doing."""
    found = tuple(problems)
    if not has_errors(found):
        return ExitStatus.DONE
    failed = any(problem.is_error and problem.id in _NOT_THE_USERS_DOING for problem in found)
    return ExitStatus.FAILED if failed else ExitStatus.USAGE

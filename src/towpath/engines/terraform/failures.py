"""What the engine's own words say about why it failed.

Messages are those of Terraform 1.x and OpenTofu 1.x. What is not recognised here is a plain `engine-failed`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise

from towpath.problems import Problem

__all__ = ["DEFAULT_RETRYABLE", "Failure", "classify", "failure_problem", "lock_holder"]


class Failure(StrEnum):
    """Why an engine failed; the value is the problem's id."""

    STALE = "plan-stale"
    LOCKED = "state-locked"
    BUCKET = "backend-missing"
    CREDENTIALS = "credentials-missing"
    EXPIRED = "credentials-expired"
    UNREACHABLE = "backend-unreachable"
    UNLOCKABLE = "state-not-lockable"
    DISK = "disk-full"
    OTHER = "engine-failed"


_UNREACHED = (
    r"(?si)(?:(?:configuring|initializing|load(?:ing)?|refreshing|get|reading) (?:the |existing )?(?:\S+ )?"
    r"(?:backend|state|workspaces)|acquiring the state lock).*"
    r"(?:connection refused|no such host|i/o timeout|handshake timeout|network is unreachable|no route to host)"
)
_MARKS: tuple[tuple[Failure, str], ...] = (
    (Failure.STALE, r"Saved plan is stale|Saved plan does not match the given state"),
    (
        Failure.LOCKED,
        r"(?si)acquiring the state lock.*(?:Lock Info:|ConditionalCheckFailed|PreconditionFailed)|already locked",
    ),
    (Failure.DISK, r"(?:write|open|create|mkdir|symlink|sync|close|copy_file_range) \S+: no space left on device"),
    (Failure.BUCKET, r"NoSuchBucket|S3 bucket \S+ does not exist|The specified bucket does not exist"),
    (Failure.EXPIRED, r"ExpiredToken|security token included in the request is expired|ExpiredTokenException"),
    (
        Failure.CREDENTIALS,
        r"No valid credential sources? found|failed to refresh cached credentials|InvalidClientTokenId",
    ),
    (Failure.UNREACHABLE, _UNREACHED),
    (Failure.UNLOCKABLE, r"Error acquiring the state lock"),
)

_SUMMARIES = {
    Failure.STALE: "The state moved on since the plan was made",
    Failure.LOCKED: "Somebody else holds the state's lock",
    Failure.BUCKET: "The bucket for the state does not exist",
    Failure.CREDENTIALS: "There are no usable credentials",
    Failure.EXPIRED: "The credentials have expired",
    Failure.UNREACHABLE: "The state's backend cannot be reached",
    Failure.UNLOCKABLE: "The state's lock cannot be taken",
    Failure.DISK: "The disk is full",
    Failure.OTHER: "The engine failed",
}

_HINTS = {
    Failure.STALE: "Plan again.",
    Failure.LOCKED: "Wait for it to be freed; if its holder is gone for good, use the engine's `force-unlock`.",
    Failure.BUCKET: "Make the bucket first; Towpath makes none. Or mend its name in `remote_state`.",
    Failure.CREDENTIALS: "Give Towpath credentials through its environment or a profile.",
    Failure.EXPIRED: "Get new credentials, then resume the run.",
    Failure.UNREACHABLE: "Check the network, the backend's region and endpoint, then resume the run.",
    Failure.UNLOCKABLE: "Nobody holds it: mend what the message says, rights as a rule, then resume the run.",
    Failure.DISK: "Make room, then resume the run.",
}

DEFAULT_RETRYABLE: tuple[str, ...] = (
    r"(?s)Failed to (?:load|get|read) (?:existing )?(?:state|backend).*(?:timeout|connection reset)",
    r"(?s)(?:install|query|download).{0,400}(?:TLS handshake timeout|connection reset by peer|i/o timeout)",
    r"(?s)Failed to query available provider packages.*(?:timeout|50[0-9]|reset)",
    r"Client\.Timeout exceeded while awaiting headers",
    r"429 Too Many Requests|The requested URL returned error: 429",
    r"net/http: TLS handshake timeout",
    r"(?s)ssh_exchange_identification.*Connection closed by remote host",
    r"TooManyUpdates|Rate exceeded|RequestLimitExceeded",
    r"(?s)Creating metric alarm failed.*request to update this alarm is in progress",
    r"timeout while waiting for plugin to start",
)
"""Errors that go away by themselves: the network between here and a registry, and throttled calls."""

_LOCK_FIELD = re.compile(r"^[\s│]*(ID|Path|Operation|Who|Created|Info):[ \t]*(.*?)\s*$", re.MULTILINE)
_WHERE = re.compile(r"on (\S+) line (\d+)\b.*")
_EXCERPT = re.compile(r"\d+:|[├└│]")
_MOST_SAID = 600


def classify(output: str) -> Failure:
    return next((failure for failure, mark in _MARKS if re.search(mark, output)), Failure.OTHER)


def lock_holder(output: str) -> str | None:
    """Who holds the lock, in one line, from the `Lock Info` the engine prints; None when it prints none."""
    _, mark, info = output.partition("Lock Info:")
    fields = dict(_LOCK_FIELD.findall(info)) if mark else {}
    if not fields:
        return None
    who = fields.get("Who") or "somebody"
    doing = fields.get("Operation", "").removeprefix("OperationType").lower()
    since = f" since {fields['Created']}" if fields.get("Created") else ""
    return f"{who}{f' ({doing})' if doing else ''}{since}, lock {fields.get('ID') or 'unknown'}"


def failure_problem(command: str, status: int, output: str) -> Problem:
    """The problem for an engine command that failed. `output` is the redacted end of what it printed."""
    failure = classify(output)
    if failure is Failure.LOCKED:
        detail = f"It is held by {lock_holder(output) or 'an unknown holder'}."
    else:
        errors = list(dict.fromkeys(_errors(output)))
        said = "; ".join(errors) or (output.strip().splitlines() or ["it printed nothing"])[-1].strip()
        shown = said if len(said) <= _MOST_SAID else f"{said[:_MOST_SAID]}…"
        detail = f"`{command}` ended with status {status}: {shown.rstrip('.')}."
    return Problem(
        failure.value, _SUMMARIES[failure], detail, hint=_HINTS.get(failure, "The unit's log has all of it.")
    )


def _errors(output: str) -> Iterator[str]:
    """Each error the engine printed: its title, where it is, and the first paragraph of what is said about it."""
    lines = [line.strip(" │╷╵\t\r") for line in output.splitlines()]
    starts = [number for number, line in enumerate(lines) if line.startswith("Error: ")]
    for start, end in pairwise([*starts, len(lines)]):
        title = lines[start].removeprefix("Error: ")
        place, paragraph = "", list[str]()
        for line in lines[start + 1 : end]:
            where = _WHERE.fullmatch(line)
            if where is not None:
                place = f" ({where.group(1)} line {where.group(2)})"
            elif (not line and paragraph) or line.startswith("Warning: "):
                break
            elif line and not _EXCERPT.match(line):
                paragraph.append(line)
        said = " ".join(paragraph)
        yield f"{title}{place}: {said}" if said else title + place

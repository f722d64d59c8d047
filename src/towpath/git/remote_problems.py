"""What git says when a remote repository cannot be reached or read, as problems."""

from __future__ import annotations

import re
import signal
from dataclasses import replace

from towpath.git.commands import git_failed
from towpath.git.remotes import RemoteAddress
from towpath.problems import Problem
from towpath.system import ProcessResult

__all__ = ["remote_problem", "remote_took_too_long", "unknown_branch"]

_SAID = (
    ("remote-host-key", ("Host key verification failed",)),
    (
        "remote-refused",
        (
            *("Authentication failed", "could not read Username", "could not read Password", "Access denied"),
            *("returned error: 401", "returned error: 403", "Permission denied"),
        ),
    ),
    ("remote-redirects", tuple(f"returned error: {status}" for status in (301, 302, 303, 307, 308))),
    (
        "remote-not-found",
        (
            *("not found", "returned error: 404", "returned error: 410", "does not appear to be a git repository"),
            "not a git repository",
        ),
    ),
    ("unknown-branch", ("couldn't find remote ref",)),
    (
        "remote-unreachable",
        (
            *("Could not resolve host", "Failed to connect", "Connection refused", "Connection reset", "timed out"),
            *("Could not connect", "unable to access", "unable to connect", "returned error: 5", "Operation too slow"),
            *("early EOF", "hung up unexpectedly", "Could not read from remote repository", "SSL certificate"),
            *("unexpected disconnect", "Empty reply", "No route to host", "not valid: could not determine hash"),
            "invalid server response",
        ),
    ),
)
"""In this order: the last lines git prints are about everything that went wrong before."""
_MOST_LINES = 6
_MOST_CHARACTERS = 1000
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\ud7ff\ue000-\uffff\U00010000-\U0010ffff]")


def remote_problem(arguments: tuple[str, ...], result: ProcessResult, address: RemoteAddress) -> Problem:
    """What a command that reaches a remote ended with."""
    if -result.status == signal.SIGXFSZ or b"File too large" in result.stderr or b"signal 25" in result.stderr:
        return _too_large(address)
    said = result.stderr.decode("utf-8", "replace")
    if "dubious ownership" in said:
        return _not_trusted(address)
    found = next((id_ for id_, words in _SAID if any(word in said for word in words)), None)
    words = _words(said)
    if found is None:
        return replace(git_failed(arguments, result), detail=f"git {arguments[0]} with {address.text}: {words}")
    return _PROBLEMS[found](address, words)


def _words(said: str) -> str:
    """The end of what was said, fit to be shown: some of it was said by the other side."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    text = " ".join(_UNPRINTABLE.sub("", line) for line in lines[-_MOST_LINES:])
    return text[:_MOST_CHARACTERS] or "git said nothing."


def remote_took_too_long(address: RemoteAddress, seconds: float) -> Problem:
    """It answers, but not in time."""
    return _unreachable(address, f"It did not answer within {seconds:g} seconds.")


def unknown_branch(address: RemoteAddress, name: str) -> Problem:
    return Problem(
        "unknown-branch",
        "There is no such branch",
        f"{address.text} has no {name}.",
        hint="Look for a typing error in the server's configuration, or push the branch.",
    )


def _unknown_ref(address: RemoteAddress, said: str) -> Problem:
    del said
    return unknown_branch(address, "such branch or tag any more")


def _unreachable(address: RemoteAddress, said: str) -> Problem:
    return Problem(
        "remote-unreachable",
        "The remote repository cannot be reached",
        f"{address.text}: {said}",
        hint="Look whether the address is right and reachable from this machine; it is tried again.",
    )


def _refused(address: RemoteAddress, said: str) -> Problem:
    return Problem(
        "remote-refused",
        "The remote repository refuses the credentials",
        f"{address.text}: {said}",
        hint="Look at the token (`token_env`, `token_file`) or the key (`ssh_key`): it may be wrong, expired, or not "
        "be allowed to read this repository.",
    )


def _redirects(address: RemoteAddress, said: str) -> Problem:
    return Problem(
        "remote-redirects",
        "The remote repository is somewhere else",
        f"{address.text}: {said} Redirects are not followed, as they could lead anywhere.",
        hint="Write the new address into the server's configuration.",
    )


def _not_found(address: RemoteAddress, said: str) -> Problem:
    return Problem(
        "remote-not-found",
        "There is no such remote repository",
        f"{address.text}: {said}",
        hint="Look for a typing error in the address. Many hosts say the same when the token may not see it.",
    )


def _host_key(address: RemoteAddress, said: str) -> Problem:
    return Problem(
        "remote-host-key",
        "The host's key is not known",
        f"{address.text}: {said}",
        hint=f"Compare the key with what the host's owner publishes, and add it to the file of known hosts: "
        f"`ssh-keyscan {address.host}` prints it.",
    )


def _not_trusted(address: RemoteAddress) -> Problem:
    return Problem(
        "repository-not-trusted",
        "Git does not trust this repository",
        f"The repository at {address.path} belongs to another user, and git refuses to read it.",
        hint=f"If you trust it: git config --global --add safe.directory {address.path}",
    )


def _too_large(address: RemoteAddress) -> Problem:
    return Problem(
        "repository-too-large",
        "The repository is too large",
        f"{address.text} sends more than is taken from any repository.",
        hint="Take large files out of the repository's history.",
    )


_PROBLEMS = {
    "remote-host-key": _host_key,
    "remote-refused": _refused,
    "remote-redirects": _redirects,
    "remote-not-found": _not_found,
    "unknown-branch": _unknown_ref,
    "remote-unreachable": _unreachable,
}

"""Where a repository can be fetched from: an address as people write it, taken apart and checked.

Only four ways are known: `https`, `ssh` (also as `user@host:path`), and folders of this machine (a path, or `file://`).
`http` is for this machine alone: nothing secret goes over a network in the clear. Nothing git would take for an option,
and none of its helpers (`ext::`), passes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote, urlsplit

__all__ = ["RemoteAddress", "RemoteKind", "check_branch", "parse_remote"]

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_SHORT_SSH = re.compile(r"(?:(?P<user>[^@/:]+)@)?(?P<host>[^@/:]+):(?!/)(?P<path>.+)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(?:://|::)")
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f]")
_NO_BRANCH = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|\.$|\.lock(/|$)|(^|/)\.|^[-/]|/$|^@$")
"""What `git check-ref-format --branch` refuses."""
_LOOPBACK = frozenset(["localhost", "127.0.0.1", "::1"])
_MOST_CHARACTERS = 1024


class RemoteKind(StrEnum):
    """How it is reached."""

    HTTP = "http"
    SSH = "ssh"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class RemoteAddress:
    """`text` is what git is given; it holds no secret. `path` is the folder, for those of this machine."""

    kind: RemoteKind
    text: str
    host: str | None = None
    port: int | None = None
    path: str = ""

    @property
    def origin(self) -> str:
        """Scheme, host and port of an `http` or `https` address: what its credentials are for."""
        scheme = urlsplit(self.text).scheme
        shown = f"[{self.host}]" if self.host and ":" in self.host else self.host
        return f"{scheme}://{shown}" + (f":{self.port}" if self.port else "")


def parse_remote(text: str) -> RemoteAddress:
    """Takes an address apart. Raises `ValueError`, which says what it should be."""
    if not text or len(text) > _MOST_CHARACTERS or _UNPRINTABLE.search(text) or text.startswith("-"):
        raise ValueError("should be an address of a git repository, without spaces and not beginning with -")
    if not _SCHEME.match(text):
        short = _SHORT_SSH.fullmatch(text) if not text.startswith(("/", ".", "~")) else None
        if short is None:
            return RemoteAddress(RemoteKind.FOLDER, text, path=text)
        return _ssh(text, short["user"], short["host"], None, short["path"])
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError("should be an address with a host and a port that exist") from error
    if parts.query or parts.fragment:
        raise ValueError("should be an address without ? and #")
    if parts.scheme == "ssh":
        return _ssh(text, parts.username, parts.hostname, port, parts.path, parts.password)
    if parts.scheme in ("https", "http"):
        return _http(text, port)
    if parts.scheme == "file" and parts.netloc in ("", "localhost") and parts.path.startswith("/"):
        return RemoteAddress(RemoteKind.FOLDER, text, path=unquote(parts.path))
    raise ValueError("should be an https or ssh address, or a folder of this machine")


def check_branch(name: str) -> str:
    """The name, if git takes it for that of a branch. Raises `ValueError`."""
    if not name or len(name) > 250 or _NO_BRANCH.search(name):
        raise ValueError("should be the name of a branch")
    return name


def _http(text: str, port: int | None) -> RemoteAddress:
    parts = urlsplit(text)
    if "@" in parts.netloc:
        raise ValueError("should not hold a name or a password: put the token into a variable, and name it `token_env`")
    host = _host(parts.hostname)
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise ValueError("should begin with https: over http anybody on the way could change what is applied")
    if parts.path in ("", "/"):
        raise ValueError("should name the repository after the host")
    return RemoteAddress(RemoteKind.HTTP, text, host, port, parts.path)


def _ssh(
    text: str, user: str | None, host: str | None, port: int | None, path: str, password: str | None = None
) -> RemoteAddress:
    if password is not None:
        raise ValueError("should not hold a password: name a key file with `ssh_key`")
    if user is not None and not _USER.fullmatch(user):
        raise ValueError("should have a plain user name before the @")
    if path in ("", "/") or path.lstrip("/").startswith("-"):
        raise ValueError("should name the repository after the host")
    return RemoteAddress(RemoteKind.SSH, text, _host(host), port, path)


def _host(host: str | None) -> str:
    if not host or not (_HOST.fullmatch(host) or _HOST.fullmatch(f"[{host}]")):
        raise ValueError("should hold the name of a host")
    return host

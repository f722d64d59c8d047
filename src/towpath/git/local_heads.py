"""Where the branches and tags of a repository on this machine stand, read without a process.

Looking at hundreds of repositories each minute must cost next to nothing. Only what is plain is read: loose files with
an object id and the file of packed ones. For anything else (another store of references, symbolic ones, links) the
answer is None, and git has to be asked.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

__all__ = ["LocalHeads", "wanted_by"]

_ID = re.compile(rb"[0-9a-f]{40}|[0-9a-f]{64}")
_MOST_BYTES = 64 * 1024 * 1024
_MOST_FILES = 20_000
_MOST_DEPTH = 20


class _AskGit(Exception):  # noqa: N818  # not an error: somebody else has the answer
    """Something that git had better read."""


def wanted_by(refs: Collection[str]) -> Callable[[str], bool]:
    """Tells whether a reference is among these: names, and prefixes that end with a slash."""
    names = frozenset(refs)
    prefixes = tuple(ref for ref in refs if ref.endswith("/"))
    return lambda name: name in names or name.startswith(prefixes)


class LocalHeads:
    """One repository's references. What is packed is read again only when its file is another one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp: object = None
        self._packed: dict[str, str] = {}

    def read(self, refs: Collection[str]) -> Mapping[str, str] | None:
        """The object ids of these references (names, or prefixes that end with a slash) as far as they are there;
        None when git has to be asked."""
        try:
            git = self._git_folder()
            # Git packs first and drops the loose ones then: looked at in this order, none is missed.
            loose: dict[str, str] = {}
            for ref in refs:
                self._loose(git, ref.rstrip("/"), loose, depth=0)
            packed = self._packed_refs(git / "packed-refs")
        except (OSError, _AskGit):
            return None
        wanted = wanted_by(refs)
        found = {name: oid for name, oid in packed.items() if wanted(name)}
        return found | {name: oid for name, oid in loose.items() if wanted(name)}

    def _git_folder(self) -> Path:
        inside = self._folder / ".git"
        git = inside if inside.is_dir() else self._folder
        if inside.is_file() or not (git / "HEAD").is_file() or not (git / "refs").is_dir():
            raise _AskGit
        if (git / "commondir").exists() or (git / "reftable").exists():
            raise _AskGit
        return git

    def _loose(self, git: Path, name: str, found: dict[str, str], depth: int) -> None:
        place = git / name
        try:
            mode = place.lstat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            return
        if depth > _MOST_DEPTH or len(found) > _MOST_FILES:
            raise _AskGit
        if stat.S_ISDIR(mode):
            for entry in sorted(os.listdir(place)):
                self._loose(git, f"{name}/{entry}", found, depth + 1)
        elif not name.endswith(".lock"):
            oid = _content(place).strip()
            if not _ID.fullmatch(oid):
                raise _AskGit
            found[name] = oid.decode("ascii")

    def _packed_refs(self, file: Path) -> Mapping[str, str]:
        try:
            seen = file.lstat()
        except FileNotFoundError:
            return {}
        stamp = (seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)
        if stamp != self._stamp:
            self._packed = _parsed(_content(file))
            self._stamp = stamp
        return self._packed


def _content(file: Path) -> bytes:
    """The content of a plain file. Raises `_AskGit` for anything else, and `OSError`."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _AskGit
        content = stream.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise _AskGit
    return content


def _parsed(content: bytes) -> dict[str, str]:
    """Lines are an id and a name; those of `#` are notes, those of `^` tell what an annotated tag is of."""
    found = {}
    for line in content.splitlines():
        if line.startswith((b"#", b"^")):
            continue
        oid, _, name = line.partition(b" ")
        if not _ID.fullmatch(oid) or not name:
            raise _AskGit
        found[name.decode("utf-8", "surrogateescape")] = oid.decode("ascii")
    return found

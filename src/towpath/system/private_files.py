"""Files that are written whole or not at all, readable by their owner alone."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

__all__ = ["private_folder", "write_whole"]


def private_folder(folder: Path) -> Path:
    """Makes the folder, and the parents it lacks, with mode 0700; it gets that mode if it stands already."""
    for each in (*reversed(folder.parents), folder):
        each.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)
    return folder


def write_whole(file: Path, content: bytes) -> None:
    """Writes a file of mode 0600 in one step: whoever reads it sees all of it or what was there before.

    Raises `OSError`; nothing is left behind then.
    """
    handle, name = tempfile.mkstemp(prefix=".", suffix=".new", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(name, file)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise

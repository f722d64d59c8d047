"""Makes a folder with a commit's files look like the top of a repository."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

__all__ = ["mark_top"]


def mark_top(folder: Path, commit: str) -> None:
    """Programs that ask git for the repository's top, or for `HEAD`, are answered with this folder and this commit. It
    has no objects and no history. Does nothing where there is something of git's already.
    """
    place = folder / ".git"
    if place.exists():
        return
    partial = Path(tempfile.mkdtemp(prefix=".git-", dir=folder))
    try:
        (partial / "objects").mkdir()
        (partial / "refs").mkdir()
        (partial / "HEAD").write_text(f"{commit}\n", encoding="ascii")
        # Somebody else may be faster: what they made is the same.
        with contextlib.suppress(OSError):
            os.rename(partial, place)
    finally:
        shutil.rmtree(partial, ignore_errors=True)

"""A state file's lock, held by somebody else."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

__all__ = ["held_lock"]

HOLDER = """
import fcntl, sys
file = open(sys.argv[1], "r+b")
fcntl.lockf(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""
INFO = {"ID": "1234", "Operation": "OperationTypeApply", "Who": "ada@laptop", "Created": "2026-01-05T09:00:00Z"}


@contextlib.contextmanager
def held_lock(state: Path) -> Iterator[None]:
    """Ada applies something from her laptop: another process holds the file, since one of its own would not notice."""
    state.with_name(f".{state.name}.lock.info").write_text(json.dumps(INFO), encoding="utf-8")
    argv = [sys.executable, "-c", HOLDER, str(state)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        try:
            yield
        finally:
            assert holder.stdin is not None
            holder.stdin.close()

"""Standard input, output and error, as somebody may have closed them."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from typing import IO

__all__ = ["let_nobody_read", "open_standard_streams"]

_LAST = 2
"""Standard error's descriptor."""


def open_standard_streams() -> None:
    """To be called before anything is opened: those that are closed lead to nowhere from now on, so that no file gets
    their number. A letter that a terminal cannot show stops nothing.
    """
    handle = os.open(os.devnull, os.O_RDWR)
    while handle <= _LAST:
        handle = os.open(os.devnull, os.O_RDWR)
    os.close(handle)
    if sys.stdin is None:
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def let_nobody_read(stream: IO[str]) -> None:
    """What is written to the stream from now on, or still waits in it, goes nowhere."""
    handle = os.open(os.devnull, os.O_WRONLY)
    os.dup2(handle, stream.fileno())
    os.close(handle)

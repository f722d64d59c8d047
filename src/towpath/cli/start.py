"""Where the process begins."""

from __future__ import annotations

import gc
import sys

__all__ = ["main"]

_ALLOCATIONS = 1_000_000
"""Objects made before the collector looks through the youngest. Most of what is made here stays or goes by itself; with
Python's own 700 a tenth of the time is spent looking."""


def main() -> None:
    """The console script: loads the rest, whose objects all stay, without collecting among them."""
    gc.disable()
    try:
        from towpath.cli.main import main as run
    except KeyboardInterrupt:
        # Nothing has been done yet, and nothing that words it is loaded.
        sys.exit(1)
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, 50, 100)
    gc.enable()
    try:
        run()
    finally:
        # Python looks through all objects once more before it ends: of those that are to stay anyway, through none.
        gc.freeze()

"""What is compared."""

from __future__ import annotations

from dataclasses import dataclass

from towpath.changes.attribution import Overlay
from towpath.live import Live

__all__ = ["ChangesRequest"]


@dataclass(frozen=True)
class ChangesRequest:
    """The live repository at two commits. `base` None means that nothing was there: every unit is added.

    `overlay` gives the head with some files as they are at the base; without it a value that two changed files may
    have brought is attributed to the file it is written in.
    """

    head: Live
    base: Live | None
    overlay: Overlay | None = None

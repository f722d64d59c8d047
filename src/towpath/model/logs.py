"""Lines of logs, and where each ends."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LogLine"]


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line, without its end. `end` is where the next one begins: it grows, and what it counts is the store's."""

    end: int
    text: str

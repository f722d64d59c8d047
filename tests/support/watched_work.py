"""What a test holds while work goes on: a log it can wait for, and a cancellation it turns up."""

from __future__ import annotations

import threading

__all__ = ["LogLines", "Switch"]

LONGEST = 30


class LogLines:
    """Keeps what was logged, and lets a test wait for it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._changed = threading.Condition()

    def line(self, text: str) -> None:
        with self._changed:
            self.lines.append(text)
            self._changed.notify_all()

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def wait_for(self, text: str) -> None:
        """Until the text stands somewhere in the log."""
        with self._changed:
            assert self._changed.wait_for(lambda: text in self.text, timeout=LONGEST), self.text

    def wait_for_line(self, line: str) -> None:
        """Until this very line was logged."""
        with self._changed:
            assert self._changed.wait_for(lambda: line in self.lines, timeout=LONGEST), self.text


class Switch:
    """A cancellation that a test turns up."""

    def __init__(self, level: int = 0) -> None:
        self._level = level
        self._changed = threading.Condition()

    def turn(self, level: int) -> None:
        with self._changed:
            self._level = level
            self._changed.notify_all()

    def level(self) -> int:
        return self._level

    def wait(self, level: int, seconds: float) -> int:
        with self._changed:
            self._changed.wait_for(lambda: self._level > level, timeout=seconds)
            return self._level

"""One reader of a source, for any number of those who follow it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from anyio.to_thread import run_sync

from towpath.problems import ProblemError

__all__ = ["Mailbox", "News", "Tail", "Tails"]

_LOG = logging.getLogger(__name__)
_PAUSE: Final = 0.4
"""Seconds between two looks when there was nothing new."""
_LONGER_PAUSE: Final = 5.0
"""Seconds after a look that failed."""
_ROOM: Final = 2000
"""News that may wait for one reader, who is told to start afresh when there are more."""


@dataclass(frozen=True, slots=True)
class News:
    """One thing that is new. `cursor` is its place in its source, and grows. News that reach from one place to another
    say in `start` where they begin: who stands somewhere between cannot use them as they are.
    """

    cursor: int
    what: Any
    start: int | None = None


Read = Callable[[int], Sequence[News]]
"""Reads what comes after a cursor, in order; a part of it where that is much. Blocks."""


class Mailbox:
    """What waits for one reader, from one source or several. Used in the event loop alone."""

    def __init__(self, room: int = _ROOM) -> None:
        self._queue: asyncio.Queue[tuple[str, News]] = asyncio.Queue(room)
        self.has_overflowed = False

    def put(self, source: str, news: News) -> None:
        try:
            self._queue.put_nowait((source, news))
        except asyncio.QueueFull:
            self.has_overflowed = True

    async def get(self, seconds: float) -> tuple[str, News] | None:
        """The next of them; None when there was none for so long."""
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(self._queue.get(), seconds)
        return None


class Tail:
    """Follows one source while somebody wants it. `start` tells where the source ends at this moment; it blocks."""

    def __init__(self, name: str, read: Read, start: Callable[[], int], pause: float = _PAUSE) -> None:
        self.name = name
        self._read = read
        self._start = start
        self._pause = pause
        self._mailboxes: list[Mailbox] = []
        self._task: asyncio.Task[None] | None = None
        self._position: int | None = None
        self._lock = asyncio.Lock()

    @property
    def is_followed(self) -> bool:
        return bool(self._mailboxes)

    async def join(self, mailbox: Mailbox) -> int:
        """From now on the mailbox gets what comes after the position that is returned."""
        self._mailboxes.append(mailbox)
        try:
            async with self._lock:
                if self._position is None:
                    self._position = await run_sync(self._start)
                if self._task is None:
                    self._task = asyncio.create_task(self._follow(), name=f"tail of {self.name}")
                return self._position
        except BaseException:
            self.leave(mailbox)
            raise

    def leave(self, mailbox: Mailbox) -> None:
        self._mailboxes.remove(mailbox)
        if not self._mailboxes and self._task is not None:
            self._task.cancel()
            self._task = self._position = None

    async def read(self, after: int) -> Sequence[News]:
        """What comes after the cursor, read for one alone."""
        return await run_sync(self._read, after)

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(await self._look())

    async def _look(self) -> float:
        """Passes on what is new; how long to wait until the next look."""
        try:
            found = await run_sync(self._read, self._position or 0)
        except ProblemError as error:
            _LOG.warning("cannot follow %s: %s", self.name, error)
            return _LONGER_PAUSE
        for news in found:
            self._position = news.cursor
            for mailbox in self._mailboxes:
                mailbox.put(self.name, news)
        return 0.0 if found else self._pause


class Tails:
    """Tails by what they follow; one that nobody follows any more is forgotten."""

    def __init__(self) -> None:
        self._tails: dict[Hashable, Tail] = {}
        self._lock = threading.Lock()

    def of(self, key: Hashable, make: Callable[[], Tail]) -> Tail:
        """The tail of what the key names. Thread-safe: routes ask for it from their threads."""
        with self._lock:
            for other in [other for other, tail in self._tails.items() if not tail.is_followed and other != key]:
                del self._tails[other]
            if key not in self._tails:
                self._tails[key] = make()
            return self._tails[key]

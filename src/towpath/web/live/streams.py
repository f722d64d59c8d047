"""Server-sent events: what a browser that follows a run or a unit run is told."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

from anyio.to_thread import run_sync
from starlette.responses import StreamingResponse

from towpath.web.live.tails import Mailbox, News, Tail

__all__ = ["Source", "event_stream", "place_in"]

_BEAT: Final = 15.0
"""Seconds of silence after which a sign of life is sent: proxies close what is silent, and readers tell by it that the
connection still stands."""
_MOST: Final = 1000
"""News that are told to somebody who comes back; when there are more, they start afresh."""
_LOOK_AFTER: Final = 500
"""News after which it is asked whether the reader is still welcome, when there is never silence."""
_RECONNECT_MILLISECONDS: Final = 2000

Welcome = Callable[[], bool]
"""Asked now and then whether the reader may still read. Blocks."""


@dataclass(frozen=True, slots=True)
class Source:
    """A tail, and from which place somebody follows it. `write` gives the kind and the data of what is told of a piece
    of news, None where it is not for this reader.
    """

    tail: Tail
    after: int
    write: Callable[[News], tuple[str, Any] | None]


def place_in(text: str, otherwise: tuple[int, ...]) -> tuple[int, ...]:
    """Where somebody stands in each source: reads what `Last-Event-ID` or `after` says. Anything that was not written
    by us counts as `otherwise`.
    """
    parts = text.split(".")
    if len(parts) != len(otherwise) or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        return otherwise
    return tuple(int(part) for part in parts)


def event_stream(sources: Sequence[Source], is_welcome: Welcome) -> StreamingResponse:
    """The answer that goes on until the reader leaves, or is not welcome any more."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_Stream(sources, is_welcome).told(), media_type="text/event-stream", headers=headers)


class _Stream:
    def __init__(self, sources: Sequence[Source], is_welcome: Welcome) -> None:
        self._sources = {source.tail.name: source for source in sources}
        self._places = {source.tail.name: source.after for source in sources}
        self._is_welcome = is_welcome

    async def told(self) -> AsyncIterator[str]:
        yield f"retry: {_RECONNECT_MILLISECONDS}\n\n"
        mailbox = Mailbox()
        with ExitStack() as joined:
            for source in self._sources.values():
                end = await source.tail.join(mailbox)
                joined.callback(source.tail.leave, mailbox)
                async for text in self._missed(source, end):
                    yield text
            yield self._event("here", {})
            async for text in self._to_come(mailbox):
                yield text

    async def _missed(self, source: Source, end: int) -> AsyncIterator[str]:
        """What came while the reader was away."""
        name = source.tail.name
        told = 0
        while self._places[name] < end:
            found = await source.tail.read(self._places[name])
            if not found:
                return
            told += len(found)
            for text in self._told(name, found):
                yield text
            if told > _MOST:
                self._places[name] = max(end, self._places[name])
                yield self._event("afresh", {})

    async def _to_come(self, mailbox: Mailbox) -> AsyncIterator[str]:
        told = 0
        while not mailbox.has_overflowed:
            found = await mailbox.get(_BEAT)
            told += 1
            if (found is None or told % _LOOK_AFTER == 0) and not await run_sync(self._is_welcome):
                return
            if found is None:
                yield self._event("beat", {})
                continue
            name, news = found
            for text in self._told(name, await self._fitting(name, news)):
                yield text
        yield self._event("afresh", {})

    async def _fitting(self, name: str, news: News) -> Sequence[News]:
        """The news, or what is read anew from where the reader stands, because the news do not begin there."""
        place = self._places[name]
        if news.start is None or news.start == place or news.cursor <= place:
            return [news]
        return await self._sources[name].tail.read(place)

    def _told(self, name: str, found: Sequence[News]) -> Iterator[str]:
        for news in found:
            if news.cursor > self._places[name]:
                self._places[name] = news.cursor
                written = self._sources[name].write(news)
                if written is not None:
                    yield self._event(*written)

    def _event(self, kind: str, data: Any) -> str:
        place = ".".join(str(place) for place in self._places.values())
        return f"id: {place}\nevent: {kind}\ndata: {json.dumps(data, ensure_ascii=True)}\n\n"

"""Streams: nothing is lost and nothing is told twice, whoever comes when; one reader for all who follow."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest

from towpath.problems import Problem, ProblemError
from towpath.web.live.streams import Source, event_stream, place_in
from towpath.web.live.tails import Mailbox, News, Tail, Tails


class Numbers:
    """A source of numbers; `ask` counts how often it was read."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = list(numbers)
        self.asked = 0
        self.broken = 0

    def read(self, after: int) -> Sequence[News]:
        self.asked += 1
        if self.broken:
            self.broken -= 1
            raise ProblemError(Problem("database-unreachable", "The database cannot be reached"))
        return [News(number, number) for number in self.numbers if number > after]

    def end(self) -> int:
        return self.numbers[-1] if self.numbers else 0

    def tail(self) -> Tail:
        return Tail("numbers", self.read, self.end, pause=0.001)


def written(news: News) -> tuple[str, Any]:
    return "happened", news.what


def stream(source: Source, is_welcome: Callable[[], bool] = lambda: True) -> AsyncIterator[Any]:
    return event_stream([source], is_welcome).body_iterator  # type: ignore[return-value] # as it was given


async def told(messages: AsyncIterator[Any], kind: str) -> tuple[str, Any]:
    """The place and the data of the next message of this kind."""
    async for message in messages:
        fields = dict(line.split(": ", 1) for line in message.strip().split("\n"))
        if fields.get("event") == kind:
            return fields["id"], json.loads(fields["data"])
    raise AssertionError(f"the stream ended without {kind}")


def test_who_comes_back_is_told_what_they_missed_and_then_what_is_new() -> None:
    async def story() -> None:
        numbers = Numbers(1, 2, 3)
        messages = stream(Source(numbers.tail(), 1, written))
        assert [await told(messages, "happened") for _ in range(2)] == [("2", 2), ("3", 3)]
        await told(messages, "here")
        numbers.numbers += [4, 5]
        assert [await told(messages, "happened") for _ in range(2)] == [("4", 4), ("5", 5)]

    asyncio.run(asyncio.wait_for(story(), 30))


def test_one_reader_serves_all_and_stops_with_the_last() -> None:
    async def story() -> None:
        numbers = Numbers()
        tail = numbers.tail()
        readers = [stream(Source(tail, 0, written)) for _ in range(200)]
        for reader in readers:
            await told(reader, "here")
        before = numbers.asked
        numbers.numbers.append(1)
        assert [await told(reader, "happened") for reader in readers] == [("1", 1)] * 200
        assert numbers.asked - before < 200
        assert tail.is_followed
        for reader in readers:
            await reader.aclose()  # type: ignore[attr-defined] # of a generator
        assert not tail.is_followed

    asyncio.run(asyncio.wait_for(story(), 30))


def test_a_source_that_cannot_be_read_for_a_while_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("towpath.web.live.tails._LONGER_PAUSE", 0.001)

    async def story() -> None:
        numbers = Numbers(1)
        messages = stream(Source(numbers.tail(), 1, written))
        await told(messages, "here")
        numbers.broken = 3
        numbers.numbers += [2, 3]
        assert [await told(messages, "happened") for _ in range(2)] == [("2", 2), ("3", 3)]

    asyncio.run(asyncio.wait_for(story(), 30))


def test_who_is_not_welcome_any_more_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("towpath.web.live.streams._BEAT", 0.01)

    async def story() -> list[str]:
        welcome = [True, True]
        messages = stream(Source(Numbers().tail(), 0, written), lambda: bool(welcome) and welcome.pop())
        return [message async for message in messages]

    kinds = [message for message in asyncio.run(asyncio.wait_for(story(), 30)) if "event: beat" in message]
    assert len(kinds) == 2


def test_who_cannot_keep_up_starts_afresh() -> None:
    mailbox = Mailbox(room=2)
    for number in range(3):
        mailbox.put("numbers", News(number, number))
    assert mailbox.has_overflowed


def test_who_missed_very_much_starts_afresh_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("towpath.web.live.streams._MOST", 10)

    async def story() -> None:
        numbers = Numbers(*range(1, 100))
        messages = stream(Source(numbers.tail(), 0, written))
        place, _ = await told(messages, "afresh")
        assert place == "99"
        await told(messages, "here")
        numbers.numbers.append(100)
        assert await told(messages, "happened") == ("100", 100)

    asyncio.run(asyncio.wait_for(story(), 30))


class Text:
    """A source of which each piece reaches from one place to another, as parts of a log do."""

    def __init__(self) -> None:
        self.text = "abc"

    def read(self, after: int) -> Sequence[News]:
        part = self.text[after : after + 4]
        return [News(after + len(part), part, after)] if part else []


@pytest.mark.parametrize("after", range(4))
def test_pieces_fit_together_wherever_somebody_begins(after: int) -> None:
    async def story() -> str:
        text = Text()
        tail = Tail("text", text.read, lambda: 2, pause=0.001)
        messages = stream(Source(tail, after, written))
        found = ""
        text.text += "defghij"
        while after + len(found) < len(text.text):
            found += (await told(messages, "happened"))[1]
        return found

    assert asyncio.run(asyncio.wait_for(story(), 30)) == "abcdefghij"[after:]


def test_tails_are_shared_by_what_they_follow() -> None:
    async def story() -> None:
        tails = Tails()
        first = tails.of("a", Numbers().tail)
        await first.join(Mailbox())
        assert tails.of("a", Numbers().tail) is first
        other = tails.of("b", Numbers().tail)
        assert tails.of("a", Numbers().tail) is first
        assert tails.of("b", Numbers().tail) is not other

    asyncio.run(asyncio.wait_for(story(), 30))


@pytest.mark.parametrize(
    ("said", "place"),
    [("7.9", (7, 9)), ("", (1, 2)), ("7", (1, 2)), ("7.x", (1, 2)), ("-1.2", (1, 2)), ("\u0663.\u0664", (1, 2)),
     ("9" * 40 + ".1", (1, 2)), ("1.2.3", (1, 2))],
)  # fmt: skip
def test_a_place_that_was_not_written_by_us_is_not_taken(said: str, place: tuple[int, ...]) -> None:
    assert place_in(said, (1, 2)) == place

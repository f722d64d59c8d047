"""Regular expressions matched in time linear in the text: a list of instructions and the machine that runs it.

All ways through the pattern are followed at once, a character at a time, in order of preference, so no pattern can make
the machine go back. This is the method of Thompson and Pike, and gives the matches that RE2 and Go give: the leftmost,
and among those the one that a backtracking matcher would find first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from towpath.hcl.functions.registry import ArgumentError

__all__ = ["Assert", "Assertion", "Character", "Instruction", "Match", "Matched", "Program", "Save", "Split"]

# Some seconds of work.
_MOST_STEPS = 5_000_000


class Assertion(Enum):
    """What must hold between two characters."""

    TEXT_START = "text-start"
    TEXT_END = "text-end"
    LINE_START = "line-start"
    LINE_END = "line-end"
    WORD_EDGE = "word-edge"
    NO_WORD_EDGE = "no-word-edge"


@dataclass(frozen=True, slots=True)
class Character:
    """Take one character of the class and go on with the next instruction."""

    accepts: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Split:
    """Go on in both places; the first is preferred."""

    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Save:
    """Remember the position, then go on."""

    slot: int


@dataclass(frozen=True, slots=True)
class Assert:
    """Go on if the assertion holds."""

    assertion: Assertion


@dataclass(frozen=True, slots=True)
class Matched:
    """The pattern has been found."""


Instruction = Character | Split | Save | Assert | Matched
Slots = tuple[int, ...]
Thread = tuple[int, Slots]


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern was found: for each group (0 is the whole) its start and end, -1 where it took no part."""

    text: str
    slots: Slots

    def span(self, group: int) -> tuple[int, int]:
        return self.slots[2 * group], self.slots[2 * group + 1]

    def group(self, group: int) -> str | None:
        start, end = self.span(group)
        return None if start < 0 or end < 0 else self.text[start:end]


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled pattern. `names` has the name of each group from 1 on, None for those without; no more than
    `most_steps` are spent on one text.
    """

    instructions: tuple[Instruction, ...]
    names: tuple[str | None, ...]
    most_steps: int = _MOST_STEPS

    def search(self, text: str, start: int = 0) -> Match | None:
        """The first match at or after `start`. Raises `ArgumentError` when it would take too long."""
        return _Machine(self, text).run(start)

    def find_all(self, text: str) -> Iterator[Match]:
        """Matches that do not overlap; an empty one right after another match does not count."""
        machine = _Machine(self, text)
        position, end_of_last = 0, -1
        while position <= len(text) and (match := machine.run(position)):
            start, end = match.span(0)
            if end > start or start != end_of_last:
                yield match
            end_of_last = end
            position = end + 1 if end == start else end


class _Machine:
    """One text, one program, and a budget of steps for all searches in it."""

    def __init__(self, program: Program, text: str) -> None:
        self._instructions = program.instructions
        self._text = text
        self._unset: Slots = (-1,) * (2 * len(program.names) + 2)
        self._steps = program.most_steps
        self._first = self._first_characters()

    def run(self, start: int) -> Match | None:
        found: Slots | None = None
        threads: list[Thread] = []
        seen: set[int] = set()
        position = start
        while position <= len(self._text):
            if found is None:
                if not threads:
                    position = self._skip(position)
                self._follow(0, self._unset, position, threads, seen)
            if not threads and (found is not None or position >= len(self._text)):
                break
            threads, seen, matched = self._step(threads, position)
            found = matched or found
            position += 1
        return None if found is None else Match(self._text, found)

    def _step(self, threads: list[Thread], position: int) -> tuple[list[Thread], set[int], Slots | None]:
        """Every thread takes the character at the position; a match cuts off the threads of less preference."""
        character = self._text[position] if position < len(self._text) else None
        following: list[Thread] = []
        seen: set[int] = set()
        self._spend(len(threads))
        for place, slots in threads:
            instruction = self._instructions[place]
            if isinstance(instruction, Matched):
                return following, seen, slots
            if isinstance(instruction, Character) and character is not None and instruction.accepts(character):
                self._follow(place + 1, slots, position + 1, following, seen)
        return following, seen, None

    def _follow(self, place: int, slots: Slots, position: int, threads: list[Thread], seen: set[int]) -> None:
        """Add every instruction that is reached from the place without taking a character, in order of preference."""
        waiting = [(place, slots)]
        while waiting:
            place, slots = waiting.pop()
            if place in seen:
                continue
            seen.add(place)
            instruction = self._instructions[place]
            if isinstance(instruction, Split):
                waiting += [(instruction.second, slots), (instruction.first, slots)]
            elif isinstance(instruction, Save):
                saved = (*slots[: instruction.slot], position, *slots[instruction.slot + 1 :])
                waiting.append((place + 1, saved))
            elif isinstance(instruction, Assert):
                if self._holds(instruction.assertion, position):
                    waiting.append((place + 1, slots))
            else:
                threads.append((place, slots))
        self._spend(1)

    def _spend(self, steps: int) -> None:
        self._steps -= steps
        if self._steps < 0:
            raise ArgumentError("The text is too long for this pattern.")

    def _holds(self, assertion: Assertion, position: int) -> bool:
        text = self._text
        if assertion is Assertion.TEXT_START:
            return position == 0
        if assertion is Assertion.TEXT_END:
            return position == len(text)
        if assertion is Assertion.LINE_START:
            return position == 0 or text[position - 1] == "\n"
        if assertion is Assertion.LINE_END:
            return position == len(text) or text[position] == "\n"
        before = position > 0 and _is_word(text[position - 1])
        after = position < len(text) and _is_word(text[position])
        return (before != after) == (assertion is Assertion.WORD_EDGE)

    def _first_characters(self) -> tuple[Callable[[str], bool], ...]:
        """What a match can begin with; empty when it may also begin with nothing."""
        reached: set[int] = set()
        waiting = [0]
        accepted: list[Callable[[str], bool]] = []
        while waiting:
            place = waiting.pop()
            if place in reached:
                continue
            reached.add(place)
            instruction = self._instructions[place]
            if isinstance(instruction, Matched):
                return ()
            if isinstance(instruction, Split):
                waiting += [instruction.first, instruction.second]
            elif isinstance(instruction, Character):
                accepted.append(instruction.accepts)
            else:
                waiting.append(place + 1)
        return tuple(accepted)

    def _skip(self, position: int) -> int:
        """The next position at which a match can begin."""
        if not self._first:
            return position
        for index in range(position, len(self._text)):
            if any(accepts(self._text[index]) for accepts in self._first):
                return index
        return len(self._text)


def _is_word(character: str) -> bool:
    return character == "_" or (character.isascii() and character.isalnum())

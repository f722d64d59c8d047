"""What the story needs around it: a place to speak, `towpath` to type, and the moment when it is not as told."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from rich.console import Console
from rich.text import Text

from towpath.system import Clock, Processes
from towpath.system.foreground import Foreground

__all__ = ["Answer", "Chapter", "Narrator", "StoryError", "Towpath", "TowpathProgram", "expect", "tell"]

ANSWER_SECONDS = 120.0


class StoryError(Exception):
    """The story did not happen as it is told. The message says what was expected, and what was there instead."""


def expect(holds: bool, what: str, found: object = None) -> None:
    """Raises `StoryError` unless `holds`."""
    if not holds:
        raise StoryError(what if found is None else f"{what}; instead: {found}")


class Narrator:
    """Speaks between the commands. Colours and rules on a terminal, plain lines when piped."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def chapter(self, title: str) -> None:
        self._console.print()
        if self._console.is_terminal:
            self._console.rule(Text(f" {title} ", style="bold cyan"), align="left", style="cyan")
        else:
            self.line(f"== {title}")

    def say(self, text: str) -> None:
        """A remark on what happens next or has just happened."""
        self.line()
        self.line(text, style="italic" if self._console.is_terminal else "")

    def command(self, words: Sequence[str]) -> None:
        self.line()
        typed = [shlex.quote(word) if " " in word else word for word in words]
        self.line(f"$ towpath {' '.join(typed)}", style="bold")

    def seen(self, text: str) -> None:
        """Something that was checked and found to be so."""
        self.line(f"{'✓' if self._unicode else 'ok:'} {text}", style="green")

    def failed(self, what: str, why: str) -> None:
        self.line()
        self.line(what, style="bold red")
        self.line(why)

    def took(self, seconds: float) -> None:
        self.line(f"This took {seconds:.0f} s.", style="dim")

    def table(self, rows: Sequence[tuple[str, float]]) -> None:
        """What took how many seconds."""
        width = max(len(name) for name, _ in rows)
        for name, seconds in rows:
            self.line(f"{name.ljust(width)}  {seconds:6.1f} s")

    def line(self, text: str = "", style: str = "") -> None:
        self._console.print(Text(text, style=style), soft_wrap=True)

    @property
    def _unicode(self) -> bool:
        return self._console.is_terminal and self._console.encoding.lower().startswith("utf")


@dataclass(frozen=True)
class Answer:
    """How one command ended. `document` is what it printed with `--json`."""

    status: int
    document: Any


class Towpath(Protocol):
    """The command line, typed in the live repository's folder."""

    def show(self, *words: str) -> int:
        """Runs it before the reader's eyes; gives the exit status."""
        ...

    def ask(self, *words: str) -> Answer:
        """Runs it quietly with `--json`. Raises `StoryError` when what it printed is not one JSON document."""
        ...


class TowpathProgram:
    """`towpath` as a child process of its own, as a user has it."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        narrator: Narrator,
        foreground: Foreground,
        processes: Processes,
    ) -> None:
        self._folder = folder
        self._environment = environment
        self._narrator = narrator
        self._foreground = foreground
        self._processes = processes

    def show(self, *words: str) -> int:
        self._narrator.command(words)
        return self._foreground.run(self._argv(*words), folder=self._folder, environment=self._environment)

    def ask(self, *words: str) -> Answer:
        done = self._processes.run(
            self._argv(*words, "--json"), folder=self._folder, environment=self._environment, timeout=ANSWER_SECONDS
        )
        try:
            return Answer(done.status, json.loads(done.stdout))
        except ValueError as error:
            said = (done.stdout + done.stderr).decode(errors="replace").strip()[-1000:]
            raise StoryError(f"`towpath {' '.join(words)} --json` printed no JSON document; instead: {said}") from error

    def _argv(self, *words: str) -> tuple[str, ...]:
        return (sys.executable, "-m", "towpath", *words)


class Narrated(Protocol):
    """A story of either kind, as far as telling it needs."""

    @property
    def narrator(self) -> Narrator: ...


Told = TypeVar("Told", bound=Narrated)


@dataclass(frozen=True)
class Chapter(Generic[Told]):
    """One part of a story: its title, and what is told."""

    title: str
    tell: Callable[[Told], None]


def tell(story: Told, chapters: Sequence[Chapter[Told]], clock: Clock, began: float) -> int:
    """Tells the chapters in order, and sums up. 1 when one did not happen as told; the rest is not told then."""
    narrator = story.narrator
    parts = [("Set up", clock.steady() - began)]
    for number, chapter in enumerate(chapters, start=1):
        narrator.chapter(f"{number}. {chapter.title}")
        start = clock.steady()
        try:
            chapter.tell(story)
        except StoryError as error:
            narrator.failed(f"The story went wrong in chapter {number}, {chapter.title}.", f"Expected: {error}.")
            return 1
        parts.append((f"{number}. {chapter.title}", clock.steady() - start))
        narrator.took(parts[-1][1])
    narrator.chapter("Summary")
    narrator.table([*parts, ("Altogether", clock.steady() - began)])
    return 0

"""Lines of a log, with the colours a program asked its terminal for.

1. `ESC [ … m` (SGR of ECMA-48) changes how what follows looks: bold, faint, italic, underlined, struck out, and sixteen
   colours; others are shown in the nearest of those sixteen.
2. Every other sequence is dropped: a page has no cursor to move, and nothing in a log may set titles or links.
3. What remains is text in which nothing steers: characters that do are shown as escapes.

Each line is read by itself. The result is text with names of classes, never markup: escaping is for the template.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from towpath.views.text import printable

__all__ = ["Piece", "pieces_of"]

_SEQUENCE: Final = re.compile(
    r"\x1b\[([0-9;:]*)m"  # what is understood
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # other control sequences
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)"  # strings for the terminal
    r"|\x1b[ -/]*[0-~]?"  # other escapes
)
_COLOURS: Final = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_LONGEST: Final = 20_000
"""Characters of one line that are shown: whoever wants the rest downloads the log."""
_STEPS: Final = (0, 95, 135, 175, 215, 255)
_PALETTE: Final = (
    (0, 0, 0),
    (170, 0, 0),
    (0, 170, 0),
    (170, 85, 0),
    (0, 0, 170),
    (170, 0, 170),
    (0, 170, 170),
    (170, 170, 170),
    (85, 85, 85),
    (255, 85, 85),
    (85, 255, 85),
    (255, 255, 85),
    (85, 85, 255),
    (255, 85, 255),
    (85, 255, 255),
    (255, 255, 255),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that looks the same all along. `classes` is what a `class` attribute may hold, "" for plain text."""

    text: str
    classes: str = ""


@dataclass(frozen=True, slots=True)
class _Look:
    bold: bool = False
    faint: bool = False
    italic: bool = False
    underlined: bool = False
    struck: bool = False
    ink: int | None = None
    ground: int | None = None

    def classes(self) -> str:
        named = ("bold", "faint", "italic", "underlined", "struck")
        found = [f"l-{name}" for name in named if getattr(self, name)]
        found += [] if self.ink is None else [f"l-{_name(self.ink)}"]
        found += [] if self.ground is None else [f"l-on-{_name(self.ground)}"]
        return " ".join(found)


_SWITCHES: Final[dict[int, dict[str, bool]]] = {
    1: {"bold": True},
    2: {"faint": True},
    3: {"italic": True},
    4: {"underlined": True},
    9: {"struck": True},
    22: {"bold": False, "faint": False},
    23: {"italic": False},
    24: {"underlined": False},
    29: {"struck": False},
}


def pieces_of(line: str) -> tuple[Piece, ...]:
    """The line as it looks; of a line that overwrites itself (progress bars), what it ended as."""
    cut = line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
    text = cut.rstrip("\r\n")
    return tuple(_pieces(text.rpartition("\r")[2]))


def _pieces(text: str) -> Iterator[Piece]:
    look = _Look()
    end = 0
    for found in _SEQUENCE.finditer(text):
        yield from _piece(text[end : found.start()], look)
        end = found.end()
        if found.group(1) is not None:
            look = _changed(look, _numbers(found.group(1)))
    yield from _piece(text[end:], look)


def _piece(text: str, look: _Look) -> Iterator[Piece]:
    if text:
        yield Piece(printable(text.expandtabs(4)), look.classes())


def _numbers(written: str) -> list[int]:
    """An empty number is 0; one that no terminal knows is 0 as well, so that it cannot be long to read."""
    return [int(part) if part and len(part) <= 3 else 0 for part in re.split("[;:]", written)]


def _changed(look: _Look, numbers: list[int]) -> _Look:
    while numbers:
        number = numbers.pop(0)
        if number == 0:
            look = _Look()
        elif number in _SWITCHES:
            look = replace(look, **_SWITCHES[number])
        elif number in (38, 48):
            look = _coloured(look, number - 30, _chosen(numbers))
        else:
            look = _basic(look, number)
    return look


def _basic(look: _Look, number: int) -> _Look:
    tens, colour = divmod(number, 10)
    is_bright = tens in (9, 10)
    if tens not in (3, 4, 9, 10) or colour > 9 or colour == 8 or (is_bright and colour > 7):
        return look
    chosen = None if colour == 9 else colour + (8 if is_bright else 0)
    return _coloured(look, 8 if tens in (3, 9) else 18, chosen)


def _coloured(look: _Look, where: int, colour: int | None) -> _Look:
    return replace(look, ink=colour) if where == 8 else replace(look, ground=colour)


def _chosen(numbers: list[int]) -> int | None:
    """What `38;5;n` or `38;2;r;g;b` asks for; takes its numbers away."""
    kind = numbers.pop(0) if numbers else 0
    if kind == 5 and numbers:
        return _of_256(numbers.pop(0))
    if kind == 2 and len(numbers) >= 3:
        red, green, blue = (numbers.pop(0) for _ in range(3))
        return _nearest(red, green, blue)
    return None


def _of_256(number: int) -> int | None:
    if number < 16:
        return number
    if number > 255:
        return None
    if number >= 232:
        grey = 8 + (number - 232) * 10
        return _nearest(grey, grey, grey)
    cube = number - 16
    return _nearest(_STEPS[cube // 36], _STEPS[cube // 6 % 6], _STEPS[cube % 6])


def _nearest(red: int, green: int, blue: int) -> int:
    def distance(index: int) -> int:
        r, g, b = _PALETTE[index]
        return (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2

    return min(range(len(_PALETTE)), key=distance)


def _name(colour: int) -> str:
    return _COLOURS[colour] if colour < 8 else f"bright-{_COLOURS[colour - 8]}"

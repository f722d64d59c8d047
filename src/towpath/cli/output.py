"""The output port: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any

from towpath.cli.views.problems import problems_lines
from towpath.cli.views.tables import Line, Style, Table, aligned, line
from towpath.problems import Problem

__all__ = ["Mode", "Output"]

_ANSI = {
    Style.PLAIN: "",
    Style.HEADING: "\x1b[1m",
    Style.FAINT: "\x1b[2m",
    Style.NAME: "\x1b[36m",
    Style.GOOD: "\x1b[32m",
    Style.CHANGED: "\x1b[33m",
    Style.BAD: "\x1b[31m",
    Style.WARNING: "\x1b[33m",
}
_RESET = "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Mode:
    """How a command speaks. `json`: one document on standard output and nothing else there."""

    json: bool = False
    color: bool = True
    quiet: bool = False
    verbose: bool = False


class Output:
    """Writes for a person or for a program.

    `show` and `document` are the result. `note` tells progress (not with `-q`), `detail` more than most want (only
    with `-v`), `problems` what is wrong. Colours appear only on a terminal, and not with `--no-color`.
    """

    def __init__(self, stdout: IO[str], stderr: IO[str], mode: Mode) -> None:
        self._stdout = stdout
        self._stderr = stderr
        self.mode = mode

    @property
    def shows_progress(self) -> bool:
        """Whether something that moves may be drawn on standard error."""
        return self._stderr.isatty() and not self.mode.quiet

    def document(self, value: Any) -> None:
        """The result for a program: one JSON document."""
        self._stdout.write(json.dumps(value, indent=2) + "\n")

    def text(self, text: str) -> None:
        """The result as it is: a drawing, a script. Ends with one line end."""
        self._stdout.write(text.rstrip("\n") + "\n")

    def show(self, *parts: Line | Table | str) -> None:
        """The result for a person."""
        self._write(self._stdout, _lines(parts))

    def note(self, *parts: Line | Table | str) -> None:
        if not self.mode.quiet:
            self._write(self._stderr, _lines(parts))

    def detail(self, *parts: Line | Table | str) -> None:
        if self.mode.verbose:
            self._write(self._stderr, _lines(parts))

    def problems(self, problems: Sequence[Problem]) -> None:
        """What is wrong, to standard error, in JSON mode as well: there it is part of the document besides."""
        self._write(self._stderr, problems_lines(problems))

    def _write(self, stream: IO[str], lines: Iterable[Line]) -> None:
        colored = self.mode.color and stream.isatty()
        for one in lines:
            stream.write((_colored(one) if colored else one.plain()) + "\n")
        stream.flush()


def _lines(parts: Iterable[Line | Table | str]) -> Iterable[Line]:
    for part in parts:
        if isinstance(part, Table):
            yield from aligned(part)
        else:
            yield part if isinstance(part, Line) else line(part)


def _colored(one: Line) -> str:
    pieces = ((_ANSI[span.style], span.text) for span in one.spans if span.text)
    return "".join(f"{code}{text}{_RESET}" if code else text for code, text in pieces)

"""The output port: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any

from towpath.model.texts import encodable
from towpath.problems import Problem, ProblemError
from towpath.system.streams import let_nobody_read
from towpath.views.problems import problems_lines
from towpath.views.tables import Line, Style, Table, aligned, line

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
_NO_TEXT = "\\udc"
"""How JSON writes a byte of a name that is not UTF-8: few programs read it."""


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
        text = json.dumps(value, indent=2)
        if _NO_TEXT in text:
            text = json.dumps(encodable(value), indent=2)
        self._result(text + "\n")

    def text(self, text: str) -> None:
        """The result as it is: a drawing, a script. Ends with one line end."""
        self._result(text.rstrip("\n") + "\n")

    def show(self, *parts: Line | Table | str) -> None:
        """The result for a person."""
        self._result(self._drawn(self._stdout, _lines(parts)))

    def note(self, *parts: Line | Table | str) -> None:
        if not self.mode.quiet:
            self._tell(_lines(parts))

    def detail(self, *parts: Line | Table | str) -> None:
        if self.mode.verbose:
            self._tell(_lines(parts))

    def problems(self, problems: Sequence[Problem]) -> None:
        """What is wrong, to standard error, in JSON mode as well: there it is part of the document besides."""
        self._tell(problems_lines(problems))

    def _result(self, text: str) -> None:
        """Raises `ProblemError` (`output-not-written`). A reader that has seen enough and is gone stops nothing: the
        command goes on, and its exit status is what it would have been.
        """
        try:
            self._stdout.write(text)
            self._stdout.flush()
        except BrokenPipeError:
            let_nobody_read(self._stdout)
        except OSError as error:
            let_nobody_read(self._stdout)
            raise ProblemError(_not_written(error)) from error

    def _tell(self, lines: Iterable[Line]) -> None:
        """Work does not stop because nobody can be told of it."""
        try:
            self._stderr.write(self._drawn(self._stderr, lines))
            self._stderr.flush()
        except OSError:
            let_nobody_read(self._stderr)

    def _drawn(self, stream: IO[str], lines: Iterable[Line]) -> str:
        colored = self.mode.color and stream.isatty()
        return "".join((_colored(one) if colored else one.plain()) + "\n" for one in lines)


def _not_written(error: OSError) -> Problem:
    return Problem(
        "output-not-written",
        "The result cannot be written",
        f"Writing to standard output failed: {error.strerror}. What the command did is done.",
        hint="Make room where it is written to, then ask again: `towpath status` shows the newest run.",
    )


def _lines(parts: Iterable[Line | Table | str]) -> Iterable[Line]:
    for part in parts:
        if isinstance(part, Table):
            yield from aligned(part)
        else:
            yield part if isinstance(part, Line) else line(part)


def _colored(one: Line) -> str:
    pieces = ((_ANSI[span.style], span.text) for span in one.spans if span.text)
    return "".join(f"{code}{text}{_RESET}" if code else text for code, text in pieces)

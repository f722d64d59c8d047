"""The output port."""

from __future__ import annotations

import io
import json

import pytest

from towpath.cli.output import Mode, Output
from towpath.problems import Problem
from towpath.views.tables import Span, Style, line


class Terminal(io.StringIO):
    """A stream somebody looks at."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "mode", "text"),
    [
        (Terminal, Mode(), "\x1b[31mgone\x1b[0m now\n"),
        (Terminal, Mode(color=False), "gone now\n"),
        (io.StringIO, Mode(), "gone now\n"),
    ],
)
def test_colours_are_for_terminals_only(stream: type[io.StringIO], mode: Mode, text: str) -> None:
    out = stream()
    Output(out, io.StringIO(), mode).show(line(Span("gone", Style.BAD), " now"))
    assert out.getvalue() == text


def test_progress_goes_to_standard_error_and_can_be_silenced() -> None:
    for mode, text in ((Mode(), "working\n"), (Mode(quiet=True), ""), (Mode(verbose=True), "working\nclosely\n")):
        out, err = io.StringIO(), io.StringIO()
        output = Output(out, err, mode)
        output.note("working")
        output.detail("closely")
        assert (out.getvalue(), err.getvalue()) == ("", text)


def test_problems_go_to_standard_error() -> None:
    out, err = io.StringIO(), io.StringIO()
    Output(out, err, Mode(quiet=True)).problems([Problem("x", "X")])
    assert out.getvalue() == ""
    assert err.getvalue().startswith("error[x]: X\n")


def test_a_document_is_plain_ascii_json() -> None:
    out = io.StringIO()
    Output(out, io.StringIO(), Mode(json=True)).document({"path": "dev/größe\x9b"})
    assert out.getvalue().isascii()
    assert json.loads(out.getvalue()) == {"path": "dev/größe\x9b"}


def test_something_moving_is_drawn_on_a_terminal_only() -> None:
    assert Output(io.StringIO(), Terminal(), Mode()).shows_progress
    assert not Output(io.StringIO(), Terminal(), Mode(quiet=True)).shows_progress
    assert not Output(io.StringIO(), io.StringIO(), Mode()).shows_progress

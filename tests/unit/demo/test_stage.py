"""What the story speaks with."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from rich.console import Console

from towpath.demo.stage import Narrator, StoryError, TowpathProgram, expect
from towpath.system import FakeProcesses


class FakeForeground:
    """Remembers what was run; everything ends with 3."""

    def __init__(self) -> None:
        self.runs: list[tuple[tuple[str, ...], Path, Mapping[str, str]]] = []

    def run(self, argv: Sequence[str], *, folder: Path, environment: Mapping[str, str]) -> int:
        self.runs.append((tuple(argv), folder, environment))
        return 3


def narrator(terminal: bool = False) -> tuple[Narrator, io.StringIO]:
    text = io.StringIO()
    console = Console(file=text, force_terminal=terminal, width=60, color_system="standard" if terminal else None)
    return Narrator(console), text


def test_piped_it_speaks_plain_lines() -> None:
    speaker, text = narrator()
    speaker.chapter("1. Begin")
    speaker.say("A long remark that would not fit into sixty columns, and is not broken into two lines.")
    speaker.seen("It is so.")
    speaker.took(12.4)
    assert text.getvalue().splitlines() == [
        "",
        "== 1. Begin",
        "",
        "A long remark that would not fit into sixty columns, and is not broken into two lines.",
        "ok: It is so.",
        "This took 12 s.",
    ]


def test_on_a_terminal_it_has_rules_and_colours() -> None:
    speaker, text = narrator(terminal=True)
    speaker.chapter("1. Begin")
    assert "─" in text.getvalue()
    assert "\x1b[" in text.getvalue()


def test_the_summary_is_in_columns() -> None:
    speaker, text = narrator()
    speaker.table([("Set up", 1.25), ("Something longer", 61.0)])
    assert text.getvalue().splitlines() == ["Set up               1.2 s", "Something longer    61.0 s"]


def test_brackets_are_not_markup() -> None:
    speaker, text = narrator()
    speaker.seen("[bold]every bracket[/bold]")
    assert "[bold]every bracket[/bold]" in text.getvalue()


def test_show_says_what_is_typed_and_gives_the_exit_status(tmp_path: Path) -> None:
    speaker, text = narrator()
    foreground = FakeForeground()
    towpath = TowpathProgram(tmp_path, {"A": "1"}, speaker, foreground, FakeProcesses())
    assert towpath.show("apply", "--run", "x") == 3
    assert text.getvalue() == "\n$ towpath apply --run x\n"
    assert foreground.runs == [((sys.executable, "-m", "towpath", "apply", "--run", "x"), tmp_path, {"A": "1"})]


def test_ask_reads_the_document(tmp_path: Path) -> None:
    speaker, text = narrator()
    processes = FakeProcesses()
    processes.script(sys.executable, "-m", "towpath", "runs", "--json", status=1, stdout=b'{"runs": []}')
    answer = TowpathProgram(tmp_path, {}, speaker, FakeForeground(), processes).ask("runs")
    assert (answer.status, answer.document) == (1, {"runs": []})
    assert text.getvalue() == ""


def test_ask_shows_what_was_said_instead_of_a_document(tmp_path: Path) -> None:
    processes = FakeProcesses()
    processes.script(sys.executable, status=1, stderr=b"Traceback: something broke")
    towpath = TowpathProgram(tmp_path, {}, narrator()[0], FakeForeground(), processes)
    with pytest.raises(StoryError, match=r"towpath runs --json.*something broke"):
        towpath.ask("runs")


def test_an_expectation_says_what_was_there_instead() -> None:
    expect(True, "nothing to say")
    with pytest.raises(StoryError, match="the moon is up; instead: clouds"):
        expect(False, "the moon is up", "clouds")

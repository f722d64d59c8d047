"""Logs keep their colours and nothing else of what steers a terminal."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from towpath.views.text import printable
from towpath.web.ansi import Piece, pieces_of


@pytest.mark.parametrize(
    ("line", "pieces"),
    [
        ("plain", [("plain", "")]),
        ("", []),
        ("\x1b[31mred\x1b[0m not", [("red", "l-red"), (" not", "")]),
        ("\x1b[1;4;92mx\x1b[22my\x1b[mz", [("x", "l-bold l-underlined l-bright-green"),
                                            ("y", "l-underlined l-bright-green"), ("z", "")]),
        ("\x1b[44;97mx\x1b[49;39my", [("x", "l-bright-white l-on-blue"), ("y", "")]),
        ("\x1b[38;5;196mx", [("x", "l-red")]),
        ("\x1b[38;5;9mx", [("x", "l-bright-red")]),
        ("\x1b[38;2;0;168;2mx", [("x", "l-green")]),
        ("\x1b[48;5;240mx", [("x", "l-on-bright-black")]),
        ("\x1b[38;5;999mx", [("x", "")]),
        ("\x1b[38;5mx", [("x", "")]),
        ("\x1b[99999999999999mx", [("x", "")]),
        ("a\x1b[2Jb\x1b[10;10Hc", [("a", ""), ("b", ""), ("c", "")]),
        ("\x1b]0;title\x07x", [("x", "")]),
        ("\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\", [("click", "")]),
        ("\x1b]52;c;payload", []),
        ("\x9b31mx", [("x", "")]),
        ("50 %\r100 %", [("100 %", "")]),
        ("done\r", [("done", "")]),
        ("a\tb", [("a   b", "")]),
        ("\u202egnp.exe", [("\\u202egnp.exe", "")]),
        ("x\x00y\x07", [("x\\x00y\\x07", "")]),
        ("lonely\x1b", [("lonely", "")]),
    ],
)  # fmt: skip
def test_a_line_as_it_looks(line: str, pieces: list[tuple[str, str]]) -> None:
    assert list(pieces_of(line)) == [Piece(*piece) for piece in pieces]


def test_a_line_without_end_is_cut() -> None:
    shown = "".join(piece.text for piece in pieces_of("x" * 1_000_000))
    assert len(shown) == 20_001
    assert shown.endswith("…")


_NASTY = st.text(st.sampled_from("\x1b[];:?0123456789mABHJK\x07\\\r\t <>&'\"x\x9b\x9d\u202e\x00") | st.characters())
_CLASSES = re.compile(r"(l-[a-z-]+( l-[a-z-]+)*)?")


@given(_NASTY)
def test_whatever_is_printed_nothing_steers_and_no_class_is_made_up(line: str) -> None:
    for piece in pieces_of(line):
        assert piece.text == printable(piece.text)
        assert _CLASSES.fullmatch(piece.classes)


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), max_size=200))
def test_text_without_escapes_stays_as_it_is(line: str) -> None:
    assert "".join(piece.text for piece in pieces_of(line)) == line

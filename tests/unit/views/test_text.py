"""Text for people."""

from __future__ import annotations

import pytest

from towpath.views.text import clip, json_text, plural, printable, width


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("dev/us-east-1/vpc", "dev/us-east-1/vpc"),
        ("dev/größe/日本", "dev/größe/日本"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("two\nlines\tand\rmore", "two\\nlines\\tand\\rmore"),
        ("\x9b2J", "\\x9b2J"),
        ("safe\u202egnp.exe", "safe\\u202egnp.exe"),
        ("\udcff", "\\udcff"),
        ("\U000e0001", "\\U000e0001"),
        ("👩\u200d🔧", "👩\u200d🔧"),
    ],
)
def test_nothing_steers_the_terminal(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("", 0)])
def test_width_is_what_a_terminal_gives(text: str, columns: int) -> None:
    assert width(text) == columns


def test_long_text_is_clipped_with_an_ellipsis() -> None:
    assert clip("short", 10) == "short"
    assert clip("much too long", 8) == "much to…"
    assert clip("日本日本", 6) == "日本…"


def test_counting() -> None:
    assert plural(1, "unit") == "1 unit"
    assert plural(0, "unit") == "0 units"


def test_values_are_shown_as_json() -> None:
    assert json_text({"b": [1, True], "a": "ü"}) == '{"a": "ü", "b": [1, true]}'
    assert json_text("a\u202eb") == '"a\\u202eb"'

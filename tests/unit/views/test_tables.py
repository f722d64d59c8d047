"""Lines and tables."""

from __future__ import annotations

from towpath.views.tables import Line, Span, Style, Table, aligned, line


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    table = Table(
        ("unit", "needs"),
        ((Span("a", Style.NAME), Span("b")), (Span("much-longer"), Span(""))),
    )
    assert [row.plain() for row in aligned(table)] == [
        "UNIT         NEEDS",
        "a            b",
        "much-longer",
    ]


def test_wide_characters_keep_columns_straight() -> None:
    table = Table(("unit", "tier"), ((Span("日本"), Span("1")), (Span("abcd"), Span("2"))))
    assert [row.plain() for row in aligned(table)][1:] == ["日本  1", "abcd  2"]


def test_a_cell_cannot_steer_the_terminal() -> None:
    assert line("a\x1b[2Jb").plain() == "a\\x1b[2Jb"


def test_trailing_blanks_are_not_printed() -> None:
    assert Line((Span("a  "), Span(" "))).plain() == "a"

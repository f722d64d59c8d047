"""What `towpath.yml` says of the hours in which an environment may be changed."""

from __future__ import annotations

from towpath.config import load_config
from towpath.model.windows import Window
from towpath.planning import gate_of

ASKED = b"""
gates:
  prod:
    approvals: 0
    window: {days: [thu, mon], from: "09:00", until: "16:00", time_zone: Europe/Berlin}
"""


def test_a_window_is_read_in_the_order_of_the_week() -> None:
    gate = gate_of("prod", load_config(ASKED).value)
    assert gate.window == Window(("mon", "thu"), "09:00", "16:00", "Europe/Berlin")
    assert gate.asks_for_something


def test_what_is_no_day_hour_or_zone_is_told_at_its_line() -> None:
    wrong = ASKED.replace(b"thu", b"someday").replace(b"09:00", b"9").replace(b"Berlin", b"Nowhere")
    problems = load_config(wrong).problems
    assert {problem.id for problem in problems} == {"wrong-value"}
    assert {problem.place.line for problem in problems if problem.place} == {5}
    assert len(problems) == 3

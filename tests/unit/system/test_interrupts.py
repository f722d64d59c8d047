"""Ctrl-C is counted while work goes on, and is itself again afterwards."""

from __future__ import annotations

import os
import signal

from towpath.system.interrupts import Interrupts, interrupts_counted


def test_each_ctrl_c_raises_the_level_up_to_kill() -> None:
    heard: list[int] = []
    with interrupts_counted(heard.append) as interrupts:
        assert interrupts.level() == 0
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGINT)
        assert interrupts.wait(0, 5) == 2
    assert heard == [1, 2]


def test_a_polite_request_to_end_counts_as_well() -> None:
    with interrupts_counted() as interrupts:
        os.kill(os.getpid(), signal.SIGTERM)
        assert interrupts.wait(0, 5) == 1


def test_the_handlers_of_before_come_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interrupts_counted():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_waiting_ends_at_its_time() -> None:
    assert Interrupts().wait(0, 0.01) == 0


def test_waiting_returns_at_once_when_the_level_is_above() -> None:
    interrupts = Interrupts()
    interrupts.raise_level()
    assert interrupts.wait(0, 3600) == 1

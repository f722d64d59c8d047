"""What the guard understands of its worker's words."""

from __future__ import annotations

import os

from towpath.system.guard import Orders, parent_of


def test_words_may_come_in_pieces() -> None:
    orders = Orders()
    orders.read(b"dead")
    orders.read(b"line 12.5\nst")
    assert (orders.deadline, orders.stop) == (12.5, False)
    orders.read(b"op\n")
    assert (orders.stop, orders.kill, orders.cause) == (True, False, "asked")


def test_a_later_deadline_replaces_the_earlier() -> None:
    orders = Orders()
    orders.read(b"deadline 10\ndeadline 20\n")
    orders.look_at_clock(15)
    assert not orders.stop
    orders.look_at_clock(20)
    assert (orders.stop, orders.cause) == (True, "deadline")


def test_a_closed_pipe_means_that_the_worker_is_gone() -> None:
    orders = Orders()
    orders.read(b"")
    assert (orders.stop, orders.kill, orders.cause) == (True, False, "worker-gone")


def test_the_first_cause_stays() -> None:
    orders = Orders()
    orders.read(b"stop\n")
    orders.read(b"")
    assert orders.cause == "asked"


def test_kill_includes_stop() -> None:
    orders = Orders()
    orders.read(b"kill\n")
    assert orders.stop
    assert orders.kill


def test_what_is_not_understood_is_passed_over() -> None:
    orders = Orders()
    orders.read(b"hello\n\ndeadline\n")
    assert not orders.stop


def test_the_parent_of_a_process_is_found() -> None:
    if os.path.isdir("/proc"):
        assert parent_of(str(os.getpid())) == os.getppid()
    assert parent_of("0x") is None

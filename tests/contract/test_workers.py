"""Work that is shared among processes gives what it gives in one."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from towpath.system.workers import ForkedWorkers, InThisProcess, Workers

PIECES = range(1000)


def forked(processors: int) -> ForkedWorkers:
    """The threads of whoever runs the tests are not of a kind that a copy would wait for."""
    return ForkedWorkers(processors, threads=lambda: 1)


@pytest.fixture(params=["here", 1, 2, 3])
def workers(request: pytest.FixtureRequest) -> Workers:
    return InThisProcess() if request.param == "here" else forked(request.param)


def test_results_come_in_the_order_of_the_pieces(workers: Workers) -> None:
    assert workers.share(lambda piece: piece * 2, PIECES) == [piece * 2 for piece in PIECES]


def test_nothing_to_do(workers: Workers) -> None:
    assert workers.share(lambda piece: piece, ()) == []


def test_what_goes_wrong_is_raised_here(workers: Workers) -> None:
    def work(piece: int) -> int:
        if piece == PIECES[-1]:
            raise LookupError(piece)
        return piece

    with pytest.raises(LookupError):
        workers.share(work, PIECES)


def test_several_processes_take_part() -> None:
    assert len(set(forked(2).share(lambda _: os.getpid(), PIECES))) == 2


def test_a_little_work_is_done_here() -> None:
    assert set(forked(2).share(lambda _: os.getpid(), range(10))) == {os.getpid()}


def test_a_process_with_threads_is_not_copied() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert set(ForkedWorkers(2).share(lambda _: os.getpid(), PIECES)) == {os.getpid()}
    finally:
        done.set()
        thread.join()


def test_the_share_of_a_process_that_is_killed_is_not_lost() -> None:
    here = os.getpid()

    def work(piece: int) -> int:
        if os.getpid() != here:
            os.kill(os.getpid(), 9)
        return piece

    assert forked(2).share(work, PIECES) == list(PIECES)


def test_no_process_is_left() -> None:
    pids = set(forked(2).share(lambda _: os.getpid(), PIECES)) - {os.getpid()}
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]

"""What every carrier keeps to: threads, and the one of the tests."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from run_house import InlineCarriers

from towpath.runs import Carrier, Carriers
from towpath.runs.carrier import ThreadCarriers
from towpath.system import Clock, SystemClock

PATIENCE = 20.0


@pytest.fixture
def clock() -> Clock:
    return SystemClock()


@pytest.fixture(params=["threads", "inline"])
def carriers(request: pytest.FixtureRequest, clock: Clock) -> Carriers:
    return ThreadCarriers() if request.param == "threads" else InlineCarriers(clock)


def wait_until(clock: Clock, carrier: Carrier, done: Callable[[], bool]) -> None:
    end = clock.steady() + PATIENCE
    while not done():
        assert clock.steady() < end, "it takes too long"
        carrier.wait(0.05)


def test_what_is_enqueued_is_carried_out_once(clock: Clock, carriers: Carriers) -> None:
    done: list[str] = []
    carrier = carriers.open("w1", 2)
    carrier.start(done.append)
    carrier.enqueue(["a#1", "b c/ü#1"])
    carrier.enqueue(["a#2"])
    wait_until(clock, carrier, lambda: len(done) == 3)
    carrier.close()

    assert sorted(done) == ["a#1", "a#2", "b c/ü#1"]


def test_what_is_enqueued_before_the_start_is_carried_out_after_it(clock: Clock, carriers: Carriers) -> None:
    done: list[str] = []
    carrier = carriers.open("w1", 1)
    carrier.enqueue(["early"])
    carrier.start(done.append)
    wait_until(clock, carrier, lambda: bool(done))
    carrier.close()

    assert done == ["early"]


def test_waiting_raises_what_an_attempt_raised(clock: Clock, carriers: Carriers) -> None:
    def fail(attempt: str) -> None:
        raise RuntimeError(f"{attempt} broke")

    def wait_for_it() -> None:
        for _ in range(int(PATIENCE / 0.05)):
            carrier.wait(0.05)

    carrier = carriers.open("w1", 2)
    carrier.start(fail)
    carrier.enqueue(["a"])
    with pytest.raises(RuntimeError, match="a broke"):
        wait_for_it()
    carrier.close()


def test_what_is_left_in_the_queue_is_not_carried_out_by_the_next_one(clock: Clock, carriers: Carriers) -> None:
    done: list[str] = []
    first = carriers.open("w1", 1)
    first.enqueue(["left over"])
    first.close()
    second = carriers.open("w2", 1)
    second.start(done.append)
    second.enqueue(["new"])
    wait_until(clock, second, lambda: bool(done))
    second.close()

    assert done == ["new"]


def test_no_more_at_once_than_it_was_opened_for(clock: Clock) -> None:
    lock, busy, most, done = threading.Lock(), [0], [0], [0]

    def work(attempt: str) -> None:
        with lock:
            busy[0] += 1
            most[0] = max(most[0], busy[0])
        threading.Event().wait(0.1)
        with lock:
            busy[0] -= 1
            done[0] += 1

    carrier = ThreadCarriers().open("w1", 2)
    carrier.start(work)
    carrier.enqueue([*(f"a#{number}" for number in range(6))])
    wait_until(clock, carrier, lambda: done[0] == 6)
    carrier.close()

    assert most[0] == 2


def test_closing_waits_for_what_is_being_carried_out(clock: Clock) -> None:
    began, done = threading.Event(), threading.Event()

    def work(attempt: str) -> None:
        began.set()
        threading.Event().wait(0.3)
        done.set()

    carrier = ThreadCarriers().open("w1", 1)
    carrier.start(work)
    carrier.enqueue(["a"])
    assert began.wait(PATIENCE)
    carrier.close()

    assert done.is_set()
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("towpath-")]


def test_nothing_is_written_to_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    carrier = ThreadCarriers().open("w1", 1)
    carrier.start(lambda _: None)
    carrier.enqueue(["a"])
    carrier.wait(PATIENCE)
    carrier.close()

    assert capfd.readouterr() == ("", "")

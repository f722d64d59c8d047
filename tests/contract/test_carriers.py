"""What every carrier keeps to: DBOS, and the one of the tests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from run_house import InlineCarriers, empty_database

from towpath.runs import Carrier, Carriers
from towpath.runs.carrier import DbosCarriers
from towpath.stores import State, open_state
from towpath.system import FakeEnvironment, RandomIds, SystemClock

PATIENCE = 20.0


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    folder = tmp_path / "with space and 100%"
    folder.mkdir()
    (folder / "state.db").write_bytes(empty_database())
    state = open_state(folder, RandomIds(), SystemClock(), FakeEnvironment())
    yield state
    state.close()


@pytest.fixture(params=["dbos", "inline"])
def carriers(request: pytest.FixtureRequest, state: State) -> Carriers:
    return DbosCarriers(state) if request.param == "dbos" else InlineCarriers(state.clock)


def enqueue(state: State, carrier: Carrier, *attempts: str) -> None:
    with state.runs.transaction() as transaction:
        carrier.enqueue(transaction.connection, attempts)


def wait_until(state: State, carrier: Carrier, done: Callable[[], bool]) -> None:
    end = state.clock.steady() + PATIENCE
    while not done():
        assert state.clock.steady() < end, "it takes too long"
        carrier.wait(0.05)


def test_what_is_enqueued_is_carried_out_once(state: State, carriers: Carriers) -> None:
    done: list[str] = []
    carrier = carriers.open("w1", 2)
    carrier.start(done.append)
    enqueue(state, carrier, "a#1", "b c/ü#1")
    enqueue(state, carrier, "a#2")
    wait_until(state, carrier, lambda: len(done) == 3)
    carrier.close()

    assert sorted(done) == ["a#1", "a#2", "b c/ü#1"]


def test_what_was_rolled_back_is_not_carried_out_by_dbos(state: State) -> None:
    """The carrier of the tests leaves this to whoever carries out: the attempt is not there."""
    done: list[str] = []
    carrier = DbosCarriers(state).open("w1", 2)
    carrier.start(done.append)

    def fail() -> None:
        with state.runs.transaction() as transaction:
            carrier.enqueue(transaction.connection, ["never"])
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        fail()
    enqueue(state, carrier, "after")
    wait_until(state, carrier, lambda: bool(done))
    carrier.close()

    assert done == ["after"]


def test_waiting_raises_what_an_attempt_raised(state: State, carriers: Carriers) -> None:
    def fail(attempt: str) -> None:
        raise RuntimeError(f"{attempt} broke")

    def wait_for_it() -> None:
        for _ in range(int(PATIENCE / 0.05)):
            carrier.wait(0.05)

    carrier = carriers.open("w1", 2)
    carrier.start(fail)
    enqueue(state, carrier, "a")
    with pytest.raises(RuntimeError, match="a broke"):
        wait_for_it()
    carrier.close()


def test_what_is_left_in_the_queue_is_not_carried_out_by_the_next_one(state: State, carriers: Carriers) -> None:
    done: list[str] = []
    first = carriers.open("w1", 1)
    enqueue(state, first, "left over")
    first.close()
    second = carriers.open("w2", 1)
    second.start(done.append)
    enqueue(state, second, "new")
    wait_until(state, second, lambda: bool(done))
    second.close()

    assert done == ["new"]


def test_no_more_at_once_than_it_was_opened_for(state: State) -> None:
    lock, busy, most, done = threading.Lock(), [0], [0], [0]

    def work(attempt: str) -> None:
        with lock:
            busy[0] += 1
            most[0] = max(most[0], busy[0])
        threading.Event().wait(0.1)
        with lock:
            busy[0] -= 1
            done[0] += 1

    carrier = DbosCarriers(state).open("w1", 2)
    carrier.start(work)
    enqueue(state, carrier, *(f"a#{number}" for number in range(6)))
    wait_until(state, carrier, lambda: done[0] == 6)
    carrier.close()

    assert most[0] == 2


def test_closing_waits_for_what_is_being_carried_out(state: State) -> None:
    began, done = threading.Event(), threading.Event()

    def work(attempt: str) -> None:
        began.set()
        threading.Event().wait(0.3)
        done.set()

    carrier = DbosCarriers(state).open("w1", 1)
    carrier.start(work)
    enqueue(state, carrier, "a")
    assert began.wait(PATIENCE)
    carrier.close()

    assert done.is_set()
    assert not [thread.name for thread in threading.enumerate() if "dbos" in thread.name.lower()]


def test_nothing_is_written_to_the_terminal(state: State, capfd: pytest.CaptureFixture[str]) -> None:
    carrier = DbosCarriers(state).open("w1", 1)
    carrier.start(lambda _: None)
    enqueue(state, carrier, "a")
    carrier.wait(PATIENCE)
    carrier.close()

    assert capfd.readouterr() == ("", "")

"""What the store of watched repositories keeps to: rows come back as they were, and a look is one taker's."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from towpath.model.watching import Arrival, Head, Outcome, Schedule, Watch
from towpath.problems import Problem
from towpath.stores import State, open_state
from towpath.stores.heads import HeadRows, HeadStore
from towpath.system import FakeClock, FakeEnvironment, FakeIds

NOW = datetime.datetime(2026, 1, 5, 9, 30, 15, 123456, tzinfo=datetime.UTC)
PROBLEM = Problem("remote-unreachable", "The remote cannot be reached", "Because.", hint="Wait.")
MAIN = "refs/heads/main"


def later(seconds: float) -> datetime.datetime:
    return NOW + datetime.timedelta(seconds=seconds)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    opened = open_state(tmp_path / "state", FakeIds(), FakeClock(), FakeEnvironment())
    yield opened
    opened.close()


@pytest.fixture
def store(state: State) -> HeadStore:
    store = HeadStore(state.database)
    store.enter({"a": NOW, "b": later(10), "c": later(20)})
    return store


def names(watches: object) -> list[str]:
    assert isinstance(watches, tuple | list)
    return [watch.repository for watch in watches]


def test_what_is_due_is_taken_once_the_longest_overdue_first(store: HeadStore) -> None:
    everything = ["a", "b", "c"]
    assert names(store.take_due(everything, later(-1), later(300), 10)) == []
    taken = store.take_due(everything, later(15), later(300), 10)
    assert names(taken) == ["a", "b"]
    assert [(watch.next_at, watch.taken) for watch in taken] == [(later(300), 1)] * 2
    assert names(store.take_due(everything, later(15), later(300), 10)) == []
    assert names(store.take_due(everything, later(25), later(300), 10)) == ["c"]
    # Whoever took the others never came back.
    assert names(store.take_due(everything, later(301), later(600), 1)) == ["a"]


def test_only_repositories_that_somebody_knows_are_taken(store: HeadStore) -> None:
    assert names(store.take_due(["b"], later(100), later(300), 10)) == ["b"]


def test_entering_again_leaves_rows_alone(store: HeadStore) -> None:
    (taken,) = store.take_due(["a"], NOW, later(300), 1)
    store.enter({"a": NOW, "d": NOW})
    assert [watch.repository for watch in store.watches()] == ["a", "b", "c", "d"]
    assert store.watches()[0] == taken


def test_a_watch_that_was_taken_by_another_one_since_is_left_alone(store: HeadStore) -> None:
    (slow,) = store.take_due(["a"], NOW, later(300), 1)
    (quick,) = store.take_due(["a"], later(301), later(600), 1)
    found = replace(quick, next_at=later(900), failures=3, problem=PROBLEM, looked_at=later(400), changed_at=NOW)
    store.release([found])
    store.release([replace(slow, next_at=later(350))])
    assert store.watches()[0] == found


def test_who_knows_of_something_new_gets_a_look_at_once(state: State, store: HeadStore) -> None:
    (taken,) = store.take_due(["a"], NOW, later(300), 1)
    store.hurry("a", later(1))
    # The one that is looking may have looked too early.
    store.release([replace(taken, next_at=later(400))])
    assert names(store.take_due(["a"], later(1), later(300), 1)) == ["a"]
    store.hurry("nobody", NOW)
    assert [watch.repository for watch in store.watches()] == ["a", "b", "c"]


def test_heads_come_back_as_they_were(state: State, store: HeadStore) -> None:
    head = Head(MAIN, "1" * 40, "2" * 40, "3" * 40, "run", PROBLEM)
    odd = Head("refs/heads/ü/x", "1" * 40, "2" * 40)
    with state.database.transaction() as connection:
        HeadRows(connection, "a").put_head(odd)
        HeadRows(connection, "a").put_head(replace(head, run=None))
        HeadRows(connection, "a").put_head(head)
        HeadRows(connection, "b").put_head(replace(head, commit="4" * 40))
        assert HeadRows(connection, "a").head(MAIN) == head
        assert HeadRows(connection, "c").head(MAIN) is None
    assert store.heads("a") == {MAIN: head, odd.ref: odd}
    with state.database.transaction() as connection:
        HeadRows(connection, "a").drop_head(MAIN)
    assert set(store.heads("a")) == {odd.ref}
    assert set(store.heads("b")) == {MAIN}


def test_commits_are_kept_in_the_order_they_came_and_may_come_again(state: State, store: HeadStore) -> None:
    with state.database.transaction() as connection:
        rows = HeadRows(connection, "a")
        rows.arrive([], NOW)
        rows.arrive(["1", "2"], NOW)
        rows.arrive(["3"], later(1))
        HeadRows(connection, "b").arrive(["9"], NOW)
        rows.put_arrivals([Arrival("1", NOW, Outcome.CARRIED, "run"), Arrival("2", NOW, Outcome.BROKEN)])
        assert rows.open_arrivals() == [Arrival("2", NOW, Outcome.BROKEN), Arrival("3", later(1))]
        rows.arrive(["1"], later(2))
        assert [arrival.commit for arrival in rows.open_arrivals()] == ["2", "3", "1"]
    assert [arrival.commit for arrival in store.arrivals("a")] == ["1", "3", "2"]
    assert [arrival.commit for arrival in store.arrivals("a", 1)] == ["1"]


def test_many_commits_at_once(state: State, store: HeadStore) -> None:
    commits = [f"{number:040x}" for number in range(1200)]
    with state.database.transaction() as connection:
        HeadRows(connection, "a").arrive(commits, NOW)
        assert [arrival.commit for arrival in HeadRows(connection, "a").open_arrivals()] == commits


def test_schedules_follow_the_configuration_and_are_passed_once(state: State, store: HeadStore) -> None:
    nightly, weekly = Schedule("a", "nightly", NOW), Schedule("a", "weekly", later(500))
    store.enter_schedules([nightly, weekly])
    store.enter_schedules([replace(nightly, next_at=later(9)), weekly])
    assert store.due_schedules(later(100)) == [nightly]
    passed = replace(nightly, next_at=later(86400), run="run", problem=PROBLEM)
    with state.database.transaction() as connection:
        assert HeadRows(connection, "a").pass_schedule(nightly, passed)
        assert not HeadRows(connection, "a").pass_schedule(nightly, replace(passed, run="another"))
    assert store.schedules() == [passed, weekly]
    store.enter_schedules([weekly])
    assert store.schedules() == [weekly]


def test_a_watch_is_kept_whole(store: HeadStore) -> None:
    assert store.watches()[0] == Watch("a", NOW)

"""What is kept of watched repositories, in every kind of database: who looks when, and what became of each commit."""

from __future__ import annotations

import datetime
from dataclasses import replace

from state_homes import StateHome

from towpath.model.watching import Arrival, Head, Outcome, Schedule
from towpath.stores import State
from towpath.stores.heads import HeadRows, HeadStore
from towpath.system import FakeClock

NOW = FakeClock().now()
SOON = NOW + datetime.timedelta(minutes=1)
LATER = NOW + datetime.timedelta(hours=1)


def stores(home: StateHome) -> tuple[HeadStore, HeadStore]:
    """Those of two processes."""
    return HeadStore(home.open().database), HeadStore(home.open().database)


def test_a_look_that_is_due_is_taken_by_one_process(home: StateHome) -> None:
    one, other = stores(home)
    one.enter({"b": NOW, "a": NOW, "c": LATER})
    other.enter({"a": LATER})

    taken = one.take_due({"a", "b", "c"}, SOON, LATER, 1)
    assert [watch.repository for watch in taken] == ["a"]
    assert [watch.repository for watch in other.take_due({"a", "b", "c"}, SOON, LATER, 9)] == ["b"]
    assert one.take_due({"a", "b", "c"}, SOON, LATER, 9) == ()
    one.release([replace(taken[0], next_at=SOON, failures=2)])
    assert [(watch.repository, watch.failures) for watch in other.watches()] == [("a", 2), ("b", 0), ("c", 0)]


def test_what_a_process_found_that_slept_is_not_written_over_what_another_found(home: StateHome) -> None:
    one, other = stores(home)
    one.enter({"a": NOW})
    (slept,) = one.take_due({"a"}, NOW, SOON, 1)
    (watch,) = other.take_due({"a"}, LATER, LATER + (SOON - NOW), 1)
    other.release([replace(watch, failures=1)])
    one.release([replace(slept, failures=7)])

    assert [watch.failures for watch in one.watches()] == [1]


def test_a_look_that_is_hurried_is_due(home: StateHome) -> None:
    one, other = stores(home)
    one.enter({"a": LATER})
    one.hurry("a", NOW)
    one.hurry("nobody's", NOW)

    assert [watch.repository for watch in other.take_due({"a"}, NOW, LATER, 1)] == ["a"]


def test_heads_are_put_changed_and_dropped(home: StateHome, state: State) -> None:
    head = Head("refs/heads/main", "abc", "abc")
    with state.database.transaction() as connection:
        rows = HeadRows(connection, "a")
        rows.put_head(head)
        rows.put_head(Head("refs/tags/Ä", "def", "def"))
        rows.put_head(replace(head, settled="abc"))
        rows.drop_head("refs/tags/Ä")
        HeadRows(connection, "b").put_head(Head("refs/heads/main", "xyz", "xyz"))
        assert rows.head("refs/heads/main") == replace(head, settled="abc")
        assert rows.head("refs/tags/Ä") is None

    store = HeadStore(home.open().database)
    assert store.heads("a") == {"refs/heads/main": replace(head, settled="abc")}
    assert store.heads("b")["refs/heads/main"].standing == "xyz"


def test_commits_are_accounted_for_in_the_order_they_came(home: StateHome, state: State) -> None:
    commits = [f"{number:040x}" for number in range(1200, 0, -1)]
    with state.database.transaction() as connection:
        rows = HeadRows(connection, "a")
        rows.arrive(commits, NOW)
        rows.put_arrivals([Arrival(commits[1], NOW, Outcome.CARRIED, "run"), Arrival(commits[2], NOW, Outcome.BROKEN)])
        rows.arrive([commits[0]], LATER)
        still_open = [arrival.commit for arrival in rows.open_arrivals()]
        assert HeadRows(connection, "b").open_arrivals() == []

    assert still_open == [*commits[2:], commits[0]]
    store = HeadStore(home.open().database)
    newest = store.arrivals("a", 2)
    assert [(arrival.commit, arrival.seen_at) for arrival in newest] == [(commits[0], LATER), (commits[-1], NOW)]
    assert len(store.arrivals("a", 5000)) == len(commits)


def test_a_schedule_is_passed_by_one_process(home: StateHome, state: State) -> None:
    one, other = stores(home)
    nightly, weekly = Schedule("a", "nightly", NOW), Schedule("a", "weekly", LATER)
    one.enter_schedules([nightly, weekly])
    other.enter_schedules([nightly, weekly])
    assert one.due_schedules(SOON) == [nightly]
    with state.database.transaction() as connection:
        rows = HeadRows(connection, "a")
        assert rows.pass_schedule(nightly, replace(nightly, next_at=LATER, run="run"))
        assert not rows.pass_schedule(nightly, replace(nightly, next_at=LATER, run="another"))

    assert [(one.name, one.run) for one in other.schedules()] == [("nightly", "run"), ("weekly", None)]
    one.enter_schedules([weekly])
    assert other.schedules() == [weekly]

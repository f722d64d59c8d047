"""What every store of logs keeps to: every line once, in order, soon, for every process."""

from __future__ import annotations

import threading

import pytest
from postgres_server import PostgresServer
from state_homes import StateHome

from towpath.model.paths import UnitPath
from towpath.stores import Logs, State, log_rows
from towpath.system import SystemClock

UNIT = UnitPath("dev/ünit with spaces")


def write(logs: Logs, *lines: str, run: str = "run", unit: UnitPath = UNIT) -> None:
    log = logs.open(run, unit)
    for line in lines:
        log.line(line)
    log.close()


def follow(logs: Logs, lines: int) -> tuple[list[str], int]:
    """The parts until there are so many lines; how many parts it took."""
    found: list[str] = []
    position, parts = 0, 0
    while len(found) < lines:
        part = logs.part("run", UNIT, position)
        found += part.lines
        position = part.position
        parts += bool(part.lines)
    assert logs.part("run", UNIT, position).lines == ()
    return found, parts


def test_lines_come_back_to_every_process_once_the_log_is_closed(home: StateHome, state: State) -> None:
    write(state.logs, "one", "", "two, with \udcff what is no text", "three\x00 \x1b[31mred\x1b[0m \r", "four\nfive")

    expected = ["one", "", "two, with ? what is no text", "three\x00 \x1b[31mred\x1b[0m \r", "four", "five"]
    assert list(home.open().logs.read("run", UNIT)) == expected
    assert list(home.open().logs.part("run", UNIT).lines) == expected


def test_an_open_log_is_read_within_a_second(home: StateHome, state: State) -> None:
    clock, reader = SystemClock(), home.open().logs
    list(reader.read("run", UNIT))
    log = state.logs.open("run", UNIT)
    for number in range(3):
        log.line(f"line {number}")
        end = clock.steady() + 1
        while len(list(reader.read("run", UNIT))) <= number:
            assert clock.steady() < end
    log.close()


def test_a_log_that_is_opened_again_is_appended_to(home: StateHome, state: State) -> None:
    write(state.logs, "one")
    write(home.open().logs, "two")

    assert list(state.logs.read("run", UNIT)) == ["one", "two"]


def test_parts_give_every_line_once_while_it_is_written(home: StateHome, state: State) -> None:
    lines = [f"{number}: {'x' * 50}" for number in range(20_000)]
    writer = threading.Thread(target=write, args=(state.logs, *lines))
    writer.start()
    found, parts = follow(home.open().logs, len(lines))
    writer.join()

    assert found == lines
    assert parts > 1


def test_the_end_of_a_long_log_is_reached_without_its_beginning(home: StateHome, state: State) -> None:
    assert state.logs.near_end("run", UNIT) == 0
    write(state.logs, "short")
    assert state.logs.near_end("run", UNIT) == 0
    lines = [f"line {number} {'x' * 200}" for number in range(6000)]
    write(state.logs, *lines)
    reader = home.open().logs
    position, found = reader.near_end("run", UNIT), list[str]()
    while (part := reader.part("run", UNIT, position)).lines:
        found += part.lines
        position = part.position
    assert 0 < len(found) < len(lines)
    assert found == lines[-len(found) :]


def test_the_end_of_a_log_is_reached_when_all_of_it_was_written_at_once(
    home_on_postgres: StateHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The thread that writes batches gets its turn only when the log is closed.
    monkeypatch.setattr(log_rows, "BATCH_SECONDS", 60)
    monkeypatch.setattr(log_rows.LogWriter, "_is_urgent", lambda writer: writer._closing)
    lines = [f"{number}: {'x' * 200}" for number in range(6000)]
    write(home_on_postgres.open().logs, *lines)
    reader = home_on_postgres.open().logs
    assert reader.near_end("run", UNIT) > 0
    assert list(reader.read("run", UNIT)) == lines


def test_a_line_longer_than_a_part_is_whole(state: State) -> None:
    lines = ["x" * 600_000, "", "y"]
    write(state.logs, *lines)

    assert follow(state.logs, 3)[0] == lines
    assert list(state.logs.read("run", UNIT)) == lines


def test_units_runs_and_repositories_have_logs_of_their_own(state: State) -> None:
    other = state.for_repository("other")
    write(state.logs, "mine")
    write(state.logs, "another unit's", unit=UnitPath("dev/ünit--with spaces"))
    write(state.logs, "another run's", run="run-2")
    write(other.logs, "another repository's")

    assert list(state.logs.read("run", UNIT)) == ["mine"]
    assert list(other.logs.read("run", UNIT)) == ["another repository's"]
    assert list(state.logs.read("run-2", UnitPath("never/written"))) == []


def test_the_logs_of_a_run_are_gone_when_they_were_deleted(state: State) -> None:
    other = state.for_repository("other").logs
    for logs, run in ((state.logs, "run"), (state.logs, "run-2"), (other, "run")):
        write(logs, "line", run=run)
    state.logs.delete("run")
    state.logs.delete("run")

    assert list(state.logs.read("run", UNIT)) == []
    assert list(state.logs.read("run-2", UNIT)) == ["line"]
    assert list(other.read("run", UNIT)) == ["line"]


def test_lines_of_several_threads_stay_whole(state: State) -> None:
    log = state.logs.open("run", UNIT)

    def work(name: str) -> None:
        for _ in range(200):
            log.line(name * 100)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()

    assert sorted(state.logs.read("run", UNIT)) == sorted(name * 100 for name in "abcd" for _ in range(200))


def test_lines_wait_in_memory_while_the_database_is_away(
    home_on_postgres: StateHome, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_rows, "AGAIN_SECONDS", 0.05)
    state = home_on_postgres.open()
    write(state.logs, "before")
    postgres.stop()
    write(state.logs, "while it was away")
    postgres.start()

    assert follow(state.logs, 2)[0] == ["before", "while it was away"]


def test_what_does_not_fit_into_memory_is_counted(
    home_on_postgres: StateHome, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_rows, "MOST_BYTES", 30)
    state = home_on_postgres.open()
    log = state.logs.open("run", UNIT)
    postgres.stop()
    for number in range(6):
        log.line(f"line {number}")
    postgres.start()
    log.close()

    read = list(state.logs.read("run", UNIT))
    assert read[:4] == ["line 0", "line 1", "line 2", "line 3"]
    assert read[4:] == ["... 2 lines are missing: the database could not be reached."]

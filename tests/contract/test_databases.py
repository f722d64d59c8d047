"""What every kind of database keeps to: transactions that see what those before them wrote, and clear problems."""

from __future__ import annotations

import contextlib
import gc
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres_server import PostgresServer
from sqlalchemy import text
from sqlalchemy.exc import DataError
from state_homes import KINDS, StateHome, home_of

from towpath.model.ledger import LedgerEntry
from towpath.model.paths import UnitPath
from towpath.problems import ProblemError
from towpath.stores import State, open_state
from towpath.stores import postgres as postgres_kind
from towpath.stores.database import Database
from towpath.system import FakeClock, FakeEnvironment, RandomIds


def problem_of(error: pytest.ExceptionInfo[ProblemError]) -> str:
    (problem,) = error.value.problems
    assert problem.hint
    return problem.id


def count_up(database: Database) -> None:
    with database.transaction() as connection:
        value = connection.execute(text("SELECT value FROM facts WHERE name = 'count'")).scalar_one()
        connection.execute(text("UPDATE facts SET value = :value"), {"value": str(int(value) + 1)})


def put_count(database: Database, value: str) -> None:
    with database.transaction() as connection:
        connection.execute(text("DELETE FROM facts"))
        connection.execute(text("INSERT INTO facts VALUES ('count', :value)"), {"value": value})


def counted(database: Database) -> str:
    with database.reading() as connection:
        value: str = connection.execute(text("SELECT value FROM facts WHERE name = 'count'")).scalar_one()
        return value


def test_what_was_read_in_a_transaction_is_still_so_when_it_commits(home: StateHome) -> None:
    databases = [home.open().database for _ in range(3)]
    put_count(databases[0], "0")

    def work(database: Database) -> None:
        for _ in range(10):
            count_up(database)

    threads = [threading.Thread(target=work, args=(database,)) for database in databases for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted(databases[0]) == "60"


def test_a_reader_waits_for_no_writer_and_sees_one_moment(home: StateHome) -> None:
    writer, reader = home.open().database, home.open().database
    put_count(writer, "before")

    with reader.reading() as connection:
        query = text("SELECT value FROM facts WHERE name = 'count'")
        with writer.transaction() as written:
            written.execute(text("UPDATE facts SET value = 'after'"))
            assert counted(reader) == "before"
            assert connection.execute(query).scalar_one() == "before"
        assert counted(reader) == "after"
        assert connection.execute(query).scalar_one() == "before"


def test_a_reader_cannot_write_where_nobody_would_notice(home: StateHome) -> None:
    database = home.open().database
    put_count(database, "1")
    with contextlib.suppress(ProblemError), database.reading() as connection:
        connection.execute(text("DELETE FROM facts"))

    assert counted(database) == "1"


@pytest.mark.parametrize("kind", KINDS)
def test_processes_that_come_first_make_the_database_together(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with home_of(kind, request, tmp_path / "state", prepared=False) as home:
        opened: list[State] = []
        threads = [threading.Thread(target=lambda: opened.append(home.open())) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(opened) == 4
        assert {state.ledger.entries() == {} for state in opened} == {True}


def test_a_newer_schema_is_refused_and_left_alone(home: StateHome) -> None:
    database = home.open().database
    with database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(ProblemError) as error:
        home.open()
    assert problem_of(error) == "state-too-new"
    with database.reading() as connection:
        assert database.revision(connection) == "9999"


@pytest.fixture
def empty(postgres: PostgresServer) -> Iterator[str]:
    name = postgres.new_database(prepared=False)
    yield name
    postgres.drop_database(name)


def prepare(url: str) -> None:
    with contextlib.closing(Database(url)) as database:
        database.prepare()


def refused(url: str) -> str:
    """The problem that opening it ends with; nothing of it may tell the password."""
    with pytest.raises(ProblemError) as error:
        prepare(url)
    chain: BaseException | None = error.value
    while chain is not None:
        assert "pass-phrase" not in f"{chain!s} {chain!r}"
        chain = chain.__cause__
    return problem_of(error)


def test_who_may_not_use_the_database_is_told_so(postgres: PostgresServer, empty: str) -> None:
    assert refused(postgres.url(empty, password="wrong-pass-phrase")) == "database-refused"
    assert refused(postgres.url("nowhere", password=postgres.password)) == "database-refused"
    assert refused(postgres.url(empty, user="nobody", password="pass-phrase")) == "database-refused"
    assert refused(f"postgresql://towpath:pass-phrase@127.0.0.1:1/{empty}") == "database-unreachable"
    assert refused(f"postgresql://towpath:pass-phrase@no-such-host.invalid/{empty}") == "database-unreachable"


def test_who_may_not_make_tables_is_told_so(postgres: PostgresServer, empty: str) -> None:
    postgres.execute("DROP ROLE IF EXISTS weak")
    postgres.execute("CREATE ROLE weak LOGIN PASSWORD 'pass-phrase'")
    postgres.execute("REVOKE CREATE ON SCHEMA public FROM public", database=empty)

    assert refused(postgres.url(empty, user="weak", password="pass-phrase")) == "database-refused"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:pass-phrase@host:port/name",
        "postgresql://user:p@pass-phrase@host/name",
        "postgresql://user:p@pass-phrase/x@host/name",
        "postgresql://user:p/pass-phrase@host/name",
        "mysql://user:pass-phrase@host/name",
        "pass-phrase",
    ],
)
def test_an_address_that_is_none_is_not_repeated(url: str) -> None:
    assert refused(url) == "database-url-invalid"


def test_a_database_that_cannot_keep_every_text_is_refused(postgres: PostgresServer) -> None:
    postgres.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")

    assert refused(postgres.url("latin")) == "database-encoding"


def test_a_database_of_another_program_is_left_alone(postgres: PostgresServer, empty: str, tmp_path: Path) -> None:
    postgres.execute("CREATE TABLE runs (distance integer)", database=empty)
    with contextlib.closing(sqlite3.connect(tmp_path / "state.db")) as other:
        other.execute("CREATE TABLE runs (distance integer)")

    assert refused(postgres.url(empty)) == "database-taken"
    with pytest.raises(ProblemError) as error:
        open_state(tmp_path, RandomIds(), FakeClock(), FakeEnvironment())
    assert problem_of(error) == "database-taken"


def test_a_server_that_goes_away_is_a_problem_until_it_is_back(
    home_on_postgres: StateHome, postgres: PostgresServer
) -> None:
    state = home_on_postgres.open()
    put_count(state.database, "1")

    def go_on_after(restart: bool) -> None:
        with state.database.transaction() as connection:
            connection.execute(text("UPDATE facts SET value = 'lost'"))
            postgres.stop()
            if restart:
                postgres.start()
            connection.execute(text("UPDATE facts SET value = 'lost as well'"))

    with pytest.raises(ProblemError) as error:
        go_on_after(restart=False)
    assert problem_of(error) == "database-unreachable"
    with pytest.raises(ProblemError) as error:
        counted(state.database)
    assert problem_of(error) == "database-unreachable"
    postgres.start()
    assert counted(state.database) == "1"
    with pytest.raises(ProblemError) as error:
        go_on_after(restart=True)
    assert problem_of(error) == "database-unreachable"
    count_up(state.database)
    assert counted(state.database) == "2"


def test_a_connection_that_cannot_be_set_up_is_closed(
    home_on_postgres: StateHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert home_on_postgres.url is not None
    database = Database(home_on_postgres.url)
    monkeypatch.setattr(postgres_kind, "_settings", lambda _: b"SELECT 1 / 0")
    with pytest.raises(DataError), database.reading():
        pass
    database.close()
    # A connection that nobody closed would be complained about here.
    gc.collect()


def test_who_was_paused_in_a_transaction_gives_way(
    home_on_postgres: StateHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_kind, "BUSY_SECONDS", 1.0)
    paused, other = home_on_postgres.open().database, home_on_postgres.open().database
    put_count(paused, "1")

    def pause_in_a_transaction() -> None:
        with paused.transaction() as connection:
            connection.execute(text("UPDATE facts SET value = 'paused'"))
            count_up(other)

    with pytest.raises(ProblemError) as error:
        pause_in_a_transaction()
    assert problem_of(error) == "database-unreachable"
    assert counted(paused) == "2"


def test_who_waits_too_long_is_told_so(home_on_postgres: StateHome, monkeypatch: pytest.MonkeyPatch) -> None:
    patient = home_on_postgres.open().database
    put_count(patient, "1")
    monkeypatch.setattr(postgres_kind, "BUSY_SECONDS", 0.2)
    hurried = home_on_postgres.open().database

    with patient.transaction(), pytest.raises(ProblemError) as error:
        count_up(hurried)
    assert problem_of(error) == "state-busy"


def test_who_only_appends_waits_for_nobody(home_on_postgres: StateHome) -> None:
    writer, other = home_on_postgres.open().database, home_on_postgres.open().database

    with writer.transaction():
        with other.appending() as connection:
            connection.execute(text("INSERT INTO facts VALUES ('count', '7')"))
        assert counted(other) == "7"


def test_a_text_that_cannot_be_kept_is_a_problem(home_on_postgres: StateHome) -> None:
    with pytest.raises(ProblemError) as error:
        put_count(home_on_postgres.open().database, "1\x00")
    assert problem_of(error) == "text-unusable"


def test_a_path_that_is_too_long_is_a_problem(home_on_postgres: StateHome) -> None:
    state: State = home_on_postgres.open()
    entry = LedgerEntry(UnitPath("a" * 600), "abc", "sha256:f", "run", {}, state.clock.now())

    def keep() -> None:
        with state.runs.transaction() as transaction:
            transaction.write_ledger({entry.unit: entry})

    with pytest.raises(ProblemError) as error:
        keep()
    assert problem_of(error) == "name-too-long"

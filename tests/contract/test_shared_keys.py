"""Processes that share a database share the key that plan files are encrypted with."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from state_homes import KEY, StateHome

from towpath.problems import ProblemError
from towpath.stores.keys import give_up_key

OTHER = "cd" * 32


def problem_of(error: pytest.ExceptionInfo[ProblemError]) -> str:
    (problem,) = error.value.problems
    return problem.id


def test_another_key_is_refused_and_none_is_told(home_on_postgres: StateHome) -> None:
    state = home_on_postgres.open()
    digest = state.plans.put(b"plan")

    for key in (OTHER, None):
        with pytest.raises(ProblemError) as error:
            home_on_postgres.open(key=key)
        assert problem_of(error) == "key-differs"
        assert KEY not in str(error.value)
        assert OTHER not in str(error.value)
    assert home_on_postgres.open().plans.get(digest) == b"plan"


def test_the_database_does_not_know_the_key(home_on_postgres: StateHome) -> None:
    database = home_on_postgres.open().database
    with database.reading() as connection:
        kept = connection.execute(text("SELECT value FROM facts")).scalars().all()

    assert len(kept) == 1
    assert KEY not in kept[0]


def test_a_lost_key_is_given_up_with_what_it_locked(home_on_postgres: StateHome) -> None:
    state = home_on_postgres.open()
    state.plans.put(b"plan")
    state.for_repository("other").plans.put(b"plan")
    give_up_key(state.database)

    renewed = home_on_postgres.open(key=OTHER)
    assert [*renewed.plans.kept(), *renewed.for_repository("other").plans.kept()] == []
    with pytest.raises(ProblemError) as error:
        home_on_postgres.open(key=KEY)
    assert problem_of(error) == "key-differs"


def test_a_key_file_is_made_where_none_is_given_and_serves_this_machine(home_on_postgres: StateHome) -> None:
    state = home_on_postgres.open(key=None)

    assert (state.folder / "key").stat().st_mode & 0o777 == 0o600
    home_on_postgres.open(key=(state.folder / "key").read_text())


@pytest.mark.parametrize("name", ["../x", "a/b", ".hidden", "x" * 65, "a b"])
def test_a_repository_has_a_short_plain_name(home: StateHome, name: str) -> None:
    with pytest.raises(ValueError, match="short name"):
        home.open().for_repository(name)

"""What the suites of the stores run on: a state in an SQLite file, and one in a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres_server import PostgresServer, postgres_server
from state_homes import KINDS, StateHome, home_of, postgres_home

from towpath.stores import State


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture(params=KINDS)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StateHome]:
    """A state as Towpath makes one, with nothing in it, that any number of processes may open."""
    with home_of(request.param, request, tmp_path / "state") as home:
        yield home


@pytest.fixture
def state(home: StateHome) -> State:
    return home.open()


@pytest.fixture
def home_on_postgres(postgres: PostgresServer, tmp_path: Path) -> Iterator[StateHome]:
    with postgres_home(tmp_path / "state", postgres) as home:
        yield home

"""State that several processes open, of either kind, for suites that hold for both."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from postgres_server import PostgresServer
from run_house import empty_database

from towpath.stores import State, open_database_state, open_state
from towpath.system import Clock, FakeClock, FakeEnvironment, Ids, RandomIds

__all__ = ["KEY", "KINDS", "StateHome", "home_of", "postgres_home"]

KINDS = ("sqlite", "postgresql")

KEY = "ab" * 32


@dataclass
class StateHome:
    """Where a state is. `url` is None for an SQLite file in the folder."""

    folder: Path
    url: str | None = None
    opened: list[State] = field(default_factory=list)

    def open(self, *, key: str | None = KEY, clock: Clock | None = None, ids: Ids | None = None) -> State:
        """As another process on another machine would: with a folder of its own where the state is in a database."""
        environment = FakeEnvironment({} if key is None else {"TOWPATH_KEY": key})
        outside = (ids or RandomIds(), clock or FakeClock(), environment)
        if self.url is None:
            state = open_state(self.folder, *outside)
        else:
            state = open_database_state(self.url, self.folder / f"machine-{len(self.opened)}", *outside)
        self.opened.append(state)
        return state

    def close(self) -> None:
        for state in self.opened:
            state.close()


def home_of(
    kind: str, request: pytest.FixtureRequest, folder: Path, *, prepared: bool = True
) -> AbstractContextManager[StateHome]:
    """A state of this kind that is gone afterwards: as Towpath makes one, or with no tables yet."""
    if kind == "sqlite":
        return _sqlite_home(folder, prepared=prepared)
    return postgres_home(folder, request.getfixturevalue("postgres"), prepared=prepared)


@contextmanager
def _sqlite_home(folder: Path, *, prepared: bool = True) -> Iterator[StateHome]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if prepared:
        (folder / "state.db").write_bytes(empty_database())
    home = StateHome(folder)
    try:
        yield home
    finally:
        home.close()
        shutil.rmtree(folder)


@contextmanager
def postgres_home(folder: Path, server: PostgresServer, *, prepared: bool = True) -> Iterator[StateHome]:
    name = server.new_database(prepared=prepared)
    home = StateHome(folder, server.url(name))
    try:
        yield home
    finally:
        home.close()
        server.drop_database(name)

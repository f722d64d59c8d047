"""Workers that share a database are killed, paused and cut off, and the database is restarted, at random moments."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chaos import Chaos
from postgres_server import PostgresServer, postgres_server


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server() as running:
        yield running


def play(server: PostgresServer, folder: Path, seed: int, faults: int, commits: int) -> None:
    print(f"seed {seed}")  # noqa: T201  # told where it fails, so that it can be repeated
    chaos = Chaos(server, folder, seed)
    try:
        chaos.play(faults, commits)
    finally:
        chaos.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_few_faults(server: PostgresServer, tmp_path: Path, seed: int) -> None:
    play(server, tmp_path, seed, faults=6, commits=1)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(10, 20))
def test_many_faults(server: PostgresServer, tmp_path: Path, seed: int) -> None:
    play(server, tmp_path, seed, faults=24, commits=4)

"""Workers share a database: they die, pause and are cut off, clocks jump, the database restarts, its disk is full."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from chaos import Chaos
from postgres_server import PostgresServer, postgres_server

HAS_SMALL_DISK = os.geteuid() == 0
"""Only root can give the database a disk of its own, to be filled."""
DISK_BYTES = 384 * 1024 * 1024


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server(DISK_BYTES if HAS_SMALL_DISK else None) as running:
        yield running


def play(server: PostgresServer, folder: Path, seed: int, faults: int, commits: int) -> None:
    print(f"seed {seed}")  # noqa: T201  # told where it fails, so that it can be repeated
    chaos = Chaos(server, folder, seed, has_small_disk=HAS_SMALL_DISK)
    try:
        chaos.play(faults, commits)
    finally:
        chaos.close()
    print(dict(Counter(chaos.told)))  # noqa: T201  # `-rP` shows what happened


@pytest.mark.parametrize("seed", [1, 2])
def test_a_few_faults(server: PostgresServer, tmp_path: Path, seed: int) -> None:
    play(server, tmp_path, seed, faults=6, commits=1)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(10, 20))
def test_many_faults(server: PostgresServer, tmp_path: Path, seed: int) -> None:
    play(server, tmp_path, seed, faults=24, commits=4)

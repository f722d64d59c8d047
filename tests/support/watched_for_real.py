"""A real repository that is watched through a mirror, as a server does it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from real_repository import RealRepository
from run_house import House

from towpath.config.server import RepositorySettings, ServerConfig
from towpath.service.mirrored import MirroredRepository, surroundings_for
from towpath.service.watching import WatchedRepository, Watcher
from towpath.stores.heads import HeadStore
from towpath.system import FakeEnvironment

__all__ = ["Watched", "watched"]


@dataclass
class Watched:
    """A real repository that is watched, and the house its runs are in."""

    real: RealRepository
    house: House
    store: HeadStore
    watcher: Watcher
    live: MirroredRepository

    def tick(self) -> None:
        self.house.clock.advance(300)
        self.watcher.tick()

    def units(self, run: str) -> set[str]:
        snapshot = self.house.state.runs.snapshot(run)
        assert snapshot is not None
        return {unit.unit for unit in snapshot.units.values() if unit.joined}


def watched(tmp_path: Path, url: str, token: str | None = None) -> Watched:
    real = RealRepository(tmp_path / "served" / "live")
    house = House(tmp_path / "state")
    settings = RepositorySettings(
        name="live", url=url, branches=("feature/*",), token_env="LIVE_TOKEN" if token else None
    )
    environment = FakeEnvironment(
        {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TOWPATH_CACHE": "off", "LIVE_TOKEN": token or ""}
    )
    config = ServerConfig(repositories=(settings,), cache="cache")
    around = surroundings_for(config, tmp_path, environment)
    live = MirroredRepository(settings, around, house.state.ledger.entries)
    store = HeadStore(house.state.database)
    watcher = Watcher(store, {"": WatchedRepository(settings, live, live, house.runs)}, house.clock)
    watcher.enter()
    return Watched(real, house, store, watcher, live)

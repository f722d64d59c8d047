"""The ground that a demo stands on: the doors to the outside, an emulated AWS, live repositories."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from towpath.config import load_config
from towpath.demo.cloud import EmulatedCloud, cloud_environment, start_cloud
from towpath.demo.sample import REGION, SampleRepository
from towpath.engines.choosing import engines_of
from towpath.system import Clock, Environment, ProcessEnvironment, Processes, SystemClock, SystemProcesses
from towpath.system.foreground import Foreground, SystemForeground
from towpath.system.http import Http, HttpxHttp
from towpath.system.listening import listen_at
from towpath.system.servers import Servers, SystemServers

__all__ = ["DemoTools", "Held", "demo_cloud", "demo_environment", "lay_out", "system_tools"]


class Held(Protocol):
    """An address that is listened at, until it is let go."""

    def close(self) -> None: ...


@dataclass(frozen=True)
class DemoTools:
    """The doors to the outside that the demo goes through."""

    clock: Clock
    environment: Environment
    processes: Processes
    foreground: Foreground
    servers: Servers
    http: Http
    listen: Callable[[str, int], Held]


def system_tools() -> DemoTools:
    """The machine's own."""
    return DemoTools(
        SystemClock(),
        ProcessEnvironment(),
        SystemProcesses(),
        SystemForeground(),
        SystemServers(),
        HttpxHttp(by_proxy=False),
        listen_at,
    )


@contextlib.contextmanager
def demo_cloud(tools: DemoTools, folder: Path) -> Iterator[EmulatedCloud]:
    """The emulated AWS. Raises `ProblemError` as `start_cloud` does; before that with `engine-missing` or
    `engine-version`.
    """
    engines_of(load_config(None), tools.processes)
    cloud = start_cloud(tools.servers, tools.clock, tools.environment.all(), folder / "cloud.log", REGION)
    try:
        yield cloud
    finally:
        cloud.stop()


def lay_out(cloud: EmulatedCloud, repository: SampleRepository) -> str:
    """Makes the live repository, and the buckets that its states are kept in. Gives the first commit."""
    commit = repository.create()
    for bucket, account_id in repository.state_buckets().items():
        cloud.make_bucket(bucket, account_id)
    return commit


def demo_environment(base: Mapping[str, str], folder: Path, cloud: EmulatedCloud) -> dict[str, str]:
    """What `towpath` runs with: the emulated AWS, and a home for its runs inside the demo's folder."""
    environment = cloud_environment(base, cloud.endpoint, REGION) | {
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
    }
    configuration = environment.get("TF_CLI_CONFIG_FILE")
    if configuration and not Path(configuration).is_file():
        del environment["TF_CLI_CONFIG_FILE"]
    return environment

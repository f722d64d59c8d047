"""What the stories need: providers, an emulated AWS, a world."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aws_live import AwsLive
from emulated_aws import EmulatedAws, emulated_aws, provider_configuration
from kept_runs import check_kept_runs
from world import World


@pytest.fixture(scope="session")
def providers() -> Path:
    """The Terraform CLI configuration that names this machine's providers."""
    return provider_configuration()


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedAws]:
    """One emulated AWS for all tests of this process; its tests keep apart by account ids and names."""
    with emulated_aws(tmp_path_factory.mktemp("aws")) as running:
        yield running


@pytest.fixture(autouse=True)
def the_invariants_hold(tmp_path: Path) -> Iterator[None]:
    """After every story: of all runs in all state folders that it left in its own folder."""
    yield
    check_kept_runs(tmp_path)


@pytest.fixture
def world(tmp_path: Path, providers: Path) -> World:
    """An empty live repository, and `towpath` to type in it."""
    made = World(tmp_path)
    made.environment["TF_CLI_CONFIG_FILE"] = str(providers)
    return made


@pytest.fixture
def aws_live(world: World, aws: EmulatedAws) -> Callable[..., AwsLive]:
    """Makes the world's repository one for accounts in the emulated AWS: `aws_live("dev", "prod")`."""

    def make(*accounts: str) -> AwsLive:
        return AwsLive(world, aws, accounts)

    return make

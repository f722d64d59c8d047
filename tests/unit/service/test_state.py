"""Which folder Towpath keeps its state in, and which settings hold."""

from __future__ import annotations

from pathlib import Path

from towpath.config import TowpathConfig
from towpath.git import FakeRepository
from towpath.service.reading import Reading
from towpath.service.state import state_folder
from towpath.system import FakeEnvironment

NAMED = FakeEnvironment({"TOWPATH_STATE": "/named"})
NOTHING = FakeEnvironment()


def test_what_is_asked_for_comes_first_then_the_environment_then_the_configuration() -> None:
    repository, config = FakeRepository({}), TowpathConfig(state="../kept")
    assert state_folder(repository, config, Path("/asked"), NAMED) == Path("/asked")
    assert state_folder(repository, config, None, NAMED) == Path("/named")
    assert state_folder(repository, config, None, NOTHING) == repository.folder / "../kept"


def test_two_clones_of_one_name_have_their_own_state(tmp_path: Path) -> None:
    folders = set()
    for parent in ("one", "two"):
        repository = FakeRepository({})
        repository.folder = tmp_path / parent / "live"
        folder = state_folder(repository, TowpathConfig(), None, NOTHING)
        assert folder.name.startswith("live-")
        assert tmp_path not in folder.parents
        folders.add(folder)
    assert len(folders) == 2


def test_settings_are_read_without_reading_units() -> None:
    repository = FakeRepository({"towpath.yml": "parallelism: 7\n", "vpc/terragrunt.hcl": "inputs = {\n"})
    assert Reading(repository, {}).config().parallelism == 7


def test_broken_settings_are_the_defaults() -> None:
    assert Reading(FakeRepository({"towpath.yml": "parallelism: many\n"}), {}).config() == TowpathConfig()


def test_without_such_a_commit_settings_are_the_defaults() -> None:
    assert Reading(FakeRepository({"towpath.yml": "parallelism: 7\n"}), {}).config("nowhere") == TowpathConfig()

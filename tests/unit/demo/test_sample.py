"""The demo's live repository: what is in it, and how the story changes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from towpath.config import load_config
from towpath.demo.sample import ACCOUNT_IDS, SampleRepository
from towpath.system import FakeProcesses


@pytest.fixture
def repository(tmp_path: Path) -> SampleRepository:
    processes = FakeProcesses()
    processes.script("git", stdout=b"abc\n")
    return SampleRepository(tmp_path / "live", processes)


def test_there_are_four_accounts_in_order_and_seven_units(repository: SampleRepository) -> None:
    files = repository.files()
    accounts = json.loads(files["accounts.json"])
    assert [(name, each["deploy_order"]) for name, each in accounts.items()] == [
        ("shared", 1),
        ("dev", 2),
        ("stage", 3),
        ("prod", 4),
    ]
    assert {name: each["id"] for name, each in accounts.items()} == dict(ACCOUNT_IDS)
    assert len([path for path in files if path.endswith("/terragrunt.hcl")]) == 7


def test_every_unit_has_what_it_includes(repository: SampleRepository) -> None:
    files = repository.files()
    for path in files:
        if path.endswith("/terragrunt.hcl"):
            kind = path.split("/")[-2]
            assert {f"_envcommon/{kind}.hcl", f"modules/{kind}/main.tf", "root.hcl"} <= files.keys()
            account, region, *_ = path.split("/")
            assert {f"{account}/account.hcl", f"{account}/{region}/region.hcl"} <= files.keys()


def test_its_settings_are_valid_and_gate_prod(repository: SampleRepository) -> None:
    loaded = load_config(repository.files()["towpath.yml"].encode())
    assert loaded.problems == ()
    assert loaded.value.gates["prod"].approvals == 1


def test_names_that_are_global_begin_with_the_organisation(tmp_path: Path) -> None:
    repository = SampleRepository(tmp_path, FakeProcesses(), "other", {"shared": "1" * 12, "dev": "2" * 12})
    assert repository.state_buckets() == {"other-state-shared": "1" * 12, "other-state-dev": "2" * 12}
    assert 'organisation = "other"' in repository.files()["common.hcl"]
    assert not [path for path in repository.files() if path.startswith("prod/")]


def test_create_writes_every_file_and_commits(repository: SampleRepository) -> None:
    assert repository.create() == "abc"
    written = {
        path.relative_to(repository.folder).as_posix() for path in repository.folder.rglob("*") if path.is_file()
    }
    assert written == repository.files().keys()


def test_the_words_that_the_story_replaces_are_there(repository: SampleRepository) -> None:
    repository.create()
    repository.replace("_envcommon/app.hcl", "retention_days = 7", "retention_days = 30")
    repository.replace("_envcommon/app.hcl", "audit          = false", "audit          = true")
    repository.replace("root.hcl", "locals {", "# A comment.\nlocals {")
    with pytest.raises(ValueError, match="0 times"):
        repository.replace("_envcommon/app.hcl", "retention_days = 7", "retention_days = 30")


def test_a_failure_of_git_is_said_in_its_words(tmp_path: Path) -> None:
    processes = FakeProcesses()
    processes.script("git", status=128, stderr=b"fatal: not today")
    with pytest.raises(ValueError, match="not today"):
        SampleRepository(tmp_path, processes).commit("x")

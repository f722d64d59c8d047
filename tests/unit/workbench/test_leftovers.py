"""What is in the state folder only for a while."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from towpath.runs.workbench.leftovers import remove_leftovers, remove_old_work, remove_working_folder
from towpath.runs.workbench.tools import unit_folder_name

HOUR = 3600.0


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder after somebody was killed in it."""
    for name in ("work/run-1/unit/inputs.json", "checkouts/needed/a", "checkouts/other/a", "checkouts/.other.x/a"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("secret")
    for name in ("sources/kept", "sources/unused", "sources/.fetching-1", "plans", "logs"):
        (tmp_path / name).mkdir(parents=True)
    os.utime(tmp_path / "sources/unused", (0, 0))
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_at_a_rest_only_what_is_needed_stays(state: Path) -> None:
    remove_leftovers(state, {"needed"}, (state / "sources/kept").stat().st_mtime + HOUR)
    assert names(state / "work") == []
    assert names(state / "checkouts") == ["needed"]
    assert names(state / "sources") == ["kept"]
    assert {"plans", "logs"} <= set(names(state))


def test_what_may_still_be_in_use_is_left_alone_at_first(state: Path) -> None:
    made = (state / "work/run-1/unit").stat().st_mtime
    remove_old_work(state, made + 60)
    assert (state / "work/run-1/unit").is_dir()
    remove_old_work(state, made + 2 * HOUR)
    assert not (state / "work/run-1/unit").exists()


def test_links_in_the_way_are_not_followed(state: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "sub").mkdir()
    for place in ("work/linked", "work/run-1/linked", "checkouts/linked"):
        (state / place).symlink_to(elsewhere)
    (state / "work/run-1/unit/linked").symlink_to(elsewhere)
    remove_leftovers(state, (), 0)
    assert names(elsewhere) == ["sub"]


def test_a_state_that_was_not_stored_is_kept(state: Path) -> None:
    for n in range(2):
        folder = state / "work/run-1/unit/module"
        folder.mkdir(parents=True)
        (folder / "errored.tfstate").write_text(f"state {n}")
        kept = remove_working_folder(state, state / "work/run-1/unit")
        assert kept is not None
        assert kept.read_text() == f"state {n}"
        assert kept.stat().st_mode & 0o777 == 0o600
    assert len(names(state / "rescued")) == 2
    assert (state / "rescued").stat().st_mode & 0o777 == 0o700
    assert remove_working_folder(state, state / "work/run-1/unit") is None


def test_nothing_there_is_nothing_to_do(tmp_path: Path) -> None:
    remove_leftovers(tmp_path, (), 0)
    remove_old_work(tmp_path, 0)
    assert names(tmp_path) == []


@pytest.mark.parametrize("unit", ["\u5c71" * 200, "\U0001f6a2" * 100, "a/b", "../../x", "\udcff"])
def test_a_working_folder_has_a_name_that_every_file_system_takes(unit: str, tmp_path: Path) -> None:
    name = unit_folder_name(unit)
    (tmp_path / name).mkdir()
    assert names(tmp_path) == [name]

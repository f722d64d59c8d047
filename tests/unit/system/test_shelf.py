"""Files that are kept because it takes long to compute them again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from towpath.system.shelf import FolderShelf

KEY = "settings-tree"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "shelf"


@pytest.fixture
def shelf(folder: Path) -> FolderShelf:
    return FolderShelf(folder, most=3)


def test_what_is_put_can_be_got(shelf: FolderShelf, folder: Path) -> None:
    shelf.put(KEY, b"content")
    assert shelf.get(KEY) == b"content"
    assert FolderShelf(folder).get(KEY) == b"content"


def test_nothing_is_there_at_first(shelf: FolderShelf, folder: Path) -> None:
    assert (shelf.get(KEY), shelf.latest("")) == (None, None)
    assert not folder.exists()


def test_it_is_for_its_owner_alone(shelf: FolderShelf, folder: Path) -> None:
    shelf.put(KEY, b"content")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / KEY).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("left", [0, 10, 40])
def test_a_file_that_was_cut_short_is_none(shelf: FolderShelf, folder: Path, left: int) -> None:
    shelf.put(KEY, b"content that is long enough")
    (folder / KEY).write_bytes((folder / KEY).read_bytes()[:left])
    assert shelf.get(KEY) is None


def test_a_file_that_was_changed_is_none(shelf: FolderShelf, folder: Path) -> None:
    shelf.put(KEY, b"content")
    (folder / KEY).write_bytes((folder / KEY).read_bytes() + b"x")
    assert shelf.get(KEY) is None


def test_a_folder_that_others_may_write_to_is_not_believed(shelf: FolderShelf, folder: Path) -> None:
    shelf.put(KEY, b"content")
    folder.chmod(0o777)
    assert shelf.get(KEY) is None


def test_the_last_one_used_is_the_latest(shelf: FolderShelf, folder: Path) -> None:
    for number, key in enumerate(("a-1", "a-2", "b-3")):
        shelf.put(key, b"")
        os.utime(folder / key, (number, number))
    assert (shelf.latest("a-"), shelf.latest("b-"), shelf.latest("c-")) == ("a-2", "b-3", None)
    shelf.get("a-1")
    assert shelf.latest("a-") == "a-1"


def test_the_least_recently_used_go(shelf: FolderShelf, folder: Path) -> None:
    for number, key in enumerate("abc"):
        shelf.put(key, b"")
        os.utime(folder / key, (number, number))
    shelf.get("a")
    shelf.put("d", b"")
    assert sorted(file.name for file in folder.iterdir()) == ["a", "c", "d"]


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    shelf = FolderShelf(tmp_path / "file" / "shelf")
    shelf.put(KEY, b"content")
    assert shelf.get(KEY) is None

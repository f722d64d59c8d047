"""References of a repository on this machine, read from its files; where they are not plain, git is asked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from towpath.git.local_heads import LocalHeads

A, B, C = "a" * 40, "b" * 40, "c" * 40


@pytest.fixture
def git(tmp_path: Path) -> Path:
    folder = tmp_path / "live.git"
    (folder / "refs" / "heads" / "feature").mkdir(parents=True)
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "refs" / "heads" / "main").write_text(f"{A}\n")
    (folder / "refs" / "heads" / "feature" / "x").write_text(f"{B}\n")
    (folder / "packed-refs").write_text(
        f"# pack-refs with: peeled fully-peeled sorted\n{B} refs/heads/main\n{C} refs/tags/v1\n^{A}\n"
    )
    return folder


def test_loose_references_win_over_packed_ones(git: Path) -> None:
    heads = LocalHeads(git)
    assert heads.read(["refs/heads/", "refs/tags/"]) == {
        "refs/heads/main": A,
        "refs/heads/feature/x": B,
        "refs/tags/v1": C,
    }
    assert heads.read(["refs/heads/main"]) == {"refs/heads/main": A}
    assert heads.read(["refs/heads/feature"]) == {}


def test_what_is_packed_is_read_again_when_it_is_another_file(git: Path) -> None:
    heads = LocalHeads(git)
    assert heads.read(["refs/tags/"]) == {"refs/tags/v1": C}
    new = git / "packed-refs.new"
    new.write_text(f"{B} refs/tags/v1\n")
    new.rename(git / "packed-refs")
    assert heads.read(["refs/tags/"]) == {"refs/tags/v1": B}
    (git / "packed-refs").unlink()
    assert heads.read(["refs/tags/"]) == {}


def test_a_reference_that_is_being_written_is_not_one(git: Path) -> None:
    (git / "refs" / "heads" / "main.lock").write_text("")
    assert LocalHeads(git).read(["refs/heads/main", "refs/heads/main.lock"]) == {"refs/heads/main": A}


def _symbolic(git: Path) -> None:
    (git / "refs" / "heads" / "main").write_text("ref: refs/heads/other\n")


def _link(git: Path) -> None:
    (git / "refs" / "heads" / "main").unlink()
    (git / "refs" / "heads" / "main").symlink_to(git / "HEAD")


def _pipe(git: Path) -> None:
    (git / "refs" / "heads" / "main").unlink()
    os.mkfifo(git / "refs" / "heads" / "main")


def _deep(git: Path) -> None:
    (git / "refs" / "heads" / Path(*(["d"] * 30))).mkdir(parents=True)


def _rubbish(git: Path) -> None:
    (git / "packed-refs").write_bytes(b"\x00\xff rubbish\n")


def _reftable(git: Path) -> None:
    (git / "reftable").mkdir()


def _worktree(git: Path) -> None:
    (git / ".git").write_text("gitdir: ../elsewhere\n")


def _no_head(git: Path) -> None:
    (git / "HEAD").unlink()


@pytest.mark.parametrize(
    "bend", [_symbolic, _link, _pipe, _deep, _rubbish, _reftable, _worktree, _no_head], ids=lambda bend: bend.__name__
)
def test_what_is_not_plain_is_left_to_git(git: Path, bend: object) -> None:
    assert callable(bend)
    bend(git)
    assert LocalHeads(git).read(["refs/heads/"]) is None


def test_a_folder_that_is_not_there_is_left_to_git(tmp_path: Path) -> None:
    assert LocalHeads(tmp_path / "missing").read(["refs/heads/"]) is None

"""A folder that is made to look like the top of a repository, asked by git itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

from towpath.git.top import mark_top

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def test_git_finds_the_top_and_the_commit(tmp_path: Path) -> None:
    unit = tmp_path / "checkout" / "dev" / "vpc"
    unit.mkdir(parents=True)
    mark_top(tmp_path / "checkout", COMMIT)
    assert git(unit, "rev-parse", "--show-toplevel") == str(tmp_path / "checkout")
    assert git(unit, "rev-parse", "HEAD") == COMMIT
    assert git(unit, "rev-parse", "--show-prefix") == "dev/vpc/"


def test_it_is_done_once_and_leaves_nothing_half_made(tmp_path: Path) -> None:
    mark_top(tmp_path, COMMIT)
    mark_top(tmp_path, "f" * 40)
    assert [entry.name for entry in tmp_path.iterdir()] == [".git"]
    assert git(tmp_path, "rev-parse", "HEAD") == COMMIT

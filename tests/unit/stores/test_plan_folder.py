"""Plan files: encrypted, authenticated, whole or not there."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from towpath.problems import ProblemError
from towpath.stores import PlanFolder
from towpath.system import RandomIds

SECRET = b"password = hunter2"


@pytest.fixture
def folder(tmp_path: Path) -> PlanFolder:
    return PlanFolder(tmp_path / "plans", bytes(32), RandomIds())


def only_file(tmp_path: Path) -> Path:
    (file,) = (tmp_path / "plans").iterdir()
    return file


def problem_of(error: pytest.ExceptionInfo[ProblemError]) -> str:
    (problem,) = error.value.problems
    return problem.id


def test_what_is_put_can_be_got_by_its_digest(folder: PlanFolder) -> None:
    digest = folder.put(SECRET)

    assert digest.startswith("sha256:")
    assert folder.get(digest) == SECRET
    assert folder.put(SECRET) == digest


def test_nobody_can_read_it_on_the_disk(folder: PlanFolder, tmp_path: Path) -> None:
    folder.put(SECRET)

    assert SECRET not in only_file(tmp_path).read_bytes()
    assert stat.S_IMODE(only_file(tmp_path).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "plans").stat().st_mode) == 0o700


@pytest.mark.parametrize("position", [0, 20, -1])
def test_a_file_that_was_touched_is_refused(folder: PlanFolder, tmp_path: Path, position: int) -> None:
    digest = folder.put(SECRET)
    content = bytearray(only_file(tmp_path).read_bytes())
    content[position] ^= 1
    only_file(tmp_path).write_bytes(bytes(content))

    with pytest.raises(ProblemError) as error:
        folder.get(digest)
    assert problem_of(error) == "plan-file-damaged"


def test_a_file_that_was_cut_off_is_refused(folder: PlanFolder, tmp_path: Path) -> None:
    digest = folder.put(SECRET)
    only_file(tmp_path).write_bytes(b"")

    with pytest.raises(ProblemError) as error:
        folder.get(digest)
    assert problem_of(error) == "plan-file-damaged"


def test_a_file_in_the_place_of_another_is_refused(folder: PlanFolder, tmp_path: Path) -> None:
    digest = folder.put(SECRET)
    mine = only_file(tmp_path)
    other = folder.put(b"destroy everything")
    mine.write_bytes((tmp_path / "plans" / other.removeprefix("sha256:")).read_bytes())

    with pytest.raises(ProblemError) as error:
        folder.get(digest)
    assert problem_of(error) == "plan-file-damaged"


def test_another_key_does_not_open_it(folder: PlanFolder, tmp_path: Path) -> None:
    digest = folder.put(SECRET)

    with pytest.raises(ProblemError) as error:
        PlanFolder(tmp_path / "plans", bytes(31) + b"1", RandomIds()).get(digest)
    assert problem_of(error) == "plan-file-damaged"


def test_a_deleted_file_is_missing_and_may_be_deleted_again(folder: PlanFolder) -> None:
    digest = folder.put(SECRET)
    folder.delete(digest)
    folder.delete(digest)

    with pytest.raises(ProblemError) as error:
        folder.get(digest)
    assert problem_of(error) == "plan-file-missing"


def test_a_digest_is_no_path(folder: PlanFolder) -> None:
    with pytest.raises(ValueError, match="is not a digest"):
        folder.get("sha256:../../etc/passwd")


@pytest.mark.parametrize(
    ("number", "problem"),
    [(errno.ENOSPC, "disk-full"), (errno.EDQUOT, "disk-full"), (errno.EROFS, "state-not-writable")],
)
def test_a_disk_that_takes_no_more_is_a_problem_and_leaves_nothing_behind(
    folder: PlanFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, problem: str
) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(ProblemError) as error:
        folder.put(SECRET)
    assert problem_of(error) == problem
    assert list((tmp_path / "plans").iterdir()) == []

"""The folder in which the engine runs."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from towpath.engines.terraform.generated import FileChange
from towpath.engines.terraform.working_folder import (
    CopyRules,
    copy_tree,
    make_private,
    mirror_unit,
    overlay_unit,
    write_changes,
    write_private,
)
from towpath.problems import ProblemError


def put(folder: Path, *paths: str) -> Path:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(path, encoding="utf-8")
    return folder


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_tree_is_copied_without_what_engines_leave_behind(tmp_path: Path) -> None:
    source = put(
        tmp_path / "größe mit leer",
        "main.tf",
        "sub/x.tf",
        ".hidden/y",
        ".terraform/providers/big",
        ".terragrunt-cache/z/main.tf",
        "sub/.git/config",
    )
    (source / "run.sh").write_text("x", encoding="utf-8")
    (source / "run.sh").chmod(0o755)
    copy_tree(source, tmp_path / "copy", CopyRules())
    assert files(tmp_path / "copy") == [".hidden/y", "main.tf", "run.sh", "sub/x.tf"]
    assert os.access(tmp_path / "copy" / "run.sh", os.X_OK)


@pytest.mark.parametrize(
    ("rules", "kept"),
    [
        (CopyRules(exclude=("docs",)), ["a.tf", "sub/b.md", "sub/docs/c"]),
        (CopyRules(exclude=("**/docs",)), ["a.tf", "sub/b.md"]),
        (CopyRules(exclude=("**/*.md", "docs/**")), ["a.tf", "sub/docs/c"]),
        (CopyRules(exclude=("sub",), include=("sub",)), ["a.tf", "docs/d.md"]),
    ],
)
def test_what_is_excluded_stays_out(tmp_path: Path, rules: CopyRules, kept: list[str]) -> None:
    source = put(tmp_path / "m", "a.tf", "docs/d.md", "sub/b.md", "sub/docs/c")
    copy_tree(source, tmp_path / "copy", rules)
    assert files(tmp_path / "copy") == kept


def test_what_is_included_is_copied_although_it_is_left_behind(tmp_path: Path) -> None:
    source = put(tmp_path / "m", ".terraform/keep", "a.tf")
    copy_tree(source, tmp_path / "copy", CopyRules(include=(".terraform",)))
    assert files(tmp_path / "copy") == [".terraform/keep", "a.tf"]


def test_the_lock_file_is_copied_unless_it_shall_not(tmp_path: Path) -> None:
    source = put(tmp_path / "m", ".terraform.lock.hcl")
    copy_tree(source, tmp_path / "yes", CopyRules())
    copy_tree(source, tmp_path / "no", CopyRules(lock_file=False))
    assert files(tmp_path / "yes") == [".terraform.lock.hcl"]
    assert files(tmp_path / "no") == []


def test_links_are_followed_and_loops_end(tmp_path: Path) -> None:
    source = put(tmp_path / "m", "sub/a.tf")
    put(tmp_path / "shared", "common.tf")
    (source / "common.tf").symlink_to(tmp_path / "shared" / "common.tf")
    (source / "sub" / "up").symlink_to("..")
    (source / "dangling").symlink_to("nowhere")
    copy_tree(source, tmp_path / "copy", CopyRules())
    assert files(tmp_path / "copy") == ["common.tf", "sub/a.tf"]
    assert not (tmp_path / "copy" / "common.tf").is_symlink()


def test_a_missing_source_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as error:
        copy_tree(tmp_path / "none", tmp_path / "copy", CopyRules())
    assert error.value.problems[0].id == "source-not-found"


def test_the_units_own_files_win_over_the_modules(tmp_path: Path) -> None:
    put(tmp_path / "module", "main.tf", "values.tfvars")
    copy_tree(tmp_path / "module", tmp_path / "copy", CopyRules())
    unit = put(tmp_path / "unit", "terragrunt.hcl", "policy.json")
    (unit / "values.tfvars").write_text("own", encoding="utf-8")
    overlay_unit(unit, tmp_path / "copy", CopyRules(), ("terragrunt.hcl",))
    assert files(tmp_path / "copy") == ["main.tf", "policy.json", "values.tfvars"]
    assert (tmp_path / "copy" / "values.tfvars").read_text(encoding="utf-8") == "own"


def test_a_unit_without_source_sees_what_stands_beside_it(tmp_path: Path) -> None:
    root = put(
        tmp_path / "repo",
        "modules/vpc/main.tf",
        "modules/other/main.tf",
        "envs/dev/app/main.tf",
        "envs/dev/other/o.tf",
        "envs/x.tf",
        ".git/config",
    )
    work = tmp_path / "work"
    mirror_unit(root, {"envs/dev/app": CopyRules(), "modules/vpc": CopyRules()}, work, tmp_path / "links")
    folder = work / "envs" / "dev" / "app"
    for path in ("../../../modules/vpc/main.tf", "../../../modules/other/main.tf", "../other/o.tf", "../../x.tf"):
        assert (folder / path).is_file()
    assert not (work / "modules" / "vpc").is_symlink()
    assert not (work / ".git").exists()
    (folder / "main.tf").write_text("changed", encoding="utf-8")
    assert (root / "envs/dev/app/main.tf").read_text(encoding="utf-8") == "envs/dev/app/main.tf"


def test_the_root_itself_may_be_a_unit(tmp_path: Path) -> None:
    root = put(tmp_path / "repo", "main.tf", "sub/x.tf")
    mirror_unit(root, {"": CopyRules()}, tmp_path / "work", tmp_path / "links")
    assert files(tmp_path / "work") == ["main.tf", "sub/x.tf"]


def test_units_side_by_side_share_their_links(tmp_path: Path) -> None:
    root = put(tmp_path / "repo", *(f"units/{number}/main.tf" for number in range(20)), "common.tf")
    for number in range(20):
        work = tmp_path / f"work-{number}"
        mirror_unit(root, {f"units/{number}": CopyRules()}, work, tmp_path / "links")
        assert all((work / "units" / f"{other}" / "main.tf").is_file() for other in range(20))
        assert (work / "units" / f"{number}" / "../../common.tf").is_file()
    one, other = (tmp_path / f"work-{number}/units/7" for number in (3, 4))
    assert one.is_symlink()
    assert one.lstat().st_ino == other.lstat().st_ino
    shutil.rmtree(tmp_path / "work-3")
    assert (other / "main.tf").is_file()


@pytest.mark.parametrize("number", [errno.EMLINK, errno.EPERM, errno.EXDEV])
def test_links_are_made_anew_where_they_cannot_be_shared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", refuse)
    root = put(tmp_path / "repo", "units/a/main.tf", "units/b/main.tf")
    mirror_unit(root, {"units/a": CopyRules()}, tmp_path / "work", tmp_path / "links")
    assert (tmp_path / "work/units/b/main.tf").is_file()


def test_generated_files_are_private(tmp_path: Path) -> None:
    write_changes(tmp_path, [FileChange("sub/a.tf", b"x"), FileChange("gone.tf", None)])
    assert (tmp_path / "sub/a.tf").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("path", ["../x.tf", "/etc/x.tf", "sub/../../x.tf"])
def test_generated_files_stay_in_the_folder(tmp_path: Path, path: str) -> None:
    (tmp_path / "work").mkdir()
    with pytest.raises(ProblemError) as error:
        write_changes(tmp_path / "work", [FileChange(path, b"x")])
    assert error.value.problems[0].id == "generated-file-outside"


def test_a_private_file_is_not_written_through_a_link(tmp_path: Path) -> None:
    put(tmp_path, "target")
    (tmp_path / "link").symlink_to("target")
    write_private(tmp_path / "link", b"secret")
    assert (tmp_path / "target").read_text(encoding="utf-8") == "target"


def test_a_private_folder_is_empty_and_closed(tmp_path: Path) -> None:
    put(tmp_path / "work", "old")
    make_private(tmp_path / "work")
    assert files(tmp_path / "work") == []
    assert (tmp_path / "work").stat().st_mode & 0o777 == 0o700

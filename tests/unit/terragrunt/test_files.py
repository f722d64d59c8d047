from __future__ import annotations

import pytest

from towpath.terragrunt.files import VIRTUAL_ROOT, DictFiles
from towpath.terragrunt.paths import OutsideRepositoryError, absolute, folder_of, join, relative, to_repository

FILES = DictFiles({"root.hcl": "root", "dev/app/terragrunt.hcl": b"unit", "dev/app/x/y.txt": "y", "dev/apple": ""})


def test_files_from_a_dictionary() -> None:
    assert FILES.root == VIRTUAL_ROOT
    assert FILES.read("root.hcl") == b"root"
    assert FILES.read("dev") is None
    assert (FILES.exists("dev/app"), FILES.exists("dev/app/x/y.txt"), FILES.exists("dev/ap")) == (True, True, False)
    assert (FILES.is_folder(""), FILES.is_folder("dev"), FILES.is_folder("root.hcl")) == (True, True, False)
    assert FILES.files_below("dev/app") == ("dev/app/terragrunt.hcl", "dev/app/x/y.txt")
    assert len(FILES.files_below("")) == 4


@pytest.mark.parametrize(
    ("folder", "path", "expected"),
    [
        ("dev/app", "../vpc", "dev/vpc"),
        ("dev/app", "./a//b/", "dev/app/a/b"),
        ("", "a", "a"),
        ("dev/app", "../..", ""),
        ("dev/app", "/repository", ""),
        ("dev/app", "/repository/", ""),
        ("dev/app", "/repository/dev/../prod", "prod"),
        ("dev/app", "../../../repository/root.hcl", "root.hcl"),
    ],
)
def test_paths_of_the_repository(folder: str, path: str, expected: str) -> None:
    assert to_repository(VIRTUAL_ROOT, folder, path) == expected


@pytest.mark.parametrize("path", ["../../..", "../../../etc", "/", "/etc/passwd", "/repositoryx/x", "/repository/../x"])
def test_paths_that_lead_out(path: str) -> None:
    with pytest.raises(OutsideRepositoryError):
        to_repository(VIRTUAL_ROOT, "dev/app", path)


def test_folders_and_the_ways_between_them() -> None:
    assert (folder_of("a/b.hcl"), folder_of("b.hcl")) == ("a", "")
    assert (join("a", "b"), join("", "b")) == ("a/b", "b")
    assert (absolute("/repository", "a/b"), absolute("/repository", "")) == ("/repository/a/b", "/repository")
    assert relative("a/b/c", "a") == "b/c"
    assert relative("", "a/b") == "../.."
    assert relative("a", "a") == "."

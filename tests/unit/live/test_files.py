"""A commit's files, as evaluation sees them."""

from __future__ import annotations

from towpath.git import FakeLink, fake_tree
from towpath.live.files import evaluation_files
from towpath.terragrunt import VIRTUAL_ROOT

FILES = evaluation_files(
    fake_tree({"root.hcl": "1", "a/x.hcl": "2", "a/b/y.hcl": "3", "l": FakeLink("a"), "l.hcl": FakeLink("root.hcl")})
)


def test_no_path_of_this_machine_is_seen() -> None:
    assert FILES.root == VIRTUAL_ROOT


def test_files_and_folders_are_found_through_links() -> None:
    assert FILES.read("l/b/y.hcl") == b"3"
    assert FILES.read("l.hcl") == b"1"
    assert FILES.read("nothing") is None
    assert FILES.is_folder("l")
    assert FILES.exists("l/x.hcl")
    assert not FILES.is_folder("l/x.hcl")


def test_files_below_a_link_are_known_by_the_name_asked_for() -> None:
    assert FILES.files_below("a") == ("a/b/y.hcl", "a/x.hcl")
    assert FILES.files_below("l") == ("l/b/y.hcl", "l/x.hcl")
    assert FILES.files_below("l/b") == ("l/b/y.hcl",)
    assert FILES.files_below("nothing") == ()
    assert "root.hcl" in FILES.files_below("")

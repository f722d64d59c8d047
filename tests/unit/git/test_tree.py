"""Trees made of other trees, and paths that mean nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from towpath.git import FakeBlobs, FakeLink, Layer, fake_tree
from towpath.problems import ProblemError


@pytest.mark.parametrize("shared", [True, False])
def test_some_files_may_be_as_they_are_in_another_tree(shared: bool) -> None:
    blobs = FakeBlobs()
    ours = fake_tree({"a": "1", "d/b.hcl": "2", "new": "3"}, blobs=blobs)
    theirs = fake_tree({"a": "old", "d/b.hcl": "other", "gone": "4"}, "0" * 40, blobs if shared else None)
    mixed = ours.with_files_of(theirs, frozenset(["a", "new", "gone"]))
    assert list(mixed.entries()) == ["a", "d/b.hcl", "gone"]
    assert [mixed.read(path) for path in ("a", "d/b.hcl", "gone", "new")] == [b"old", b"2", b"4", None]
    assert mixed.subtree_id("d") == ours.subtree_id("d")
    assert mixed.subtree_id("") != ours.subtree_id("")
    assert ours.read("a") == b"1"


@pytest.mark.parametrize("path", ["..", "../a", "a/b", "d/../../a", "nothing"])
def test_a_path_that_means_nothing_is_no_file(path: str) -> None:
    tree = fake_tree({"a": "1", "d/b": "2"})
    assert tree.read(path) is None
    assert not tree.exists(path)
    assert not tree.is_folder(path)
    assert tree.below(path) == ()


def test_the_root_is_a_folder() -> None:
    tree = fake_tree({"d/b": "2"})
    for path in ("", ".", "/", "d/.."):
        assert tree.is_folder(path)
        assert tree.below(path) == ("d/b",)


def test_links_that_leave_only_together_lead_nowhere(tmp_path: Path) -> None:
    tree = fake_tree({"a/b/up": FakeLink("../.."), "out": FakeLink("a/b/up/../outside.txt"), "in": FakeLink("a/b/up")})
    with pytest.raises(ProblemError, match="symbolic link leaves"):
        tree.read("out")
    (tmp_path / "outside.txt").write_text("secret")
    problems = tree.export(tmp_path / "tree")
    assert [(problem.id, problem.place and problem.place.file) for problem in problems] == [
        ("symlink-leaves-repository", "out")
    ]
    assert not (tmp_path / "tree/out").is_symlink()
    assert (tmp_path / "tree/in").resolve() == tmp_path / "tree"


def test_a_layer_of_copies_and_new_files(tmp_path: Path) -> None:
    tree = fake_tree({"a/x": "1", "a/y": "2", "b/z": "3", "old/f": "4"})
    once = tree.overlaid(Layer({"c/x": "a/x", "b/y": "a/y"}, {"c/new": b"made"}, {"old/f"}))
    assert list(once.entries()) == ["a/x", "a/y", "b/y", "b/z", "c/new", "c/x"]
    assert [once.read(path) for path in ("c/x", "b/y", "c/new", "old/f")] == [b"1", b"2", b"made", None]
    assert [once.origin(path) for path in ("c/x", "b/y", "c/new", "b/z")] == ["a/x", "a/y", "c/new", "b/z"]
    assert sorted(once.folders()) == ["", "a", "b", "c"]
    assert once.below("c") == ("c/new", "c/x")
    assert once.export(tmp_path / "all") == ()
    assert (tmp_path / "all/c/new").read_bytes() == b"made"
    twice = once.overlaid(Layer({"d/x": "c/x"}, {"c/x": b"other"}))
    assert (twice.origin("d/x"), twice.origin("c/x"), twice.read("c/x")) == ("a/x", "c/x", b"other")
    assert tree.read("c/x") is None


def test_the_id_of_a_folder_under_a_layer_tells_both_apart() -> None:
    tree = fake_tree({"a/x": "1", "b/z": "3"})
    first = tree.overlaid(Layer({}, {"b/y": b"1", "c/y": b"1"}))
    second = tree.overlaid(Layer({}, {"b/y": b"2", "c/y": b"1"}))
    other = fake_tree({"a/x": "1", "b/z": "4"}).overlaid(Layer({}, {"b/y": b"1", "c/y": b"1"}))
    ids = {made.subtree_id("b") for made in (tree, first, second, other)}
    assert len(ids) == 4
    assert first.subtree_id("a") == tree.subtree_id("a")
    assert first.subtree_id("c") == second.subtree_id("c") == other.subtree_id("c")

"""How git is run, and what is made of its refusals."""

from __future__ import annotations

from pathlib import Path

import pytest

from towpath.git import FakeLink, Repository, fake_tree
from towpath.git.commands import Git
from towpath.git.objects import Entry, tree_listing
from towpath.problems import Problem, ProblemError
from towpath.system import FakeProcesses


def scripted(status: int = 0, stdout: bytes = b"", stderr: bytes = b"") -> FakeProcesses:
    processes = FakeProcesses()
    processes.install("git", "git")
    processes.script("git", status=status, stdout=stdout, stderr=stderr)
    return processes


def problem_of_opening(folder: Path, processes: FakeProcesses) -> Problem:
    with pytest.raises(ProblemError) as caught:
        Repository.open(folder, processes)
    return caught.value.problems[0]


def test_without_git_it_says_how_to_get_it(tmp_path: Path) -> None:
    problem = problem_of_opening(tmp_path, FakeProcesses())
    assert (problem.id, problem.hint) == ("executable-not-found", "Install git, or put it on PATH.")


def test_a_repository_of_another_user_names_the_command_that_trusts_it(tmp_path: Path) -> None:
    refusal = b"fatal: detected dubious ownership in repository at '/r'\n"
    problem = problem_of_opening(tmp_path, scripted(128, stderr=refusal))
    assert problem.id == "repository-not-trusted"
    assert f"safe.directory {tmp_path}" in str(problem.hint)


def test_a_refusal_nobody_foresaw_is_told_in_gits_words(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="fatal: the disk is gone") as caught:
        Git(tmp_path, scripted(128, stderr=b"fatal: the disk is gone\n")).output("ls-tree", "HEAD")
    assert caught.value.problems[0].id == "git-failed"
    with pytest.raises(ProblemError, match="status 3"):
        Git(tmp_path, scripted(3)).output("ls-tree")


def test_every_command_is_shielded_from_what_the_configuration_would_run(tmp_path: Path) -> None:
    processes = scripted()
    Git(tmp_path, processes).output("status")
    (call,) = processes.calls
    assert {"core.fsmonitor=false", "core.hooksPath=/dev/null", "--no-pager"} <= set(call)


def test_paths_that_would_reach_outside_are_left_out_of_an_export(tmp_path: Path) -> None:
    tree = fake_tree({"../evil": "1", ".GIT/config": "2", "fine": "3", "a/.git/hooks/x": "4"})
    problems = tree.export(tmp_path / "out")
    assert {problem.id for problem in problems} == {"unsafe-path"}
    assert len(problems) == 3
    assert [path.name for path in (tmp_path / "out").rglob("*") if path.is_file()] == ["fine"]
    assert not (tmp_path / "evil").exists()


def test_a_long_chain_of_links_is_a_loop() -> None:
    links = {f"l{number}": FakeLink(f"l{number + 1}") for number in range(50)}
    with pytest.raises(ProblemError) as caught:
        fake_tree({**links, "l50": "end"}).read("l0")
    assert caught.value.problems[0].id == "symlink-loop"


def test_trees_are_hashed_in_gits_order() -> None:
    """Git sorts a folder as if its name ended with a slash: `a.b`, `a/`, `a0`."""
    blob = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    paths = ("a.b", "a/x", "a0")
    listing = tree_listing({path: Entry(path, 0o100644, blob) for path in paths})
    assert listing.folders[""] == "cc6b940246a412b229914418bd12af5e1601ec85"

"""What every repository does, the real one and the fake: the same files give the same trees, ids and answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from real_repository import RealRepository

from towpath.git import FakeLink, FakeRepository, Repository
from towpath.problems import ProblemError
from towpath.system import SystemProcesses

Commit = Callable[..., str]

FILES: Mapping[str, bytes | str | FakeLink] = {
    "root.hcl": "a = 1\n",
    "dev/vpc/terragrunt.hcl": "b = 2\n",
    "dev/vpc-2/terragrunt.hcl": "b = 3\n",
    "dev/vpc.txt": b"\x00\xff\n",
    "dev/zażółć gęślą/new\nline \t.hcl": "odd\n",
    "dev/link.hcl": FakeLink("../root.hcl"),
    "dev/folder": FakeLink("vpc/."),
    "far": FakeLink("../outside"),
    "absolute": FakeLink("/etc/passwd"),
    "circle": FakeLink("circle"),
    "empty": b"",
}


@pytest.fixture(params=["git", "fake"])
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Repository, Commit]:
    if request.param == "fake":
        fake = FakeRepository()
        return fake, fake.commit
    real = RealRepository(tmp_path / "a repository")
    return Repository.open(real.folder, SystemProcesses()), real.commit


def problem_of(call: Callable[[], object]) -> str:
    with pytest.raises(ProblemError) as caught:
        call()
    return caught.value.problems[0].id


def test_a_tree_lists_every_file_sorted_and_reads_it(repository: tuple[Repository, Commit]) -> None:
    repo, commit = repository
    tree = repo.tree(commit(FILES))
    assert list(tree.entries()) == sorted(FILES)
    for path, content in FILES.items():
        if not isinstance(content, FakeLink):
            assert tree.read(path) == (content.encode() if isinstance(content, str) else content)
    assert tree.entries()["dev/link.hcl"].is_link
    assert not tree.entries()["root.hcl"].is_link
    assert tree.read("dev") is None
    assert tree.read("no/such") is None


def test_ids_are_those_of_git(repository: tuple[Repository, Commit]) -> None:
    repo, commit = repository
    tree = repo.tree(commit(FILES))
    assert tree.entries()["empty"].blob == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert tree.subtree_id("dev") == FakeRepository(FILES).tree("HEAD").subtree_id("dev")
    assert tree.subtree_id("") == FakeRepository(FILES).tree("HEAD").subtree_id("")
    assert tree.subtree_id("dev/vpc.txt") is None


def test_files_below_a_folder_are_its_own_alone(repository: tuple[Repository, Commit]) -> None:
    repo, commit = repository
    tree = repo.tree(commit(FILES))
    assert tree.below("dev/vpc") == ("dev/vpc/terragrunt.hcl",)
    assert tree.below("") == tuple(sorted(FILES))
    assert tree.below("nothing") == ()


def test_links_that_stay_inside_are_followed(repository: tuple[Repository, Commit]) -> None:
    repo, commit = repository
    tree = repo.tree(commit(FILES))
    assert tree.read("dev/link.hcl") == b"a = 1\n"
    assert tree.read("dev/folder/terragrunt.hcl") == b"b = 2\n"
    assert tree.read("dev/folder/../../root.hcl") == b"a = 1\n"
    assert tree.is_folder("dev/folder")
    assert tree.below("dev/folder") == ("dev/vpc/terragrunt.hcl",)
    assert tree.exists("dev/./folder")
    assert not tree.exists("../root.hcl")


def test_links_that_leave_or_circle_are_refused(repository: tuple[Repository, Commit]) -> None:
    repo, commit = repository
    tree = repo.tree(commit(FILES))
    assert problem_of(lambda: tree.read("far")) == "symlink-leaves-repository"
    assert problem_of(lambda: tree.read("absolute")) == "symlink-leaves-repository"
    assert problem_of(lambda: tree.read("circle")) == "symlink-loop"


def test_an_export_is_the_commit_without_what_would_leave_it(
    repository: tuple[Repository, Commit], tmp_path: Path
) -> None:
    repo, commit = repository
    destination = tmp_path / "work" / "export"
    problems = repo.tree(commit(FILES)).export(destination)
    assert {problem.place.file for problem in problems if problem.place} == {"far", "absolute"}
    assert (destination / "dev/folder/terragrunt.hcl").read_text() == "b = 2\n"
    assert (destination / "dev/zażółć gęślą/new\nline \t.hcl").read_text() == "odd\n"
    assert not (destination / "far").is_symlink()
    assert [path.name for path in destination.parent.iterdir()] == ["export"]


def test_an_export_that_is_there_already_is_left_as_it_is(
    repository: tuple[Repository, Commit], tmp_path: Path
) -> None:
    repo, commit = repository
    (tmp_path / "export").mkdir()
    (tmp_path / "export/mine").write_text("kept")
    assert repo.tree(commit({"a": "1"})).export(tmp_path / "export") == ()
    assert [path.name for path in (tmp_path / "export").iterdir()] == ["mine"]


def test_history_is_walked_from_any_revision(repository: tuple[Repository, Commit]) -> None:
    repo, commit = repository
    first, second, third = (commit({"a": str(number)}, f"Change {number}") for number in range(3))
    assert repo.resolve("HEAD") == third
    assert repo.resolve("HEAD~2") == repo.resolve(first[:12]) == first
    assert repo.parent(third) == second
    assert repo.parent(first) is None
    assert repo.merge_base(second, third) == second
    assert repo.is_ancestor(first, third)
    assert repo.is_ancestor(first, first)
    assert not repo.is_ancestor(third, first)
    assert [info.subject for info in repo.commits_between(first, "HEAD")] == ["Change 2", "Change 1"]
    (alone,) = repo.commits_between(None, second)
    assert (alone.sha, alone.author_email, alone.author_name) == (second, "ada@example.com", "ada")
    assert alone.when.utcoffset() is not None
    assert repo.commits_between("HEAD", "HEAD") == ()


def test_a_tree_stays_what_it_was(repository: tuple[Repository, Commit]) -> None:
    repo, commit = repository
    old = repo.tree(commit({"a": "1", "b": "2"}))
    new = repo.tree(commit({"a": "2"}))
    assert (old.read("a"), new.read("a")) == (b"1", b"2")
    assert new.read("b") is None
    assert repo.tree("HEAD").commit == new.commit


@pytest.mark.parametrize("revision", ["nope", "HEAD~5", "f" * 40, "--all", "", "a b"])
def test_a_revision_that_names_nothing_is_an_unknown_commit(
    repository: tuple[Repository, Commit], revision: str
) -> None:
    repo, commit = repository
    commit({"a": "1"})
    assert problem_of(lambda: repo.resolve(revision)) == "unknown-commit"
    assert problem_of(lambda: repo.tree(revision)) == "unknown-commit"


def test_a_repository_without_commits_says_so(repository: tuple[Repository, Commit]) -> None:
    repo, _ = repository
    with pytest.raises(ProblemError, match="no commits yet") as caught:
        repo.tree("HEAD")
    assert caught.value.problems[0].hint == "Commit something first: git commit"


def test_the_author_is_known(repository: tuple[Repository, Commit]) -> None:
    assert repository[0].current_author() == "ada@example.com"

"""What only a real git can show: surroundings that might bend it, and repositories of every shape."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from real_repository import RealRepository

from towpath.git import Repository
from towpath.problems import Problem, ProblemError
from towpath.system import SystemProcesses


@pytest.fixture
def real(tmp_path: Path) -> RealRepository:
    return RealRepository(tmp_path / "live")


def opened(folder: Path, environment: dict[str, str] | None = None) -> Repository:
    return Repository.open(folder, SystemProcesses(), environment)


def problem_of_opening(folder: Path) -> Problem:
    with pytest.raises(ProblemError) as caught:
        opened(folder)
    return caught.value.problems[0]


def test_any_folder_of_the_repository_opens_it(real: RealRepository) -> None:
    real.commit({"a/b/c": "1"})
    assert opened(real.folder / "a" / "b").folder == real.folder


def test_a_folder_outside_any_repository_is_a_problem(tmp_path: Path) -> None:
    assert problem_of_opening(tmp_path).id == "not-a-repository"
    problem = problem_of_opening(tmp_path / "missing")
    assert problem.id == "not-a-repository"
    assert problem.hint == "Go to your live repository, or name it with -C."


def test_variables_of_the_caller_do_not_bend_git(
    real: RealRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha = real.commit({"a": "1"})
    other = RealRepository(tmp_path / "other")
    other.commit({"z": "9"})
    for name, value in {"GIT_DIR": other.folder / ".git", "GIT_WORK_TREE": other.folder, "GIT_INDEX_FILE": "x"}.items():
        monkeypatch.setenv(name, str(value))
    bent = {"GIT_DIR": str(other.folder / ".git"), "HOME": str(tmp_path)}
    assert opened(real.folder, bent).resolve("HEAD") == sha
    assert list(opened(real.folder).tree("HEAD").entries()) == ["a"]


def test_nothing_the_configuration_names_is_run(real: RealRepository, tmp_path: Path) -> None:
    real.commit({"a": "1", ".gitattributes": "* filter=a.b=c\n"})
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path / 'sprung'}\n")
    trap.chmod(0o755)
    for name in ("core.fsmonitor", "core.pager", "core.editor", "gpg.program", "core.sshCommand"):
        real.git("config", name, str(trap))
    for way in ("clean", "smudge", "process"):
        real.git("config", f"filter.a.b=c.{way}", str(trap))
    real.git("config", "filter.a.b=c.required", "true")
    (real.folder / "a").write_text("2")
    real.git("config", "log.showSignature", "true")
    repository = opened(real.folder)
    repository.tree("HEAD").read("a")
    repository.commits_between(None, "HEAD")
    assert repository.is_dirty()
    assert not (tmp_path / "sprung").exists()


def test_the_users_own_configuration_is_found_through_home(real: RealRepository, tmp_path: Path) -> None:
    real.git("config", "--unset", "user.email")
    (tmp_path / ".gitconfig").write_text("[user]\n\temail = grace@example.com\n")
    assert opened(real.folder, {"HOME": str(tmp_path)}).current_author() == "grace@example.com"
    with pytest.raises(ProblemError) as caught:
        opened(real.folder, {"HOME": str(tmp_path / "nowhere")}).current_author()
    assert caught.value.problems[0].id == "author-unknown"


def test_uncommitted_work_makes_it_dirty(real: RealRepository) -> None:
    real.commit({"a": "1", ".gitignore": "*.log\n"})
    repository = opened(real.folder)
    assert not repository.is_dirty()
    real.write("noise.log", "x")
    assert not repository.is_dirty()
    real.write("new.hcl", "x")
    assert repository.is_dirty()


def test_executable_bits_are_kept_in_an_export(real: RealRepository, tmp_path: Path) -> None:
    real.write("run.sh", "#!/bin/sh\n")
    (real.folder / "run.sh").chmod(0o755)
    real.commit({"run.sh": "#!/bin/sh\n", "plain": ""})
    tree = opened(real.folder).tree("HEAD")
    tree.export(tmp_path / "out")
    assert tree.entries()["run.sh"].is_executable
    assert (tmp_path / "out/run.sh").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "out/plain").stat().st_mode & 0o777 == 0o644


def test_submodules_are_named_but_not_entered(real: RealRepository, tmp_path: Path) -> None:
    inner = RealRepository(tmp_path / "inner")
    sha = inner.commit({"main.tf": ""})
    real.commit({"a": "1"})
    real.git("-c", "protocol.file.allow=always", "submodule", "add", "--quiet", str(inner.folder), "modules/inner")
    real.git("commit", "--quiet", "-m", "A submodule")
    tree = opened(real.folder).tree("HEAD")
    assert dict(tree.submodules()) == {"modules/inner": sha}
    assert list(tree.entries()) == [".gitmodules", "a"]
    tree.export(tmp_path / "out")
    assert list((tmp_path / "out/modules/inner").iterdir()) == []


def test_a_shallow_clone_says_that_the_base_is_not_there(real: RealRepository, tmp_path: Path) -> None:
    first = real.commit({"a": "1"})
    second = real.commit({"a": "2"})
    real.git("clone", "--quiet", "--depth=1", real.folder.as_uri(), str(tmp_path / "clone"))
    clone = opened(tmp_path / "clone")
    assert clone.resolve("HEAD") == second
    calls: tuple[Callable[[], object], ...] = (lambda: clone.resolve(first), lambda: clone.parent("HEAD"))
    for call in calls:
        with pytest.raises(ProblemError, match="shallow") as caught:
            call()
        assert caught.value.problems[0].id == "unknown-commit"
        assert "git fetch --unshallow" in str(caught.value.problems[0].hint)


def test_a_partial_clone_fetches_nothing_while_it_reads(real: RealRepository, tmp_path: Path) -> None:
    real.commit({"a.hcl": "1"})
    real.git("config", "uploadpack.allowFilter", "true")
    real.git("clone", "--quiet", "--bare", "--filter=blob:none", real.folder.as_uri(), str(tmp_path / "partial"))
    tree = opened(tmp_path / "partial").tree("HEAD")
    assert list(tree.entries()) == ["a.hcl"]
    with pytest.raises(ProblemError) as caught:
        tree.read("a.hcl")
    assert caught.value.problems[0].id == "missing-object"


def test_bare_repositories_and_worktrees_are_read_as_well(real: RealRepository, tmp_path: Path) -> None:
    sha = real.commit({"a": "1"})
    real.git("clone", "--quiet", "--bare", str(real.folder), str(tmp_path / "bare.git"))
    bare = opened(tmp_path / "bare.git")
    assert bare.tree(sha).read("a") == b"1"
    assert not bare.is_dirty()
    real.git("worktree", "add", "--quiet", "-b", "other", str(tmp_path / "tree"))
    worktree = opened(tmp_path / "tree")
    assert (worktree.folder, worktree.resolve("HEAD")) == (tmp_path / "tree", sha)
    assert opened(real.folder / ".git").tree("HEAD").read("a") == b"1"


def test_histories_without_a_common_commit_have_no_merge_base(real: RealRepository) -> None:
    first = real.commit({"a": "1"})
    real.git("checkout", "--quiet", "--orphan", "other")
    second = real.commit({"a": "2"})
    repository = opened(real.folder)
    assert repository.merge_base(first, second) is None
    assert not repository.is_ancestor(first, second)


def test_a_folder_that_only_looks_like_a_revision_is_not_mixed_up(real: RealRepository) -> None:
    sha = real.commit({"HEAD": "x", "main": "y"})
    repository = opened(real.folder)
    assert repository.resolve("main") == sha
    assert len(repository.commits_between(None, "main")) == 1

"""Mirrors of real remotes: over HTTP through git's own server, and from folders of this machine."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from git_server import GitServer, git_server
from real_repository import RealRepository
from ssh_server import SSHD, SshServer, ssh_server

from towpath.git import FakeLink
from towpath.git import mirror as mirror_module
from towpath.git import repository as repository_module
from towpath.git.access import RemoteAccess
from towpath.git.mirror import Mirror
from towpath.git.remotes import parse_remote
from towpath.problems import Problem, ProblemError
from towpath.system.bounded import Bounded, Bounds

MAIN = "refs/heads/main"
FILES = {"dev/vpc/terragrunt.hcl": "inputs = {}\n", "dev/vpc/files/run.sh": "true\n", "image.bin": "\0" * 5000}


@pytest.fixture
def real(tmp_path: Path) -> RealRepository:
    repository = RealRepository(tmp_path / "served" / "live")
    repository.git("config", "uploadpack.allowFilter", "true")
    return repository


@pytest.fixture
def server(real: RealRepository) -> Iterator[GitServer]:
    with git_server(real.folder.parent) as serving:
        yield serving


def mirror_of(tmp_path: Path, url: str, bounds: Bounds | None = None, **access: str) -> Mirror:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    token = access.pop("token", None)
    remote = RemoteAccess(parse_remote(url), lambda: token, **access)  # type: ignore[arg-type]  # texts, as tests write
    return Mirror(tmp_path / "mirrors" / "live", remote, Bounded(bounds), environment)


@pytest.fixture
def mirror(tmp_path: Path, server: GitServer) -> Mirror:
    return mirror_of(tmp_path, f"{server.url}/live/.git")


def problem_of(mirror: Mirror, ref: str = MAIN) -> Problem:
    with pytest.raises(ProblemError) as caught:
        mirror.fetch(ref)
    return caught.value.problems[0]


def contents_here(mirror: Mirror) -> set[str]:
    """The ids of all objects in the mirror's own folder."""
    command = ["git", "cat-file", "--batch-all-objects", "--batch-check=%(objectname)"]
    return set(subprocess.run(command, cwd=mirror.folder, capture_output=True, check=True, text=True).stdout.split())


def test_a_look_tells_where_branches_and_tags_stand(real: RealRepository, mirror: Mirror) -> None:
    first = real.commit(FILES)
    real.git("tag", "v1")
    real.git("branch", "feature/a")
    second = real.commit(FILES)
    assert mirror.heads(["refs/heads/"]) == {MAIN: second, "refs/heads/feature/a": first}
    assert mirror.heads([MAIN, "refs/tags/"]) == {MAIN: second, "refs/tags/v1": first}
    assert mirror.heads(["refs/heads/feature"]) == {}
    assert not mirror.folder.exists()


def test_a_fetched_commit_reads_as_any_other(real: RealRepository, mirror: Mirror) -> None:
    sha = real.commit({**FILES, "link": FakeLink("dev")}, "The first")
    real.git("tag", "v1")
    assert mirror.fetch(MAIN) == sha
    repository = mirror.repository()
    assert repository.tree(sha).read("link/vpc/terragrunt.hcl") == b"inputs = {}\n"
    assert [commit.subject for commit in repository.commits_between(None, sha)] == ["The first"]
    assert repository.resolve("v1") == sha


def test_what_evaluation_reads_comes_in_one_go_and_large_files_when_asked(
    real: RealRepository, server: GitServer, mirror: Mirror, tmp_path: Path
) -> None:
    sha = real.commit(FILES)
    image = real.git("rev-parse", "HEAD:image.bin")
    mirror.fetch(MAIN)
    # The history, what is evaluated, and what lies beside units.
    assert server.fetches() == 3
    assert image not in contents_here(mirror)
    tree = mirror.repository().tree(sha)
    assert tree.read("dev/vpc/files/run.sh") == b"true\n"
    assert tree.read("dev/vpc/terragrunt.hcl") == b"inputs = {}\n"
    assert server.fetches() == 3
    assert tree.export(tmp_path / "exported") == ()
    assert (tmp_path / "exported" / "image.bin").read_bytes() == b"\0" * 5000
    assert server.fetches() == 4


def test_contents_are_fetched_in_batches_however_many_they_are(
    real: RealRepository, server: GitServer, mirror: Mirror
) -> None:
    real.commit({f"dev/u{number}/terragrunt.hcl": f"# {number}\n" for number in range(300)})
    mirror.fetch(MAIN)
    assert server.fetches() == 2
    sha = real.commit({f"dev/u{number}/terragrunt.hcl": f"# new {number}\n" for number in range(300)})
    assert mirror.fetch(MAIN) == sha
    # Agreeing on what both have may take a request or two more.
    assert server.fetches() <= 6


def test_a_remote_that_cannot_leave_contents_out_is_copied_whole(real: RealRepository, mirror: Mirror) -> None:
    real.git("config", "uploadpack.allowFilter", "false")
    sha = real.commit(FILES)
    image = real.git("rev-parse", "HEAD:image.bin")
    assert mirror.fetch(MAIN) == sha
    assert image in contents_here(mirror)


def test_a_rewritten_branch_loses_no_commit(real: RealRepository, mirror: Mirror) -> None:
    real.commit(FILES)
    old = real.commit({**FILES, "dev/vpc/terragrunt.hcl": "inputs = {a = 1}\n"})
    assert mirror.fetch(MAIN) == old
    real.git("reset", "--quiet", "--hard", "HEAD~1")
    new = real.commit({**FILES, "dev/vpc/terragrunt.hcl": "inputs = {b = 1}\n"})
    real.git("reflog", "expire", "--expire=now", "--all")
    real.git("gc", "--quiet", "--prune=now")
    assert mirror.fetch(MAIN) == new
    subprocess.run(["git", "gc", "--quiet"], cwd=mirror.folder, check=True, capture_output=True, env=gc_environment())
    repository = mirror.repository()
    assert repository.tree(old).read("dev/vpc/terragrunt.hcl") == b"inputs = {a = 1}\n"
    assert not repository.is_ancestor(old, new)


def gc_environment() -> dict[str, str]:
    settings = {"remote.origin.promisor": "true", "remote.origin.partialclonefilter": "blob:none"}
    variables = {"PATH": os.environ["PATH"], "GIT_CONFIG_COUNT": "2", "GIT_ALLOW_PROTOCOL": "none"}
    for number, (name, value) in enumerate(settings.items()):
        variables |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return variables


def test_commits_that_the_branch_still_holds_leave_no_names_behind(real: RealRepository, mirror: Mirror) -> None:
    for number in range(4):
        real.commit({"a.hcl": f"{number}"})
        mirror.fetch(MAIN)
    names = subprocess.run(
        ["git", "for-each-ref", "--format=%(refname)"], cwd=mirror.folder, capture_output=True, check=True, text=True
    )
    assert [name for name in names.stdout.split() if "kept" in name] == []


def test_a_commit_that_no_branch_holds_any_more_is_fetched_by_its_id(real: RealRepository, mirror: Mirror) -> None:
    real.commit(FILES)
    lost = real.commit({"dev/vpc/terragrunt.hcl": "inputs = {a = 1}\n"})
    real.git("reset", "--quiet", "--hard", "HEAD~1")
    mirror.fetch(MAIN)
    assert mirror.repository().tree(lost).read("dev/vpc/terragrunt.hcl") == b"inputs = {a = 1}\n"
    with pytest.raises(ProblemError) as caught:
        mirror.repository().resolve("1" * 40)
    assert caught.value.problems[0].id == "unknown-commit"


def test_a_moved_and_a_replaced_tag_are_seen(real: RealRepository, mirror: Mirror) -> None:
    real.commit(FILES)
    real.git("tag", "v1")
    mirror.fetch(MAIN)
    sha = real.commit(FILES)
    real.git("tag", "-d", "v1")
    real.git("tag", "v1/rc", "-m", "annotated")
    mirror.fetch(MAIN)
    assert mirror.repository().resolve("v1/rc") == sha
    assert mirror.fetch("refs/tags/v1/rc") == sha


def test_a_branch_whose_name_was_a_folder_of_branches(real: RealRepository, mirror: Mirror) -> None:
    real.commit(FILES)
    real.git("branch", "a/b")
    mirror.fetch("refs/heads/a/b")
    real.git("branch", "-D", "a/b")
    real.git("branch", "a")
    assert mirror.fetch("refs/heads/a") == real.git("rev-parse", "a")


def test_a_branch_that_is_not_there_or_was_deleted_is_a_problem(real: RealRepository, mirror: Mirror) -> None:
    sha = real.commit(FILES)
    real.git("branch", "other")
    mirror.fetch("refs/heads/other")
    real.git("branch", "-D", "other")
    problem = problem_of(mirror, "refs/heads/other")
    assert (problem.id, problem.detail.endswith("has no branch other.")) == ("unknown-branch", True)
    assert mirror.heads(["refs/heads/other"]) == {}
    assert mirror.fetch(MAIN) == sha


@pytest.mark.parametrize("scheme", ["basic", "bearer"])
def test_a_token_opens_the_remote(real: RealRepository, server: GitServer, tmp_path: Path, scheme: str) -> None:
    sha = real.commit(FILES)
    token = server.ask_for_basic() if scheme == "basic" else server.ask_for_bearer()
    mirror = mirror_of(tmp_path, f"{server.url}/live/.git", token=token, scheme=scheme)
    assert mirror.heads([MAIN]) == {MAIN: sha}
    assert mirror.fetch(MAIN) == sha
    assert set(server.authorizations) == {server.wanted}


def test_a_token_is_written_nowhere(real: RealRepository, server: GitServer, tmp_path: Path) -> None:
    real.commit(FILES)
    token = server.ask_for_basic(token="very-secret")
    mirror = mirror_of(tmp_path, f"{server.url}/live/.git", token=token)
    mirror.fetch(MAIN)
    assert "very-secret" not in repr(mirror._access)
    for file in mirror.folder.rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        assert b"very-secret" not in content
        assert (server.wanted or "").removeprefix("Basic ").encode() not in content


@pytest.mark.parametrize("token", [None, "wrong"])
def test_wrong_credentials_are_told_as_such(
    real: RealRepository, server: GitServer, tmp_path: Path, token: str | None
) -> None:
    real.commit(FILES)
    server.ask_for_basic()
    given = {"token": token} if token else {}
    mirror = mirror_of(tmp_path, f"{server.url}/live/.git", None, **given)
    problem = problem_of(mirror)
    assert problem.id == "remote-refused"
    assert problem.hint is not None
    assert "token_env" in problem.hint
    with pytest.raises(ProblemError) as caught:
        mirror.heads([MAIN])
    assert caught.value.problems[0].id == "remote-refused"


@pytest.mark.parametrize(
    ("status", "id_"),
    [(403, "remote-refused"), (404, "remote-not-found"), (500, "remote-unreachable"), (503, "remote-unreachable")],
)
def test_what_a_server_answers_instead_is_told(
    real: RealRepository, server: GitServer, mirror: Mirror, status: int, id_: str
) -> None:
    sha = real.commit(FILES)
    server.status = status
    assert problem_of(mirror).id == id_
    server.status = None
    assert mirror.fetch(MAIN) == sha


def test_a_server_that_is_down_is_a_problem_until_it_is_up(tmp_path: Path, real: RealRepository) -> None:
    real.commit(FILES)
    with git_server(real.folder.parent) as server:
        mirror = mirror_of(tmp_path, f"{server.url}/live/.git")
        mirror.fetch(MAIN)
    assert problem_of(mirror).id == "remote-unreachable"


def test_a_server_that_never_answers_is_given_up(
    real: RealRepository, server: GitServer, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    real.commit(FILES)
    server.silent = threading.Event()
    monkeypatch.setattr(mirror_module, "_FETCH_SECONDS", 0.5)
    problem = problem_of(mirror)
    assert problem.id == "remote-unreachable"
    assert "did not answer within 0.5 seconds" in problem.detail


def test_a_redirect_is_not_followed_and_gets_no_token(real: RealRepository, server: GitServer, tmp_path: Path) -> None:
    real.commit(FILES)
    with git_server(real.folder.parent) as other:
        server.elsewhere = other.url
        mirror = mirror_of(tmp_path, f"{server.url}/live/.git", token="sesame")
        assert problem_of(mirror).id == "remote-redirects"
        assert other.requests == []


@pytest.mark.parametrize("broken", ["HEAD", "objects", "packs"])
def test_a_damaged_mirror_is_made_anew(real: RealRepository, mirror: Mirror, broken: str) -> None:
    real.commit(FILES)
    mirror.fetch(MAIN)
    if broken == "HEAD":
        (mirror.folder / "HEAD").unlink()
    elif broken == "objects":
        (mirror.folder / "objects").rename(mirror.folder / "lost")
    else:
        for pack in (mirror.folder / "objects" / "pack").iterdir():
            pack.chmod(0o600)
            pack.write_bytes(b"rubbish")
    sha = real.commit({**FILES, "dev/vpc/terragrunt.hcl": "inputs = {b = 1}\n"})
    assert mirror.fetch(MAIN) == sha
    assert mirror.repository().tree(sha).read("dev/vpc/terragrunt.hcl") == b"inputs = {b = 1}\n"
    assert not mirror.is_damaged()


def test_a_repository_beyond_all_bounds_is_refused(real: RealRepository, server: GitServer, tmp_path: Path) -> None:
    real.git("config", "uploadpack.allowFilter", "false")
    real.commit({"noise": os.urandom(300_000)})
    mirror = mirror_of(tmp_path, f"{server.url}/live/.git", Bounds(file=100_000))
    assert problem_of(mirror).id == "repository-too-large"


def test_broken_objects_do_not_come_in(real: RealRepository, mirror: Mirror) -> None:
    real.commit(FILES)
    blob = real.git("rev-parse", "HEAD:image.bin")
    tree = subprocess.run(
        ["git", "mktree"],
        cwd=real.folder,
        input=f"100644 blob {blob}\t.git\n",
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    commit = real.git("commit-tree", tree, "-m", "a trap")
    real.git("update-ref", MAIN, commit)
    problem = problem_of(mirror)
    assert problem.id == "git-failed"
    assert "contains '.git'" in problem.detail


def test_nothing_of_the_remote_is_run(real: RealRepository, mirror: Mirror, tmp_path: Path) -> None:
    real.commit(FILES)
    mirror.fetch(MAIN)
    trap = f"#!/bin/sh\ntouch {tmp_path / 'sprung'}\n"
    for name in ("post-checkout", "post-update", "reference-transaction", "pre-auto-gc"):
        hook = mirror.folder / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(trap)
        hook.chmod(0o755)
    (mirror.folder / "HEAD").write_text("ref: refs/heads/main\n")
    sha = real.commit({**FILES, ".gitmodules": '[submodule "a"]\n\tpath = a\n\turl = ./b\n'})
    assert mirror.fetch(MAIN) == sha
    assert not (tmp_path / "sprung").exists()


def test_submodules_are_not_followed(real: RealRepository, server: GitServer, mirror: Mirror) -> None:
    first = real.commit(FILES)
    real.git("update-index", "--add", "--cacheinfo", f"160000,{first},sub")
    real.git("commit", "--quiet", "-m", "A submodule")
    sha = mirror.fetch(MAIN)
    assert mirror.repository().tree(sha).submodules() == {"sub": first}
    assert all("/live/.git/" in request for request in server.requests)


class TestFolders:
    """Repositories on this machine are looked at without a process, and fetched like any other."""

    @pytest.fixture
    def mirror(self, real: RealRepository, tmp_path: Path) -> Mirror:
        return mirror_of(tmp_path, str(real.folder))

    @pytest.fixture
    def server(self) -> None:
        return None

    def test_a_folder_is_mirrored(self, real: RealRepository, mirror: Mirror) -> None:
        first = real.commit(FILES)
        real.git("branch", "feature/a")
        real.git("pack-refs", "--all")
        second = real.commit(FILES)
        assert mirror.heads(["refs/heads/"]) == {MAIN: second, "refs/heads/feature/a": first}
        assert mirror.fetch(MAIN) == second
        assert mirror.repository().tree(second).read("image.bin") == b"\0" * 5000

    def test_an_address_of_a_file(self, real: RealRepository, tmp_path: Path) -> None:
        sha = real.commit(FILES)
        mirror = mirror_of(tmp_path, f"file://{real.folder}")
        assert mirror.heads([MAIN]) == {MAIN: sha}
        assert mirror.fetch(MAIN) == sha

    def test_a_folder_that_is_not_there_or_holds_no_repository(self, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        for name in ("empty", "missing"):
            assert problem_of(mirror_of(tmp_path, str(tmp_path / name))).id == "remote-not-found"
            with pytest.raises(ProblemError) as caught:
                mirror_of(tmp_path, str(tmp_path / name)).heads([MAIN])
            assert caught.value.problems[0].id == "remote-not-found"

    def test_a_bare_repository_and_one_beside_its_work_tree(self, real: RealRepository, tmp_path: Path) -> None:
        sha = real.commit(FILES)
        real.git("clone", "--quiet", "--bare", str(real.folder), str(tmp_path / "bare"))
        real.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "beside"))
        for name in ("bare", "beside"):
            mirror = mirror_of(tmp_path, str(tmp_path / name))
            assert mirror.heads([MAIN]) == {MAIN: sha}
            assert mirror.fetch(MAIN) == sha


@pytest.fixture(scope="module")
def ssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    with ssh_server(tmp_path_factory.mktemp("ssh") / "with space") as serving:
        yield serving


@pytest.mark.skipif(SSHD is None, reason="needs the sshd of openssh-server")
class TestSsh:
    """Over SSH, with a key file and a file of known hosts."""

    def mirror_over(self, ssh: SshServer, tmp_path: Path, folder: Path, key: Path, known_hosts: Path) -> Mirror:
        return mirror_of(tmp_path, ssh.url(folder), None, ssh_key=str(key), known_hosts=str(known_hosts))

    def test_a_key_opens_the_remote(self, real: RealRepository, ssh: SshServer, tmp_path: Path) -> None:
        sha = real.commit(FILES)
        mirror = self.mirror_over(ssh, tmp_path, real.folder, ssh.key, ssh.known_hosts)
        assert mirror.heads([MAIN]) == {MAIN: sha}
        assert mirror.fetch(MAIN) == sha
        assert mirror.repository().tree(sha).read("image.bin") == b"\0" * 5000

    def test_contents_that_are_not_handed_out_later_come_at_once(
        self, real: RealRepository, ssh: SshServer, tmp_path: Path
    ) -> None:
        real.commit(FILES)
        mirror = self.mirror_over(ssh, tmp_path, real.folder, ssh.key, ssh.known_hosts)
        mirror.fetch(MAIN)
        sha = real.commit({**FILES, "image.bin": "another"})
        assert mirror.fetch(MAIN) == sha
        assert real.git("rev-parse", "HEAD:image.bin") in contents_here(mirror)

    def test_another_key_is_refused(self, real: RealRepository, ssh: SshServer, tmp_path: Path) -> None:
        real.commit(FILES)
        mirror = self.mirror_over(ssh, tmp_path, real.folder, ssh.other_key, ssh.known_hosts)
        assert problem_of(mirror).id == "remote-refused"

    def test_a_host_that_is_not_known_is_not_spoken_to(
        self, real: RealRepository, ssh: SshServer, tmp_path: Path
    ) -> None:
        real.commit(FILES)
        nobody = tmp_path / "known_hosts"
        nobody.write_text("")
        problem = problem_of(self.mirror_over(ssh, tmp_path, real.folder, ssh.key, nobody))
        assert problem.id == "remote-host-key"
        assert problem.hint is not None
        assert "ssh-keyscan" in problem.hint
        assert nobody.read_text() == ""

    def test_a_repository_that_is_not_there(self, ssh: SshServer, tmp_path: Path) -> None:
        mirror = self.mirror_over(ssh, tmp_path, tmp_path / "missing", ssh.key, ssh.known_hosts)
        assert problem_of(mirror).id == "remote-not-found"


def test_a_few_objects_that_look_like_endless_files_are_refused(
    real: RealRepository, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each folder holds the one below ten times: 10,000 files of six objects."""
    blob = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"], cwd=real.folder, input=b"x", capture_output=True, check=True
    )
    kind, made = "100644 blob", blob.stdout.decode().strip()
    for _ in range(4):
        rows = "".join(f"{kind} {made}\tf{number}\n" for number in range(10))
        tree = subprocess.run(
            ["git", "mktree"], cwd=real.folder, input=rows, capture_output=True, text=True, check=True
        )
        kind, made = "040000 tree", tree.stdout.strip()
    real.git("update-ref", MAIN, real.git("commit-tree", made, "-m", "a trap"))
    monkeypatch.setattr(repository_module, "_MOST_FILES", 5000)
    assert problem_of(mirror).id == "repository-too-large"

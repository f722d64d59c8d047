"""A git repository on this machine, read through the git binary."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from towpath.git.blobs import BlobCache, BlobSource, GitBlobs
from towpath.git.commands import Git, git_failed
from towpath.git.objects import CommitInfo, parse_listing
from towpath.git.tree import Tree
from towpath.problems import Problem, ProblemError
from towpath.system import Processes

__all__ = ["Repository", "unknown_commit"]

_FULL_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_KEPT_TREES = 8
_MOST_COMMITS = 1000
_MOST_FILES = 1_000_000
"""Files and folders of a commit: a few objects can be made to look like endless ones."""


class Repository:
    """A git repository. `folder` is its top level (git's own folder, where the repository is bare)."""

    folder: Path

    def __init__(self, git: Git, blobs: BlobSource | None = None) -> None:
        """`blobs` None: contents are read from the repository alone."""
        self.folder = git.folder
        self._git = git
        self._blobs = BlobCache(blobs or GitBlobs(git))
        self._trees: dict[str, Tree] = {}
        # Full ids of commits that were seen here; any other revision may move.
        self._resolved: set[str] = set()

    @staticmethod
    def open(folder: Path, processes: Processes, environment: Mapping[str, str] | None = None) -> Repository:
        """The repository that `folder` is in. `environment` tells where the user's git configuration is (`HOME`).

        Raises `ProblemError` (`not-a-repository`, `repository-not-trusted`, `executable-not-found`).
        """
        if not folder.is_dir():
            raise ProblemError(_not_a_repository(folder))
        git = Git(folder.absolute(), processes, environment)
        top = git.run("rev-parse", "--show-toplevel")
        if not top.ok or not top.stdout.strip():
            top = git.run("rev-parse", "--absolute-git-dir")
        if not top.ok:
            raise ProblemError(_not_a_repository(folder))
        root = Path(top.stdout.decode("utf-8", "surrogateescape").removesuffix("\n"))
        return Repository(Git(root, processes, environment))

    def resolve(self, revision: str) -> str:
        """The full id of the commit that a revision (a branch, a tag, `HEAD~1`, an abbreviated id) names.

        Raises `ProblemError` (`unknown-commit`).
        """
        if revision in self._resolved:
            return revision
        result = self._git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        found = result.stdout.decode("ascii", "replace").strip().removeprefix("--end-of-options").strip()
        if not result.ok or not _FULL_ID.fullmatch(found):
            raise ProblemError(unknown_commit(revision, shallow=self.is_shallow(), empty=self._is_empty()))
        self._resolved.add(found)
        return found

    def tree(self, commit: str) -> Tree:
        """The files of a commit, given by id or by revision. Raises `ProblemError` (`unknown-commit`)."""
        sha = self.resolve(commit)
        if sha in self._trees:
            return self._trees[sha]
        root = self._git.line("rev-parse", "--verify", f"{sha}^{{tree}}")
        printed = self._git.output("ls-tree", "-r", "-t", "-z", "--full-tree", sha)
        if printed.count(b"\0") > _MOST_FILES:
            raise ProblemError(_too_many_files(sha))
        listing = parse_listing(root, printed)
        while len(self._trees) >= _KEPT_TREES:
            self._trees.pop(next(iter(self._trees)))
        return self._trees.setdefault(sha, Tree(sha, listing, self._blobs))

    def parent(self, commit: str) -> str | None:
        """The first parent, None for a first commit. Raises `ProblemError` (`unknown-commit`), also when the clone is
        too shallow to hold the parent."""
        raw = self._git.output("cat-file", "commit", self.resolve(commit)).decode("utf-8", "replace")
        header = raw.partition("\n\n")[0].splitlines()
        parents = [line.removeprefix("parent ") for line in header if line.startswith("parent ")]
        return self.resolve(parents[0]) if parents else None

    def merge_base(self, a: str, b: str) -> str | None:
        """The best common ancestor, None when there is none. In a shallow clone, where none may mean not fetched,
        raises `ProblemError` (`unknown-commit`)."""
        result = self._git.run("merge-base", self.resolve(a), self.resolve(b))
        if result.ok:
            return result.stdout.decode("ascii").split()[0]
        if self.is_shallow():
            raise ProblemError(unknown_commit(f"the common ancestor of {a} and {b}", shallow=True))
        return None

    def is_ancestor(self, a: str, b: str) -> bool:
        """Whether `b` contains `a`; a commit is its own ancestor."""
        arguments = ("merge-base", "--is-ancestor", self.resolve(a), self.resolve(b))
        result = self._git.run(*arguments)
        if result.status not in (0, 1):
            raise ProblemError(git_failed(arguments, result))
        return result.ok

    def is_dirty(self) -> bool:
        """Whether the working tree holds something that is not committed; files git ignores do not count.

        No filter is run: one that changes what it stores makes a file seem changed until git has seen it again.
        """
        if self._git.line("rev-parse", "--is-inside-work-tree") != "true":
            return False
        look = ("status", "--porcelain=v1", "-z", "--untracked-files=normal", "--ignore-submodules=dirty")
        return bool(self._git.output(*look, settings=self._without_filters()))

    def _without_filters(self) -> dict[str, str]:
        """Settings that switch off every filter there is; to find out what changed, git would run them."""
        names = self._git.run("config", "--null", "--name-only", "--get-regexp", r"^filter\.")
        listed = names.stdout.decode("utf-8", "surrogateescape").split("\0")
        filters = {name.rpartition(".")[0] for name in listed if name}
        return {
            f"{name}.{key}": value
            for name in sorted(filters)
            for key, value in (("clean", ""), ("process", ""), ("required", "false"))
        }

    def commits_between(self, base: str | None, head: str) -> tuple[CommitInfo, ...]:
        """The commits that `head` contains and `base` does not, newest first, 1,000 at most; without a base `head`
        alone. Raises `ProblemError` (`unknown-commit`)."""
        until = self.resolve(head)
        wanted = ["-n", "1", until] if base is None else ["-n", str(_MOST_COMMITS), until, f"^{self.resolve(base)}"]
        output = self._git.output("log", "-z", "--format=%H%x1f%an%x1f%ae%x1f%cI%x1f%s", *wanted, "--")
        return tuple(_commit(record) for record in output.decode("utf-8", "replace").split("\0") if record)

    def current_author(self) -> str:
        """The mail address git would put on a commit made now. Raises `ProblemError` (`author-unknown`)."""
        result = self._git.run("config", "--get", "user.email")
        address = result.stdout.decode("utf-8", "replace").strip()
        if not address:
            raise ProblemError(author_unknown())
        return address

    def current_branch(self) -> str | None:
        """The branch that is checked out; None when none is, as in many CI jobs."""
        result = self._git.run("symbolic-ref", "--quiet", "--short", "HEAD")
        return result.stdout.decode("utf-8", "surrogateescape").strip() or None

    def is_shallow(self) -> bool:
        """Whether older commits were left out when the repository was cloned."""
        return self._git.line("rev-parse", "--is-shallow-repository") == "true"

    def _is_empty(self) -> bool:
        return not self._git.output("rev-list", "-n", "1", "--all")


def _commit(record: str) -> CommitInfo:
    sha, name, address, when, subject = record.split("\x1f", 4)
    return CommitInfo(sha.strip(), name, address, subject, datetime.fromisoformat(when))


def unknown_commit(revision: str, *, shallow: bool = False, empty: bool = False) -> Problem:
    """A revision that names no commit here."""
    if empty:
        detail, hint = "The repository has no commits yet.", "Commit something first: git commit"
    elif shallow:
        detail = f"`{revision}` is not in this clone, which is shallow: older commits were left out."
        hint = "Fetch the whole history: git fetch --unshallow (in CI, set the checkout's depth to 0)."
    else:
        detail, hint = (
            f"`{revision}` names no commit of this repository.",
            "Look for a typing error, or fetch it with `git fetch`; the first commit has none before it.",
        )
    return Problem("unknown-commit", "There is no such commit", detail, hint=hint)


def author_unknown() -> Problem:
    """Git does not know who works here."""
    return Problem(
        "author-unknown",
        "Git does not know who you are",
        "user.email is not set, and a decision must carry a name.",
        hint='Set it: git config --global user.email "you@example.com"',
    )


def _too_many_files(commit: str) -> Problem:
    return Problem(
        "repository-too-large",
        "The repository is too large",
        f"Commit {commit[:12]} holds more than {_MOST_FILES} files and folders.",
        hint="Look what was committed there: it may be meant to do harm.",
    )


def _not_a_repository(folder: Path) -> Problem:
    return Problem(
        "not-a-repository",
        "This is not a git repository",
        f"{folder} is not inside a git repository. Towpath reads units from commits.",
        hint="Go to your live repository, or name it with -C.",
    )

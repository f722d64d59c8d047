"""A copy of a remote repository in a folder of this process: bare, and without contents until they are needed.

1. `heads` is a cheap look at where branches and tags stand.
2. `fetch` brings in one of them, its history without contents, and what evaluating it will read in one more go. The
   commit that was there before stays reachable under a name of Towpath's own when the branch was rewritten.
3. The `repository` reads as any other, and fetches what it lacks in batches.
4. The folder may be lost, or damaged: it is made anew. Nothing of the remote is trusted, and its address and
   credentials are not written into the folder.

Threads and processes may share a mirror: who changes it holds a lock beside it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from towpath.git.access import REMOTE, RemoteAccess
from towpath.git.blobs import GitBlobs
from towpath.git.commands import Git, git_failed
from towpath.git.local_heads import LocalHeads, wanted_by
from towpath.git.remote_problems import remote_problem, remote_took_too_long, unknown_branch
from towpath.git.remotes import RemoteKind
from towpath.git.repository import Repository
from towpath.git.tree import Tree
from towpath.problems import ProblemError
from towpath.system import Processes, ProcessResult

__all__ = ["HEADS", "TAGS", "Mirror"]

HEADS = "refs/heads/"
TAGS = "refs/tags/"
_OWN = "refs/towpath/"
_FULL_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_FETCH = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head")
_WHOLE = "towpath-whole"
"""A file in the mirror: the remote hands out whole histories only."""
_LOOK_SECONDS = 60.0
_FETCH_SECONDS = 900.0
_MOST_PACKS = 50
_MOST_AT_ONCE = 20_000
_PERHAPS_DAMAGED = frozenset(["git-failed", "missing-object", "unknown-commit", "remote-not-found"])
"""What git ends with when something is wrong with the mirror itself."""


class Mirror:
    """The mirror of one remote in `folder`, which is made on first use. `environment` is the caller's.

    Everything that reaches the remote raises `ProblemError`: `remote-unreachable`, `remote-refused`,
    `remote-not-found`, `remote-redirects`, `remote-host-key`, `unknown-branch`, `repository-too-large`,
    `repository-not-trusted`, `git-failed`.
    """

    def __init__(
        self, folder: Path, access: RemoteAccess, processes: Processes, environment: Mapping[str, str]
    ) -> None:
        self.folder = folder
        self._access = access
        self._git = Git(folder, processes, environment)
        self._outside = Git(folder.parent, processes, environment)
        self._reaching = access.environment(environment)
        self._local = LocalHeads(Path(access.address.path)) if access.address.kind is RemoteKind.FOLDER else None
        self._repository: Repository | None = None

    def heads(self, refs: Collection[str]) -> Mapping[str, str]:
        """Where these references of the remote stand: full names, or prefixes that end with a slash, to object ids.
        Those that are not there are left out. An annotated tag has an id of its own."""
        if self._local is not None and (read := self._local.read(refs)) is not None:
            return read
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        patterns = [f"{ref}*" if ref.endswith("/") else ref for ref in sorted(refs)]
        arguments = ("ls-remote", "--quiet", "--refs", REMOTE, *patterns)
        result = self._reach(self._outside, arguments, _LOOK_SECONDS)
        wanted = wanted_by(refs)
        lines = (line.partition("\t") for line in result.stdout.decode("utf-8", "surrogateescape").splitlines())
        return {name: oid for oid, _, name in lines if wanted(name) and _FULL_ID.fullmatch(oid)}

    def fetch(self, ref: str) -> str:
        """Brings in a branch or tag (by its full name), every tag's name, and what evaluating it will read. Returns
        the commit it stands at."""
        try:
            return self._bring(ref)
        except ProblemError as error:
            if error.problems[0].id not in _PERHAPS_DAMAGED or not self.is_damaged():
                raise
        with self._lock():
            shutil.rmtree(self.folder, ignore_errors=True)
            self._repository = None
        return self._bring(ref)

    def ensure(self, commit: str) -> bool:
        """Whether a commit (its full id) is here, once it was asked for: one that no branch holds any more is fetched
        by its id as long as the remote gives it out, and kept."""
        if not _FULL_ID.fullmatch(commit):
            return False
        with self._lock():
            self._make()
            if self._holds(commit):
                return True
            try:
                self._reach(self._git, (*self._fetching, REMOTE, f"{commit}:{_OWN}kept/{commit}"), _FETCH_SECONDS)
            except ProblemError:
                return False
            return self._holds(commit)

    def repository(self, *, anew: bool = False) -> Repository:
        """The mirror as a repository; commits are named by their full ids. `anew`: one that keeps nothing of what was
        read before."""
        if self._repository is None or anew:
            with self._lock():
                self._make()
            self._repository = _MirrorRepository(self)
        return self._repository

    def forget(self) -> None:
        """Lets go of what was read of it."""
        self._repository = None

    def is_damaged(self) -> bool:
        """Whether the folder is no complete mirror (any more); it is made anew by the next `fetch` then."""
        if not self.folder.is_dir():
            return False
        looked = self._git.run("rev-parse", "--is-bare-repository")
        if looked.stdout.strip() != b"true":
            return True
        checking = ("fsck", "--no-dangling", "--no-progress")
        checked = self._git.run(*checking, settings=self._access.settings(), timeout=_FETCH_SECONDS)
        # What was lost with a whole pack may count as left out on purpose.
        return not checked.ok or b"error:" in checked.stderr

    def _bring(self, ref: str) -> str:
        own = f"{_OWN}seen/{hashlib.sha256(ref.encode('utf-8', 'surrogateescape')).hexdigest()[:20]}"
        with self._lock():
            self._make()
            commit = self._fetch_into(ref, own)
            self._tidy()
        tree = self.repository().tree(commit)
        tree.read_ahead()
        self.fetch_blobs(self._missing(_beside_units(tree)))
        return commit

    def _fetch_into(self, ref: str, own: str) -> str:
        before = self._commit(own)
        if before is not None:
            self._git.output("update-ref", f"{_OWN}kept/{before}", before)
        specs = [f"+{ref}:{own}", f"+{TAGS}*:{TAGS}*"]
        try:
            self._reach(self._git, (*self._fetching, "--force", "--prune", REMOTE, *specs), _FETCH_SECONDS)
        except ProblemError as error:
            if error.problems[0].id == "unknown-branch":
                raise ProblemError(unknown_branch(self._access.address, _spoken(ref))) from error
            raise
        after = self._commit(own)
        if after is None:
            raise ProblemError(unknown_branch(self._access.address, f"{_spoken(ref)} that leads to a commit"))
        if before is not None and self._git.run("merge-base", "--is-ancestor", before, after).ok:
            self._git.output("update-ref", "-d", f"{_OWN}kept/{before}")
        return after

    def _commit(self, revision: str) -> str | None:
        result = self._git.run("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        return result.stdout.decode("ascii", "replace").strip() if result.ok else None

    def _holds(self, commit: str) -> bool:
        return self._git.run("cat-file", "-e", f"{commit}^{{commit}}").ok

    def fetch_blobs(self, ids: Collection[str]) -> None:
        """Brings in contents that are not here, many at a time."""
        wanted = sorted(set(ids))
        with self._lock():
            for start in range(0, len(wanted), _MOST_AT_ONCE):
                lines = "".join(f"{oid}\n" for oid in wanted[start : start + _MOST_AT_ONCE]).encode("ascii")
                settings = {"fetch.negotiationAlgorithm": "noop"}
                arguments = (*_FETCH, "--filter=blob:none", "--stdin", REMOTE)
                try:
                    self._reach(self._git, arguments, _FETCH_SECONDS, stdin=lines, more=settings)
                except ProblemError as error:
                    if "unadvertised object" not in error.problems[0].detail:
                        raise
                    self._fetch_whole()
                    return

    def _fetch_whole(self) -> None:
        """Servers that speak git's first protocol leave contents out, and do not hand them out later."""
        (self.folder / _WHOLE).touch()
        specs = (f"+{HEADS}*:{_OWN}whole/*", f"+{TAGS}*:{TAGS}*")
        arguments = (*self._fetching, "--refetch", "--force", "--prune", REMOTE, *specs)
        self._reach(self._git, arguments, _FETCH_SECONDS)

    @property
    def _fetching(self) -> tuple[str, ...]:
        return (*_FETCH, "--no-filter" if (self.folder / _WHOLE).exists() else "--filter=blob:none")

    def _missing(self, ids: Collection[str]) -> Collection[str]:
        return set(ids) - set(GitBlobs(self._git).sizes(ids))

    def _reach(
        self,
        git: Git,
        arguments: tuple[str, ...],
        seconds: float,
        stdin: bytes = b"",
        more: Mapping[str, str] | None = None,
    ) -> ProcessResult:
        settings = {**self._access.settings(), **(more or {})}
        try:
            result = git.run(*arguments, stdin=stdin, settings=settings, environment=self._reaching, timeout=seconds)
        except ProblemError as error:
            if error.problems[0].id == "process-timeout":
                raise ProblemError(remote_took_too_long(self._access.address, seconds)) from error
            raise
        if not result.ok:
            raise ProblemError(remote_problem(arguments, result, self._access.address))
        return result

    def _make(self) -> None:
        """Makes an empty mirror, which appears complete or not at all."""
        if (self.folder / "HEAD").is_file():
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{self.folder.name}.", dir=self.folder.parent))
        try:
            arguments = ("init", "--bare", "--quiet", "--template=", str(partial))
            result = self._outside.run(*arguments)
            if not result.ok:
                raise ProblemError(git_failed(arguments, result))
            partial.rename(self.folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def _tidy(self) -> None:
        """Many small packs become one; nothing is thrown away."""
        if len(list((self.folder / "objects" / "pack").glob("*.pack"))) > _MOST_PACKS:
            self._git.run("gc", "--quiet", settings=self._access.settings(), timeout=_FETCH_SECONDS)

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        place = self.folder.parent / f".{self.folder.name}.lock"
        descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


class _MirrorBlobs:
    """Contents of a mirror: what is not here is fetched, all that is asked for at once."""

    def __init__(self, mirror: Mirror, here: GitBlobs) -> None:
        self._mirror = mirror
        self._here = here

    def contents(self, ids: Collection[str]) -> Mapping[str, bytes]:
        found = self._here.contents(ids)
        missing = set(ids) - set(found)
        if not missing:
            return found
        self._mirror.fetch_blobs(missing)
        return {**found, **self._here.contents(missing)}

    def sizes(self, ids: Collection[str]) -> Mapping[str, int]:
        found = self._here.sizes(ids)
        missing = set(ids) - set(found)
        if not missing:
            return found
        self._mirror.fetch_blobs(missing)
        return {**found, **self._here.sizes(missing)}


class _MirrorRepository(Repository):
    """A commit that is named by its full id and is not here is asked for."""

    def __init__(self, mirror: Mirror) -> None:
        super().__init__(mirror._git, _MirrorBlobs(mirror, GitBlobs(mirror._git)))
        self._mirror = mirror

    def resolve(self, revision: str) -> str:
        if _FULL_ID.fullmatch(revision) and revision not in self._resolved:
            self._mirror.ensure(revision)
        return super().resolve(revision)


def _beside_units(tree: Tree) -> Collection[str]:
    """The contents in and below the folders that hold configuration: executing a unit needs them. What lies elsewhere
    may be large, and is fetched when somebody asks for it."""
    folders = {
        path.rpartition("/")[0] for path in tree.entries() if path.endswith((".hcl", ".tf", ".tofu", ".tf.json"))
    }
    folders.discard("")

    def is_near(path: str) -> bool:
        while path := path.rpartition("/")[0]:
            if path in folders:
                return True
        return False

    return {entry.blob for path, entry in tree.entries().items() if is_near(path)}


def _spoken(ref: str) -> str:
    if ref.startswith(HEADS):
        return f"branch {ref.removeprefix(HEADS)}"
    return f"tag {ref.removeprefix(TAGS)}"

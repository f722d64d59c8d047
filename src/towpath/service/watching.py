"""Watching repositories: looks at those whose time has come, and starts the runs that follow.

1. A look asks the remote where its branches stand. What moved is fetched, and every commit that came to the deploy
   branch is written down.
2. For each head that is not settled `runs.watching` says whether there is something to do now. Then what differs is
   worked out, outside any transaction.
3. In one transaction it is looked once more whether things are still so; the run is kept, older ones give way to it,
   the head is settled and the commits are accounted for. Whatever dies before that has done nothing, and whoever looks
   next begins again.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Protocol

from towpath.config import Globs
from towpath.config.server import RepositorySettings
from towpath.git.mirror import HEADS, TAGS
from towpath.git.remote_problems import unknown_branch
from towpath.git.remotes import parse_remote
from towpath.model.runs import Commit, RunKind, RunSettings
from towpath.model.watching import Arrival, Head, Outcome, Watch
from towpath.planning import Walk
from towpath.problems import Problem, ProblemError, has_errors
from towpath.runs import RunRequest, Runs
from towpath.runs.watching import Next, accounted, failed, looked, settled, what_next
from towpath.stores import RunTransaction
from towpath.stores.heads import HeadStore
from towpath.system import Clock

__all__ = ["Found", "Grounds", "Remote", "WatchedRepository", "Watcher"]

LEASE_SECONDS = 300
"""As long somebody who looks at a repository keeps it; should it die, others look after that time."""
AT_ONCE = 50
THREADS = 8


@dataclass(frozen=True, slots=True)
class Found:
    """What a commit brings: the walk, or (None) the problems that keep anybody from knowing."""

    walk: Walk | None
    problems: tuple[Problem, ...] = ()
    commits: tuple[Commit, ...] = ()
    settings: RunSettings = field(default_factory=RunSettings)


class Remote(Protocol):
    """Where commits come from. Raises `ProblemError` as `Mirror` does."""

    def heads(self, refs: Sequence[str]) -> Mapping[str, str]: ...

    def fetch(self, ref: str) -> str: ...


class Grounds(Protocol):
    """Commits of one repository, compared with what is applied and with each other. Raises `ProblemError` when
    something is in the way that may be otherwise the next time."""

    def between(self, base: str | None, head: str) -> Sequence[str]:
        """The commits that `head` contains and `base` does not, oldest first; without a base `head` alone."""
        ...

    def is_on(self, commit: str, head: str) -> bool:
        """Whether `head` contains the commit."""
        ...

    def since_ledger(self, commit: str) -> Found: ...

    def since_branching(self, commit: str, trunk: str) -> Found:
        """Compared with where it branched off."""
        ...


@dataclass(frozen=True)
class WatchedRepository:
    """One repository to watch, with everything that takes part."""

    settings: RepositorySettings
    remote: Remote
    grounds: Grounds
    runs: Runs

    @property
    def deploys(self) -> str:
        """The full name of the deploy branch."""
        return f"{HEADS}{self.settings.branch}"

    def asked_for(self) -> Sequence[str]:
        """What the remote is asked for: as little as possible."""
        prefixes = [HEADS] if self.settings.branches else [self.deploys]
        return [*prefixes, *([TAGS] if self.settings.tags else [])]

    def is_watched(self, ref: str) -> bool:
        if ref.startswith(TAGS):
            return Globs(self.settings.tags).fits(ref.removeprefix(TAGS))
        return ref == self.deploys or Globs(self.settings.branches).fits(ref.removeprefix(HEADS))


class Watcher:
    """Looks at the repositories by name. Threads and processes may do so side by side."""

    def __init__(
        self,
        store: HeadStore,
        repositories: Mapping[str, WatchedRepository],
        clock: Clock,
        trouble: Callable[[str, Problem], None] = lambda *_: None,
    ) -> None:
        """`trouble` hears of a look that failed, unless the one before had failed alike."""
        self._looks = ThreadPoolExecutor(THREADS, thread_name_prefix="towpath-look")
        self._looking: dict[Future[Watch], Watch] = {}
        self._trouble = trouble
        self._store = store
        self._repositories = repositories
        self._clock = clock

    def enter(self) -> None:
        """Makes the repositories known. Their first looks are spread over half a minute."""
        now = self._clock.now()
        pause = 30 / max(1, len(self._repositories))
        first = enumerate(sorted(self._repositories))
        self._store.enter({name: now + datetime.timedelta(seconds=number * pause) for number, name in first})

    def tick(self, *, wait: bool = True) -> int:
        """Begins to look at what is due, and unless `wait` comes back before that is done: a remote that does not
        answer keeps nobody waiting. What was found is written down then or with the next tick. Returns how many are
        looked at.
        """
        self._gather()
        now = self._clock.now()
        until = now + datetime.timedelta(seconds=LEASE_SECONDS)
        free = AT_ONCE - len(self._looking)
        taken = self._store.take_due(self._repositories.keys(), now, until, free) if free > 0 else ()
        for watch in taken:
            self._looking[self._looks.submit(self._look, watch)] = watch
        if wait:
            futures.wait(self._looking)
            self._gather()
        return len(taken)

    def close(self) -> None:
        """Begins nothing more. What is looked at is given up, for others to look at later."""
        self._looks.shutdown(wait=False, cancel_futures=True)

    def _gather(self) -> None:
        done = [(look, self._looking.pop(look)) for look in list(self._looking) if look.done()]
        if done:
            self._store.release([self._result(look, watch) for look, watch in done])

    def _result(self, look: Future[Watch], watch: Watch) -> Watch:
        """What was found. A repository may hold what makes Towpath fail; that is no reason to fail for all others."""
        error = look.exception()
        if error is None or not isinstance(error, Exception):
            return look.result()
        return self._failed(watch, _defect(watch.repository, error))

    def _failed(self, watch: Watch, problem: Problem) -> Watch:
        if problem != watch.problem:
            self._trouble(watch.repository, problem)
        return failed(watch, self._repositories[watch.repository].settings.interval, self._clock.now(), problem)

    def _look(self, watch: Watch) -> Watch:
        repository = self._repositories[watch.repository]
        interval = repository.settings.interval
        looking = _Looking(watch.repository, repository, self._store, self._clock)
        try:
            changed = looking.see()
            looking.decide()
        except ProblemError as error:
            return self._failed(watch, error.problems[0])
        return looked(watch, interval, self._clock.now(), changed=changed)


@dataclass(frozen=True)
class _Looking:
    """One look at one repository."""

    name: str
    repository: WatchedRepository
    store: HeadStore
    clock: Clock

    def see(self) -> bool:
        """Notes where the branches stand; tells whether anything is new."""
        standing = self.repository.remote.heads(self.repository.asked_for())
        standing = {ref: oid for ref, oid in standing.items() if self.repository.is_watched(ref)}
        deploys = self.repository.deploys
        if deploys not in standing:
            address = parse_remote(self.repository.settings.url)
            raise ProblemError(unknown_branch(address, f"branch {self.repository.settings.branch}"))
        known = self.store.heads(self.name)
        is_first = deploys not in known
        moved = [ref for ref, oid in standing.items() if ref not in known or known[ref].standing != oid]
        for ref in sorted(moved, key=lambda ref: (ref != deploys, ref)):
            self._moved(ref, standing[ref], known.get(ref), is_first=is_first)
        gone = known.keys() - standing.keys()
        if gone:
            self._gone(gone)
        return bool(moved or gone)

    def _moved(self, ref: str, standing: str, known: Head | None, *, is_first: bool) -> None:
        commit = self.repository.remote.fetch(ref)
        deploys = ref == self.repository.deploys
        came: Sequence[str] = ()
        if deploys and (known is None or known.commit != commit):
            came = self.repository.grounds.between(known.commit if known else None, commit) or (commit,)
        with self.repository.runs.transaction() as transaction:
            rows = transaction.watched()
            if rows.head(ref) != known:
                # Somebody else saw it first.
                return
            rows.arrive(came, self.clock.now())
            head = known or Head(ref, standing, commit)
            head = replace(head, standing=standing, commit=commit, problem=None)
            if is_first and not deploys:
                # What other branches held before anybody watched is not news.
                head = replace(head, settled=commit)
            rows.put_head(head)

    def _gone(self, refs: set[str]) -> None:
        with self.repository.runs.transaction() as transaction:
            for ref in sorted(refs):
                transaction.watched().drop_head(ref)

    def decide(self) -> None:
        """Starts what follows from heads that are not settled."""
        heads = self.store.heads(self.name)
        waiting = [head for head in heads.values() if not head.is_settled]
        if not waiting:
            return
        trunk = heads[self.repository.deploys]
        for head in sorted(waiting, key=lambda head: (head.ref != trunk.ref, head.ref)):
            with self.repository.runs.transaction() as transaction:
                next_ = self._next(head, transaction)
            if next_ is Next.LOOK and head.ref == trunk.ref:
                self._deploy(head)
            elif next_ is Next.LOOK:
                self._plan(head, trunk.commit)

    def _next(self, head: Head, transaction: RunTransaction) -> Next:
        return what_next(head, transaction.open_runs(), deploys=head.ref == self.repository.deploys)

    def _deploy(self, head: Head) -> None:
        found = self.repository.grounds.since_ledger(head.commit)
        arrivals = self._open_arrivals()
        on_branch = {one.commit for one in arrivals if self.repository.grounds.is_on(one.commit, head.commit)}

        def settle(outcome: Outcome, problem: Problem | None = None) -> Callable[[RunTransaction, str | None], bool]:
            def agreed(transaction: RunTransaction, run: str | None) -> bool:
                rows = transaction.watched()
                if rows.open_arrivals() != arrivals or not self._settle(head, transaction, run, problem):
                    return False
                rows.put_arrivals(accounted(arrivals, head.commit, on_branch.__contains__, outcome, run))
                return True

            return agreed

        if (problem := _broken(found)) is not None:
            with self.repository.runs.transaction() as transaction:
                settle(Outcome.BROKEN, problem)(transaction, None)
        elif found.walk is None or found.walk.is_empty:
            self.repository.runs.give_way(head.commit, settle(Outcome.NOTHING))
        else:
            self.repository.runs.start(_request(found, found.walk, RunKind.APPLY, head), settle(Outcome.CARRIED))

    def _open_arrivals(self) -> Sequence[Arrival]:
        with self.repository.runs.transaction() as transaction:
            return transaction.watched().open_arrivals()

    def _plan(self, head: Head, trunk: str) -> None:
        found = self.repository.grounds.since_branching(head.commit, trunk)
        problem = _broken(found)

        def agreed(transaction: RunTransaction, run: str | None) -> bool:
            return self._settle(head, transaction, run, problem)

        if problem is not None or found.walk is None or found.walk.is_empty:
            with self.repository.runs.transaction() as transaction:
                agreed(transaction, None)
        else:
            self.repository.runs.start(_request(found, found.walk, RunKind.PLAN, head), agreed)

    def _settle(self, head: Head, transaction: RunTransaction, run: str | None, problem: Problem | None) -> bool:
        """Whether everything is still as it was when what differs was worked out; the head is settled then."""
        rows = transaction.watched()
        if rows.head(head.ref) != head or self._next(head, transaction) is not Next.LOOK:
            return False
        rows.put_head(settled(head, run, problem))
        return True


def _request(found: Found, walk: Walk, kind: RunKind, head: Head) -> RunRequest:
    author = found.commits[0].author if found.commits else ""
    planned_only = kind is RunKind.PLAN
    return RunRequest(
        walk,
        kind,
        author,
        found.commits,
        found.settings,
        branch=head.ref,
        plan_only=planned_only,
        instead_of=head.run if planned_only else None,
    )


def _defect(repository: str, error: Exception) -> Problem:
    detail = f"Looking at {repository} ended in a way that should not happen: {type(error).__name__}: {error}."
    return Problem("internal-error", "A defect of Towpath", detail, hint="Please report it.")


def _broken(found: Found) -> Problem | None:
    """Why nothing can be started: the configuration as a whole cannot be read, or all that differs is broken."""
    if found.walk is None:
        return next(problem for problem in found.problems if problem.is_error)
    if found.walk.is_empty and has_errors(found.walk.problems):
        return next(problem for problem in found.walk.problems if problem.is_error)
    return None

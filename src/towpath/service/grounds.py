"""A mirrored repository as whoever watches it asks about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from towpath.git.mirror import Mirror
from towpath.model.runs import RunKind
from towpath.problems import ProblemError
from towpath.runs import settings_of
from towpath.service.reading import Reading
from towpath.service.walking import Asked, Walking
from towpath.service.watching import Found
from towpath.stores import State
from towpath.system import Environment
from towpath.system.shelf import FolderShelf

__all__ = ["MirrorGrounds"]


@dataclass(frozen=True)
class MirrorGrounds:
    """Implements `watching.Grounds`. What was read of a commit is kept on the shelf, not in memory: a server watches
    many repositories for a long time.
    """

    mirror: Mirror
    state: State
    environment: Environment
    shelf: FolderShelf | None = None

    def reading(self) -> Reading:
        """Reads commits, each once, and forgets them with itself."""
        return Reading(self.mirror.repository(), self.environment.all(), shelf=self.shelf)

    def between(self, base: str | None, head: str) -> Sequence[str]:
        try:
            commits = self.mirror.repository().commits_between(base, head)
        except ProblemError:
            # The base is gone, with whoever rewrote the branch.
            return (head,)
        return tuple(commit.sha for commit in reversed(commits))

    def is_on(self, commit: str, head: str) -> bool:
        try:
            return self.mirror.repository().is_ancestor(commit, head)
        except ProblemError:
            return False

    def since_ledger(self, commit: str) -> Found:
        return self.found(commit, Asked(RunKind.APPLY))

    def since_branching(self, commit: str, trunk: str) -> Found:
        base = self.mirror.repository().merge_base(commit, trunk)
        return self.found(commit, Asked(RunKind.PLAN, since=base or trunk))

    def found(self, commit: str, asked: Asked) -> Found:
        """What a run of the commit would do. Raises `ProblemError` where what was named is not there."""
        reading = self.reading()
        walking = Walking(reading, self.state.ledger.entries, commit)
        if broken := walking.broken():
            return Found(None, broken)
        walk = walking.walk(asked)
        return Found(walk, walk.problems, walking.commits(walk), settings_of(reading.config(commit)))

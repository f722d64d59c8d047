"""The live repository, read: what needs git and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from towpath.changes import ChangesRequest, Overlay, find_changes
from towpath.config import Loaded, TowpathConfig, load_config
from towpath.git import Repository
from towpath.live import CONFIG_FILE, Live, LiveReader, Shelf
from towpath.model.changes import ChangeSet
from towpath.model.paths import UnitPath
from towpath.planning import Walk, plan_walk
from towpath.problems import ProblemError
from towpath.service.shelf import shelf_for
from towpath.system import Environment, Processes
from towpath.system.workers import InThisProcess, Workers

__all__ = ["Comparison", "Reading"]


@dataclass(frozen=True)
class Comparison:
    """Two commits, what differs between them, and the walk over it."""

    base: Live
    head: Live
    changes: ChangeSet
    walk: Walk


class Reading:
    """Reads commits of one repository. `environment` are all variables at hand; evaluation sees those that the
    repository's `towpath.yml` lists. Each commit is read once, and what did not change since another is not read again.
    """

    def __init__(
        self,
        repository: Repository,
        environment: Mapping[str, str],
        workers: Workers | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        self.repository = repository
        self._reader = LiveReader(environment, workers=workers or InThisProcess(), shelf=shelf)
        self._lives: dict[str, Live] = {}

    @staticmethod
    def open(folder: Path, processes: Processes, environment: Environment, workers: Workers | None = None) -> Reading:
        """Raises `ProblemError` (`not-a-repository`, `executable-not-found`)."""
        variables = environment.all()
        repository = Repository.open(folder, processes, variables)
        return Reading(repository, variables, workers, shelf_for(repository, environment))

    def live(self, revision: str = "HEAD") -> Live:
        """The live repository at a commit. Raises `ProblemError` (`unknown-commit`)."""
        commit = self.repository.resolve(revision)
        if commit not in self._lives:
            known = next(reversed(self._lives.values()), None)
            self._lives[commit] = self._reader.read(self.repository.tree(commit), known=known)
        return self._lives[commit]

    def config(self, revision: str = "HEAD") -> TowpathConfig:
        """The settings at a commit, the defaults where they are broken or where there is no such commit. No unit is
        read, so that it takes no time in a large repository.
        """
        return self.settings(revision).value

    def settings(self, revision: str = "HEAD") -> Loaded[TowpathConfig]:
        """The same, and where each setting stands."""
        try:
            return load_config(self.repository.tree(revision).read(CONFIG_FILE))
        except ProblemError:
            return load_config(None)

    def compare(self, base: str, head: str = "HEAD") -> Comparison:
        """What differs between two commits. Raises `ProblemError` (`unknown-commit`)."""
        before, after = self.live(base), self.live(head)
        changes = find_changes(ChangesRequest(after, before, self._overlay(before, after)))
        return Comparison(before, after, changes, plan_walk(changes, after, before))

    def _overlay(self, base: Live, head: Live) -> Overlay:
        theirs, ours = self.repository.tree(base.commit), self.repository.tree(head.commit)
        differing = _differing(base, head)

        def put_back(files: frozenset[str]) -> Live:
            tree = ours.with_files_of(theirs, files)
            return self._reader.read(tree, only=differing, known=head)

        return put_back


def _differing(base: Live, head: Live) -> Collection[UnitPath]:
    """The units of both commits that differ: only for these can a file be put back."""
    return frozenset(
        path
        for path, unit in head.units.items()
        if path in base.units and base.units[path].fingerprint != unit.fingerprint
    )

"""Watched repositories as they are: mirrors of remotes, read and compared with the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from towpath.config.server import RepositorySettings, ServerConfig
from towpath.git import Repository
from towpath.git.mirror import Mirror
from towpath.model.ledger import LedgerEntry
from towpath.model.paths import UnitPath
from towpath.model.runs import Commit, RunKind
from towpath.problems import Problem, ProblemError
from towpath.runs import settings_of
from towpath.service.reading import Reading
from towpath.service.remotes import access_to
from towpath.service.secrets import without_secrets
from towpath.service.shelf import CACHE_VARIABLE, shelf_for
from towpath.service.walking import Asked, Walking
from towpath.service.watching import Found
from towpath.system import Environment
from towpath.system.bounded import Bounded
from towpath.system.workers import InThisProcess, Workers

__all__ = ["MirroredRepository", "Surroundings", "surroundings_for"]


@dataclass(frozen=True)
class Surroundings:
    """What mirrors have of this machine. `folder` is what paths of the configuration are relative to; `mirrors` is
    where they are kept; `shown` is what of the environment repositories may ask for."""

    folder: Path
    mirrors: Path
    environment: Environment
    shown: Environment
    workers: Workers = field(default_factory=InThisProcess)


def surroundings_for(
    config: ServerConfig, folder: Path, environment: Environment, workers: Workers | None = None
) -> Surroundings:
    """Mirrors are kept where the configuration says, else below the user's cache folder (XDG)."""
    if config.cache is not None:
        cache = folder / Path(config.cache).expanduser()
    else:
        chosen = environment.get(CACHE_VARIABLE)
        named = chosen if chosen and chosen != "off" else None
        cache = Path(named) if named else platformdirs.user_cache_path("towpath", appauthor=False)
    shown = without_secrets(config, environment)
    return Surroundings(folder, cache / "mirrors", environment, shown, workers or InThisProcess())


class MirroredRepository:
    """One remote with its mirror, and what its commits would change. Little is kept between two looks."""

    def __init__(
        self,
        settings: RepositorySettings,
        surroundings: Surroundings,
        ledger: Callable[[], Mapping[UnitPath, LedgerEntry]],
    ) -> None:
        self._surroundings = surroundings
        self._ledger = ledger
        access = access_to(settings, surroundings.folder, surroundings.environment)
        # Another address is another mirror, though the name be the same.
        address = hashlib.sha256(access.address.text.encode()).hexdigest()[:12]
        folder = surroundings.mirrors / f"{settings.name}-{address}"
        self._processes = Bounded()
        self.mirror = Mirror(folder, access, self._processes, surroundings.environment.all())

    def close(self) -> None:
        """Nobody looks any more: what waits for an answer of the remote is ended."""
        self._processes.give_up()

    def heads(self, refs: Sequence[str]) -> Mapping[str, str]:
        return self.mirror.heads(refs)

    def fetch(self, ref: str) -> str:
        try:
            return self.mirror.fetch(ref)
        finally:
            self.mirror.forget()

    def between(self, base: str | None, head: str) -> Sequence[str]:
        try:
            commits = self._anew().commits_between(base, head)
        except ProblemError as error:
            if error.problems[0].id != "unknown-commit":
                raise
            # The base is gone, with whoever rewrote the branch and with a mirror that was made anew.
            return [head]
        return [commit.sha for commit in reversed(commits)]

    def is_on(self, commit: str, head: str) -> bool:
        try:
            return self._anew().is_ancestor(commit, head)
        except ProblemError as error:
            if error.problems[0].id != "unknown-commit":
                raise
            return False

    def since_ledger(self, commit: str, kind: RunKind = RunKind.APPLY, units: tuple[UnitPath, ...] = ()) -> Found:
        return self._found(commit, Asked(kind, units))

    def since_branching(self, commit: str, trunk: str, units: tuple[UnitPath, ...] = ()) -> Found:
        base = self._anew().merge_base(trunk, commit) or trunk
        return self._found(commit, Asked(RunKind.PLAN, units, since=base))

    def drift(self, commit: str, units: Collection[str], accounts: Collection[str]) -> Found:
        try:
            reading = self.reading()
            walk = Walking(reading, self._ledger, commit).drift(units, accounts)
            return Found(walk, settings=settings_of(reading.config(commit)))
        finally:
            self.mirror.forget()

    def reading(self) -> Reading:
        """Reads commits of it; whoever is done with it lets go of what it keeps."""
        repository = self._anew()
        shelf = shelf_for(repository, self._surroundings.environment)
        return Reading(repository, self._surroundings.shown.all(), self._surroundings.workers, shelf)

    def _anew(self) -> Repository:
        """The mirror as a repository that keeps nothing of what was read before: there may be hundreds of them."""
        return self.mirror.repository(anew=True)

    def _found(self, commit: str, asked: Asked) -> Found:
        try:
            return self._read(commit, asked)
        finally:
            self.mirror.forget()

    def _read(self, commit: str, asked: Asked) -> Found:
        reading = self.reading()
        walking = Walking(reading, self._ledger, commit)
        if broken := walking.broken():
            return Found(None, broken)
        if unknown := [unit for unit in asked.units if unit not in reading.live(commit).units]:
            raise ProblemError(*(_unknown_unit(unit, commit) for unit in unknown))
        walk = walking.walk(asked)
        commits = walking.commits(walk) or _itself(reading.repository, commit)
        return Found(walk, commits=commits, settings=settings_of(reading.config(commit)))


def _unknown_unit(unit: UnitPath, commit: str) -> Problem:
    detail = f"Commit {commit[:12]} has no unit {unit!r}."
    return Problem("unknown-unit", "There is no such unit", detail, hint="The estate lists every unit.", unit=unit)


def _itself(repository: Repository, commit: str) -> tuple[Commit, ...]:
    found = repository.commits_between(None, commit)
    return tuple(Commit(one.sha, one.subject, one.author_email) for one in found)

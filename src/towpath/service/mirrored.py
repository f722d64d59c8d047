"""Watched repositories as they are: mirrors of remotes, read and compared with the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from towpath.config.server import RepositorySettings, ServerConfig
from towpath.git import Repository
from towpath.git.access import RemoteAccess
from towpath.git.mirror import Mirror
from towpath.git.remotes import RemoteKind, parse_remote
from towpath.model.ledger import LedgerEntry
from towpath.model.paths import UnitPath
from towpath.model.runs import Commit, RunKind
from towpath.problems import Problem, ProblemError
from towpath.runs import settings_of
from towpath.service.reading import Reading
from towpath.service.shelf import CACHE_VARIABLE, shelf_for
from towpath.service.walking import Asked, Walking
from towpath.service.watching import Found
from towpath.stores.keys import KEY_VARIABLE
from towpath.system import Environment
from towpath.system.bounded import Bounded
from towpath.system.workers import InThisProcess, Workers

__all__ = ["MirroredRepository", "Surroundings", "mirrors_folder", "shown_environment"]

_MOST_TOKEN = 16 * 1024


@dataclass(frozen=True)
class Surroundings:
    """What mirrors have of this machine. `folder` is what paths of the configuration are relative to; `mirrors` is
    where they are kept."""

    config: ServerConfig
    folder: Path
    mirrors: Path
    environment: Environment
    workers: Workers = field(default_factory=InThisProcess)


def mirrors_folder(config: ServerConfig, folder: Path, environment: Environment) -> Path:
    """Where mirrors are kept: as configured, else below the user's cache folder (XDG)."""
    if config.cache is not None:
        return folder / Path(config.cache).expanduser() / "mirrors"
    chosen = environment.get(CACHE_VARIABLE)
    named = Path(chosen) if chosen and chosen != "off" else platformdirs.user_cache_path("towpath", appauthor=False)
    return named / "mirrors"


def shown_environment(config: ServerConfig, environment: Environment) -> dict[str, str]:
    """The variables that a repository's `towpath.yml` may ask for: not those that hold the server's own secrets."""
    hidden = {KEY_VARIABLE, *_named_variables(config.model_dump())}
    return {name: value for name, value in environment.all().items() if name not in hidden}


def _named_variables(settings: object) -> Iterator[str]:
    """The values of all settings that name a variable, wherever they stand."""
    if isinstance(settings, Mapping):
        for name, value in settings.items():
            if str(name).endswith("_env") and isinstance(value, str):
                yield value
            else:
                yield from _named_variables(value)
    elif isinstance(settings, list | tuple):
        for item in settings:
            yield from _named_variables(item)


class MirroredRepository:
    """One remote with its mirror, and what its commits would change. Little is kept between two looks."""

    def __init__(
        self,
        settings: RepositorySettings,
        surroundings: Surroundings,
        ledger: Callable[[], Mapping[UnitPath, LedgerEntry]],
    ) -> None:
        self._settings = settings
        self._surroundings = surroundings
        self._ledger = ledger
        self._shown = shown_environment(surroundings.config, surroundings.environment)
        self._processes = Bounded()
        self._mirror: Mirror | None = None
        self._access: RemoteAccess | None = None

    def mirror(self) -> Mirror:
        """The mirror, with the token as it is now. Raises `ProblemError` (`secret-missing`)."""
        access = self._reached()
        if self._mirror is None or access != self._access:
            address = hashlib.sha256(access.address.text.encode()).hexdigest()[:12]
            folder = self._surroundings.mirrors / f"{self._settings.name}-{address}"
            self._mirror = Mirror(folder, access, self._processes, self._surroundings.environment.all())
            self._access = access
        return self._mirror

    def repository(self) -> Repository:
        """The mirror as a repository, which keeps what was read of it."""
        return self.mirror().repository()

    def heads(self, refs: Sequence[str]) -> Mapping[str, str]:
        return self.mirror().heads(refs)

    def fetch(self, ref: str) -> str:
        mirror = self.mirror()
        try:
            return mirror.fetch(ref)
        finally:
            mirror.forget()

    def between(self, base: str | None, head: str) -> Sequence[str]:
        commits = self._anew().commits_between(base, head)
        return [commit.sha for commit in reversed(commits)]

    def is_on(self, commit: str, head: str) -> bool:
        return self._anew().is_ancestor(commit, head)

    def since_ledger(self, commit: str) -> Found:
        return self._found(commit, Asked(RunKind.APPLY))

    def since_branching(self, commit: str, trunk: str) -> Found:
        base = self._anew().merge_base(trunk, commit) or trunk
        return self._found(commit, Asked(RunKind.PLAN, since=base))

    def reading(self) -> Reading:
        """Reads commits of it; whoever is done with it lets go of what it keeps."""
        repository = self._anew()
        shelf = shelf_for(repository, self._surroundings.environment)
        return Reading(repository, self._shown, self._surroundings.workers, shelf)

    def _anew(self) -> Repository:
        """The mirror as a repository that keeps nothing of what was read before: there may be hundreds of them."""
        return self.mirror().repository(anew=True)

    def _found(self, commit: str, asked: Asked) -> Found:
        try:
            return self._read(commit, asked)
        finally:
            self.mirror().forget()

    def _read(self, commit: str, asked: Asked) -> Found:
        reading = self.reading()
        walking = Walking(reading, self._ledger, commit)
        if broken := walking.broken():
            return Found(None, broken)
        walk = walking.walk(asked)
        commits = walking.commits(walk) or _itself(reading.repository, commit)
        return Found(walk, commits=commits, settings=settings_of(reading.config(commit)))

    def _reached(self) -> RemoteAccess:
        settings, folder = self._settings, self._surroundings.folder
        address = parse_remote(settings.url)
        if address.kind is RemoteKind.FOLDER and "://" not in settings.url:
            address = parse_remote(str((folder / Path(settings.url).expanduser()).resolve()))
        return RemoteAccess(
            address=address,
            token=self._token(),
            user=settings.user,
            scheme=settings.token_as,
            ssh_key=_placed(settings.ssh_key, folder),
            known_hosts=_placed(settings.known_hosts, folder),
        )

    def _token(self) -> str | None:
        name = self._settings.token_env
        if name is not None:
            token = (self._surroundings.environment.get(name) or "").strip()
            if not token:
                raise ProblemError(_secret_missing(self._settings.name, f"the variable {name} is not set"))
            return token
        file = _placed(self._settings.token_file, self._surroundings.folder)
        if file is None:
            return None
        try:
            with Path(file).open(encoding="utf-8") as stream:
                return stream.read(_MOST_TOKEN).strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ProblemError(_secret_missing(self._settings.name, f"{file} cannot be read")) from error


def _itself(repository: Repository, commit: str) -> tuple[Commit, ...]:
    found = repository.commits_between(None, commit)
    return tuple(Commit(one.sha, one.subject, one.author_email) for one in found)


def _placed(name: str | None, folder: Path) -> str | None:
    return None if name is None else str(folder / Path(name).expanduser())


def _secret_missing(repository: str, what: str) -> Problem:
    return Problem(
        "secret-missing",
        "A secret is not there",
        f"The token of repository {repository} is not known: {what}.",
        hint="Set it where the server is started; the server's configuration names it (`token_env`, `token_file`).",
    )
